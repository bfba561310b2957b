"""Answers one module offers another, as Protocols. `ctx.capability(X)` is None while the provider is off."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class MobileMembers(Protocol):
    """Who is away from the home branch, for plans that need to know who can come."""

    def away(self, person_ids: list[int]) -> set[int]:
        """Those of `person_ids` with an open outflow record."""
