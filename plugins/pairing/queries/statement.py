"""The yearly statement of one unit: what it delivered and gave, by community. Only what the reader may see."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.base.clock import SHANGHAI
from core.base.db import session
from core.base.i18n import _
from core.base.scope import current_scope
from core.contracts.errors import NotFound
from core.ledgers.book import Outgoing, write_xlsx
from core.people.models import OrgUnit
from core.service import Context, service

from ..models import Contribution, JointProject, Pairing, PairVisit, PartnerUnit
from ..sides import READ, unit_named
from ..words import GIFTS, MEASURES, PAIR_KINDS, RATINGS, VISITS

EXPORT = "pairing.pair.export"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing done or given: money and goods in fen, other things as a quantity with its measure."""

    on: dt.date
    what: str
    how: str
    amount_fen: int | None
    quantity: str
    note: str


@dataclass(slots=True)
class Part:
    """One community: projects accepted, contributions confirmed, exchanges and activities."""

    name: str
    words: list[tuple[bool, str]]
    in_term: bool = False
    projects: list[Line] = field(default_factory=list)
    gifts: list[Line] = field(default_factory=list)
    visits: list[Line] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [*self.projects, *self.gifts, *self.visits]

    @property
    def counts(self) -> bool:
        """Whether the year's statement names the community."""
        return self.in_term or bool(self.lines)

    @property
    def kinds(self) -> str:
        """Kinds of the pairings of the year, or of those before when something was still finished."""
        named = [word for in_term, word in self.words if in_term] or [word for _past, word in self.words]
        return "、".join(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class Statement:
    """A unit's year, by community, with sums by kind."""

    unit: PartnerUnit
    year: int
    parts: list[Part]
    sums: dict[str, int]

    @property
    def empty(self) -> bool:
        return not any(part.lines for part in self.parts)


@service(READ, writes=False)
def statement(ctx: Context, unit_id: int, year: int) -> Statement:
    """Accepted projects and contributions confirmed by both sides. Raises NotFound for a unit the reader does not see."""
    return _made_up(ctx, unit_id, year)


def _made_up(ctx: Context, unit_id: int, year: int) -> Statement:
    """The statement of what lies in the subtrees of the running service."""
    unit = unit_named(ctx, unit_id)
    pairs = session().scalars(select(Pairing).where(
        Pairing.unit_id == unit_id, Pairing.signed_on.is_not(None)).order_by(Pairing.org_path, Pairing.starts_on)).all()
    if unit is None or not (pairs or current_scope().covers(unit.org_path)):
        raise NotFound("unit")
    days = dt.date(year, 1, 1), dt.date(year, 12, 31)
    parts = _parts(list(pairs), *days)
    sums = dict.fromkeys(GIFTS, 0)
    for project in _of_year(JointProject, JointProject.accepted_on, unit, days, JointProject.state == "accepted"):
        _part_of(ctx, parts, project).projects.append(_project_line(project))
    for gift in _of_year(Contribution, Contribution.on, unit, days, Contribution.state == "confirmed"):
        sums[gift.kind] += (gift.amount_fen if gift.kind == "cash" else gift.quantity) or 0
        _part_of(ctx, parts, gift).gifts.append(_gift_line(gift))
    for visit in _of_year(PairVisit, PairVisit.on, unit, days):
        _part_of(ctx, parts, visit).visits.append(Line(visit.on, visit.topic, str(VISITS[visit.kind]), None, "", visit.result))
    return Statement(unit, year, [part for part in parts.values() if part.counts], sums)


def _parts(pairs: list[Pairing], first: dt.date, last: dt.date) -> dict[int, Part]:
    """A part for every community; those whose term did not touch the year count only if something was done all the same."""
    parts: dict[int, Part] = {}
    for pair in pairs:
        part = parts.setdefault(pair.org_id, Part(pair.org_name, []))
        in_term = pair.starts_on <= last and pair.last_day >= first
        part.in_term = part.in_term or in_term
        part.words.append((in_term, str(PAIR_KINDS[pair.kind])))
    return parts


def _part_of(ctx: Context, parts: dict[int, Part], row: Any) -> Part:
    """The community's; what was done where no signed pairing is in sight belongs to the year all the same."""
    if row.org_id not in parts:
        parts[row.org_id] = Part(ctx.get(OrgUnit, row.org_id).name, [])
    return parts[row.org_id]


def _of_year(model: Any, day: Any, unit: PartnerUnit, days: tuple[dt.date, dt.date], *where: Any) -> Any:
    return session().scalars(select(model).where(model.unit_id == unit.id, day.between(*days), *where).order_by(day, model.id))


def _project_line(project: JointProject) -> Line:
    note = _("验收评价：%(rating)s", rating=RATINGS[project.rating]) if project.rating else ""
    return Line(project.accepted_on or project.published_on, project.title, _("完成项目"), None, "",
                "；".join(text for text in (project.result.rstrip("。"), note) if text))


def _gift_line(gift: Contribution) -> Line:
    shown = f"{gift.quantity} {MEASURES[gift.kind]}".strip() if gift.quantity and gift.kind != "cash" else ""
    receipt = _("票据号 %(no)s", no=gift.receipt_no) if gift.receipt_no else ""
    return Line(gift.on, gift.what, str(GIFTS[gift.kind]), gift.amount_fen, shown,
                "；".join(text for text in (gift.source, receipt) if text))


def title_of(found: Statement) -> str:
    return _("%(unit)s %(year)s 年共建贡献清单", unit=found.unit.name, year=found.year)


@service(EXPORT, action="pairing.statement.export")
def write_statement(ctx: Context, unit_id: int, year: int, path: Path) -> Statement:
    """Write the statement as a workbook; audited. Only what the reader holds the export permission for."""
    found = _made_up(ctx, unit_id, year)
    now = ctx.now().astimezone(SHANGHAI)
    sheet = Outgoing(
        title=title_of(found),
        meta=_("单位党组织：%(name)s　统计年度：%(year)s", name=found.unit.party_org or "—", year=year),
        mark=_(
            "由 %(who)s 于 %(when)s 导出；只含两方已确认的投入和已验收的项目", who=ctx.actor.label, when=f"{now:%Y-%m-%d %H:%M}"
        ),
        headings=[_("序号"), _("社区"), _("类别"), _("日期"), _("内容"), _("金额或折价（元）"), _("数量"), _("成果、来源和票据")],
        widths=[6, 16, 12, 12, 30, 14, 10, 50],
    )
    rows = [[n, part.name, line.how, line.on.isoformat(), line.what,
             line.amount_fen / 100 if line.amount_fen is not None else "", line.quantity, line.note]
            for n, (part, line) in enumerate(((part, line) for part in found.parts for line in part.lines), 1)]
    write_xlsx(path, sheet, rows)
    ctx.audit("pairing_unit", found.unit.id, found.unit.name, statement=year, rows=len(rows))
    return found
