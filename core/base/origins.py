"""Where a tenant was born: the number its sealed values, blind indexes and audit hashes are bound to.

A tenant that was opened here is its own origin. One that arrived in an archive may have another number here, and keys
of another installation: both stand in its row, and whoever owns that table says so through `use_lookup`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Origin:
    """`tenant_id`: the number at birth. `keys`: keys it brought along by key id, oldest first, each sealed with this
    installation's master key; empty when they follow from it."""

    tenant_id: int
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)


_lookup: Callable[[int], Origin | None] | None = None


def use_lookup(find: Callable[[int], Origin | None]) -> None:
    """Set who knows the origins of tenants (core.tenancy does; None from `find`: born here)."""
    global _lookup
    _lookup = find


def origin_of(tenant_id: int | str) -> Origin:
    """The origin of a tenant; names that are no tenant's number stand for themselves."""
    found = _lookup(tenant_id) if _lookup is not None and isinstance(tenant_id, int) and tenant_id > 0 else None
    return found or Origin(tenant_id)  # type: ignore[arg-type]
