"""What rows of both sides share."""

from __future__ import annotations

from typing import ClassVar

from core.base.db import PATH, BigInteger, Mapped, OrgScoped, mapped_column


class TwoSided(OrgScoped):
    """A row that two sides see: `org_path` is the place of the community, `unit_path` that of the unit.

    A reader sees it when either lies in his subtrees; whoever acts for a side holds the permission at that side's path.
    `unit_path` is NULL while no unit is concerned (a need nobody was asked to take).
    """

    __scope_paths__: ClassVar[tuple[str, ...]] = ("org_path", "unit_path")

    org_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    unit_path: Mapped[str | None] = mapped_column(PATH, active_history=True, sort_order=97)
