"""Answers one module offers another, as Protocols. `ctx.capability(X)` is None while the provider is off."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, runtime_checkable

C = TypeVar("C")


class Asks(Protocol):
    """What can be asked for a capability: core.service.Context. The `None` in the answer is the point: the provider may be off,
    and a type checker makes every caller say what happens then.
    """

    def capability(self, protocol: type[C]) -> C | None:
        """The enabled module's answer to `protocol`, or None."""


@runtime_checkable
class MobileMembers(Protocol):
    """Who is away from the home branch, for plans that need to know who can come."""

    def away(self, person_ids: list[int]) -> set[int]:
        """Those of `person_ids` with an open outflow record."""


@runtime_checkable
class WorkflowRuns(Protocol):
    """Entering records into a declared workflow, for modules on floors below the engine."""

    def start_many(self, ctx: Any, workflow: str, records: list[Any]) -> None:
        """Enter new records of the workflow with this name, inside the running service: history, audit, inbox items."""
