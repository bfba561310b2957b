"""The hours register in the order of domain.md §2.19, who is short (for planning), the book, coverage, certificates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from core.base.i18n import _, _l
from core.people.models import OrgUnit, Person
from core.people.tree import within_any
from core.plugin import A4, PERCENT, Filter, Ledger, View, col
from core.service import Context

from ..models import Balance, Certificate, ClassSession, HourEntry, Tally
from ..queries.gap import make_up_on, share_met
from ..tenths import shown
from ..words import ROLES, SOURCES
from .plans import GROUP
from .sessions import EXPORT, HOURS, as_day, rotated


def this_year(ctx: Context) -> Any:
    return select(Balance).join(Balance.person).join(Balance.org).where(Balance.year == ctx.today().year)


def covered_groups(ctx: Context) -> Any:
    """This year's tallies. Where somebody does not plan, a group of a few would be telling of single persons: it is left out."""
    rows = select(Tally).join(Tally.org).where(Tally.year == ctx.today().year)
    mine = ctx.subtrees(HOURS)
    return rows.where(or_(Tally.people >= FEW, within_any(Tally.org_path, mine)) if mine else Tally.people >= FEW)


def lacks(row: Any, ctx: Context) -> bool:
    return bool(row.missing)


def make_up(value: Any) -> str:
    return as_day(value) or ""


def source_label(row: Any, ctx: Context) -> str:
    return str(SOURCES.get(row.source, _("其他活动")))


FEW = 5
NAME = col("name", _l("姓名"), Person.name, order=Balance.name_full, search=True, opens="training.person", key=Balance.person_id,
           width=10)
ORDER = ("branch", "name")
UNDER = Filter(name="under", label=_l("所属组织"), kind="org", source=Balance.org_path)
SHORT = Filter(name="short", label=_l("有差额"), kind="flag", where=lambda ctx: Balance.missing > 0)
NOTHING = Filter(name="none", label=_l("尚未参训"), kind="flag", where=lambda ctx: Balance.got == 0)
WORKER = Filter(name="worker", label=_l("社区工作者"), kind="flag", where=lambda ctx: Balance.worker.is_(True))
UNROTATED = Filter(name="unrotated", label=_l("书记当年未轮训"), kind="flag",
                   where=lambda ctx: (Balance.role == "secretary") & ~rotated())
HEADING = (
    NAME,
    col("branch", _l("支部/社区"), OrgUnit.short_name, order=Balance.org_path, width=18),
    col("role", _l("人员类别"), Balance.role, choices=ROLES, filter=True, width=10),
    col("due", _l("应达学时"), Balance.due, show=shown, align="end", width=8),
    col("got", _l("已获学时"), Balance.got, show=shown, align="end", width=8),
    col("classes", _l("集中培训次数"), Balance.classes, align="end", width=8),
    col("missing", _l("差额"), Balance.missing, show=shown, align="end", warn=lacks, width=8),
    col("make_up", _l("补课安排"), make_up_on(), show=make_up, width=12),
)
FOR_PLANNING = _l("只供安排培训和补课使用，不公布、不排名。")

