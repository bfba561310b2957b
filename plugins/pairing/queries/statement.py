"""The yearly statement of one unit: what it delivered and gave, by community. Only what the reader may see."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from core.base.clock import SHANGHAI
from core.base.db import session
from core.base.i18n import _
from core.ledgers.book import Outgoing, write_xlsx
from core.service import Context, service

from ..models import Contribution, JointProject, PairVisit, PartnerUnit
from ..words import GIFTS, MEASURES, PAIR_KINDS, RATINGS, VISITS
from .pages import unit_page

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
    kinds: str
    projects: list[Line] = field(default_factory=list)
    gifts: list[Line] = field(default_factory=list)
    visits: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Statement:
    """A unit's year, by community, with sums by kind."""

    unit: PartnerUnit
    year: int
    parts: list[Part]
    sums: dict[str, int]

    @property
    def empty(self) -> bool:
        return not any(part.projects or part.gifts or part.visits for part in self.parts)


@service("pairing.pair.read", writes=False)
def statement(ctx: Context, unit_id: int, year: int) -> Statement:
    """Accepted projects and contributions confirmed by both sides. Raises NotFound for a unit the reader does not see."""
    unit, pairs, _offers = unit_page(ctx, unit_id)
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    pairs = [p for p in pairs if p.signed_on and p.starts_on <= last and (p.ended_on or p.ends_on) >= first]
    parts: dict[int, Part] = {}
    for pair in sorted(pairs, key=lambda one: one.org_path):
        kinds = "、".join(str(PAIR_KINDS[p.kind]) for p in pairs if p.org_id == pair.org_id)
        parts.setdefault(pair.org_id, Part(pair.org_name, kinds))
    sums = dict.fromkeys(GIFTS, 0)
    for project in session().scalars(
        select(JointProject)
        .where(JointProject.unit_id == unit.id, JointProject.state == "accepted", JointProject.accepted_on.between(first, last))
        .order_by(JointProject.accepted_on)
    ):
        note = _("验收评价：%(rating)s", rating=RATINGS[project.rating]) if project.rating else ""
        parts[project.org_id].projects.append(Line(project.accepted_on or last, project.title, _("完成项目"), None, "",
                                                   "；".join(text for text in (project.result.rstrip("。"), note) if text)))
    for gift in session().scalars(select(Contribution).where(Contribution.unit_id == unit.id, Contribution.state == "confirmed",
                                                             Contribution.on.between(first, last)).order_by(Contribution.on)):
        sums[gift.kind] += (gift.amount_fen if gift.kind == "cash" else gift.quantity) or 0
        shown = f"{gift.quantity} {MEASURES[gift.kind]}".strip() if gift.quantity and gift.kind != "cash" else ""
        receipt = _("票据号 %(no)s", no=gift.receipt_no) if gift.receipt_no else ""
        parts[gift.org_id].gifts.append(Line(gift.on, gift.what, str(GIFTS[gift.kind]), gift.amount_fen, shown,
                                             "；".join(text for text in (gift.source, receipt) if text)))
    for visit in session().scalars(select(PairVisit).where(PairVisit.unit_id == unit.id,
        PairVisit.on.between(first, last)).order_by(PairVisit.on)):
        parts[visit.org_id].visits.append(Line(visit.on, visit.topic, str(VISITS[visit.kind]), None, "", visit.result))
    return Statement(unit, year, list(parts.values()), sums)


def title_of(found: Statement) -> str:
    return _("%(unit)s %(year)s 年共建贡献清单", unit=found.unit.name, year=found.year)


@service(EXPORT, action="pairing.statement.export")
def write_statement(ctx: Context, unit_id: int, year: int, path: Path) -> Statement:
    """Write the statement as a workbook; audited. Only what the reader holds the export permission for."""
    found = statement(ctx, unit_id, year)
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
            for n, (part, line) in enumerate(((part, line) for part in found.parts
                                              for line in (*part.projects, *part.gifts, *part.visits)), 1)]
    write_xlsx(path, sheet, rows)
    ctx.audit("pairing_unit", found.unit.id, found.unit.name, statement=year, rows=len(rows))
    return found