hours = Ledger(
    name="training.hours", title=_l("学时台账"), permission=HOURS, export=EXPORT, paper=A4.portrait, icon="journal-check",
    group=GROUP,
    rows=this_year, key=Balance.id, scope=(Balance.org_path,), columns=HEADING,
    filters=(UNDER, SHORT, NOTHING, WORKER, UNROTATED),
    views=(View(name="short", label=_l("有差额"), query={"short": "1"}),
           View(name="workers", label=_l("社区工作者"), query={"worker": "1"}),
           View(name="unrotated", label=_l("书记当年未轮训"), query={"unrotated": "1"})),
    order=ORDER, rank=60, note=FOR_PLANNING,
    empty=_l("本年度还没有应达学时的人员。应达学时按职务和类别计算，每天更新。"),
)
short = Ledger(
    name="training.short", title=_l("未达标名单（安排补课用）"), permission=HOURS, export=EXPORT, paper=A4.portrait, rank=61,
    rows=lambda ctx: this_year(ctx).where(Balance.missing > 0), key=Balance.id, scope=(Balance.org_path,), columns=HEADING,
    filters=(UNDER, NOTHING, WORKER), order=ORDER, note=FOR_PLANNING, icon="clock-history", group=GROUP,
    empty=_l("没有差额，不用安排补课。"),
)
hours_past = Ledger(
    name="training.hours_past", title=_l("历年学时台账"), permission=HOURS, export=EXPORT, paper=A4.portrait, rank=62,
    group=GROUP,
    rows=select(Balance).join(Balance.person).join(Balance.org), key=Balance.id, scope=(Balance.org_path,), icon="archive",
    columns=(col("year", _l("年度"), Balance.year, filter=True, width=8), *HEADING[:-1]), 
    filters=(UNDER, SHORT, NOTHING, WORKER, UNROTATED), order=("-year", *ORDER), note=FOR_PLANNING,
)
entries = Ledger(
    name="training.entries", title=_l("学时明细"), permission=HOURS, export=EXPORT, paper=A4.portrait, icon="list-ul",
    group=GROUP,
    rows=select(HourEntry), key=HourEntry.id, scope=(HourEntry.org_path,), rank=63,
    columns=(
        col("name", _l("姓名"), HourEntry.person_name, search=True, opens="training.person", key=HourEntry.person_id, width=10),
        col("on", _l("日期"), HourEntry.on, filter=True, width=11),
        col("title", _l("内容"), HourEntry.title, search=True, width=26),
        col("tenths", _l("学时"), HourEntry.tenths, show=shown, align="end", width=6),
        col("from_what", _l("来源"), value=source_label, width=12),
        col("source", _l("来源代码"), HourEntry.source, filter=True, hidden=True),
        col("central", _l("集中培训"), HourEntry.central, filter=True, priority=2, width=8),
        col("role", _l("人员类别"), HourEntry.role, choices=ROLES, filter=True, priority=2, width=10),
        col("note", _l("备注"), HourEntry.note, priority=2, width=16),
    ),
    filters=(Filter(name="under", label=_l("所属组织"), kind="org", source=HourEntry.org_path),
             Filter(name="this_year", label=_l("本年"), kind="flag", where=lambda ctx: HourEntry.year == ctx.today().year)),
    views=(View(name="this_year", label=_l("本年"), query={"this_year": "1"}),), order=("-on", "name"), note=FOR_PLANNING,
)
coverage = Ledger(
    name="training.coverage", title=_l("培训覆盖率表"), permission="training.session.read", paper=A4.landscape,
    icon="bar-chart-line",
    rows=covered_groups, key=Tally.id, scope=(Tally.org_path,),
    columns=(
        col("org", _l("组织"), OrgUnit.short_name, order=Tally.org_path, search=True, width=18),
        col("role", _l("人员类别"), Tally.role, choices=ROLES, filter=True, width=12),
        col("people", _l("人数"), Tally.people, align="end", width=8),
        col("covered", _l("已参训"), Tally.covered, align="end", width=8),
        col("covered_share", _l("覆盖率"), share_met(Tally.covered, Tally.people), unit=PERCENT, align="end", width=8),
        col("met", _l("达标人数"), Tally.met, align="end", width=8),
        col("met_share", _l("达标率"), share_met(Tally.met, Tally.people), unit=PERCENT, align="end", width=8),
        col("due", _l("应达学时"), Tally.due, show=shown, align="end", priority=2, width=10),
        col("got", _l("已获学时"), Tally.got, show=shown, align="end", priority=2, width=10),
    ),
    filters=(Filter(name="under", label=_l("所属组织"), kind="org", source=Tally.org_path),), order=("org",
        "role"), rank=70, group=GROUP,
    views=(View(name="workers", label=_l("社区工作者"), query={"role": "community_worker"}),
           View(name="secretaries", label=_l("书记"), query={"role": "secretary"})),
    note=_l("不安排培训的账号看不到 5 人以下的类别，以免显出个人的学时。"),
)
certificates = Ledger(
    name="training.certificates", title=_l("结业证书登记"), permission="training.certificate.read", export=EXPORT,
    paper=A4.portrait,
    rows=select(Certificate).join(Certificate.session), key=Certificate.id, scope=(Certificate.org_path,), icon="award",
    group=GROUP,
    opens="training.certificate", rank=80,
    columns=(
        col("number", _l("证书编号"), Certificate.number, search=True, width=14),
        col("name", _l("姓名"), Certificate.person_name, search=True, width=10),
        col("title", _l("班次名称"), ClassSession.title, search=True, width=24),
        col("on", _l("培训日期"), ClassSession.on, width=11),
        col("tenths", _l("学时"), Certificate.tenths, show=shown, align="end", width=6),
        col("issued_on", _l("发证日期"), Certificate.issued_on, filter=True, width=11),
        col("revoked_on", _l("撤销日期"), Certificate.revoked_on, filter=True, width=11),
        col("revoke_reason", _l("撤销原因"), Certificate.revoke_reason, priority=2, width=16),
    ),
    filters=(Filter(name="under", label=_l("所属组织"), kind="org", source=Certificate.org_path),
             Filter(name="revoked", label=_l("已撤销"), kind="flag", where=lambda ctx: Certificate.revoked_on.is_not(None))),
    order=("-number",),
)
