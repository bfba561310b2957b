"""The three lists: needs, resources, projects. Headings of the projects in the order of domain.md §2.19."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from core.base.i18n import _, _l
from core.people.models import OrgUnit
from core.plugin import FEN, Action, Filter, View, col
from core.service import Context
from core.settings.dictionaries import labels

from .. import conditions as when
from ..models import JointProject, NeedItem, PartnerUnit, ResourceItem
from ..words import RATING_TONES, RATINGS
from ..workflows import need_flow, project_flow, resource_flow
from .frame import READ, register, sides, state_of, under


def kinds(ctx: Context) -> dict[str, str]:
    return labels("pairing.kind")


def gave(row: Any, ctx: Context) -> str:
    """Money both sides confirmed, and what else was planned."""
    money = _("%(n)s 元", n=f"{row.raised / 100:,.2f}") if row.raised else ""
    return "；".join(text for text in (money, row.means) if text)


def overdue(row: Any, ctx: Context) -> bool:
    return row.due_on is not None and row.due_on < ctx.today() and row.state in ("claimed", "in_progress", "returned")


needs = register(
    name="pairing.needs", title=_l("需求清单"), icon="list-task",
    rows=select(NeedItem).join(NeedItem.org).outerjoin(NeedItem.unit), key=NeedItem.id,
        scope=sides(NeedItem),
    opens="pairing.need",
    columns=(
        col("title", _l("需求内容"), NeedItem.title, search=True, opens="pairing.need", width=28),
        col("org", _l("提出社区"), OrgUnit.short_name, search=True, order=NeedItem.org_path, width=12),
        col("kind", _l("类别"), NeedItem.kind, choices=kinds, filter=True, width=10),
        col("published_on", _l("提出日期"), NeedItem.published_on, filter=True, width=11),
        col("wanted_by", _l("希望完成日期"), NeedItem.wanted_by, filter=True, width=12),
        col("budget", _l("估计资金（元）"), NeedItem.budget_fen, unit=FEN, align="end", priority=2, width=12),
        col("beneficiaries", _l("受益人数"), NeedItem.beneficiaries, align="end", priority=3, width=9),
        col("unit", _l("认领单位"), func.coalesce(PartnerUnit.name, ""), search=True, width=18),
        state_of(need_flow),
        col("skills", _l("需要的专长"), NeedItem.skills, search=True, hidden=True),
        col("detail", _l("具体情况"), NeedItem.detail, hidden=True, width=40),
    ),
    filters=(under(NeedItem),),
    views=(View(name="open", label=_l("待认领"), query={"state": "open"}),
           View(name="claimed", label=_l("已认领"), query={"state": "claimed"}),
           View(name="met", label=_l("已完成"), query={"state": "met"})),
    order=("-published_on", "title"), rank=20,
    actions=(Action(_l("发布需求"), "pairing.new_need", "pairing.community.act", icon="plus-lg", primary=True),),
    empty=_l("还没有需求。社区先发布需求，结对单位才能认领。"),
)
resources = register(
    name="pairing.resources",
    title=_l("资源清单"),
    icon="boxes",
    rows=select(ResourceItem).join(ResourceItem.unit),
    key=ResourceItem.id,
    scope=(ResourceItem.org_path,),
    opens="pairing.resource",
    columns=(
        col("title", _l("资源内容"), ResourceItem.title, search=True, opens="pairing.resource", width=28),
        col("unit", _l("提供单位"), PartnerUnit.name, search=True, width=18),
        col("kind", _l("类别"), ResourceItem.kind, choices=kinds, filter=True, width=10),
        col("available", _l("可用时间"), ResourceItem.available, width=16),
        col("until", _l("有效期至"), ResourceItem.until, filter=True, width=11),
        col("skills", _l("专长"), ResourceItem.skills, search=True, priority=2, width=16),
        col("offered_on", _l("发布日期"), ResourceItem.offered_on, filter=True, priority=2, width=11),
        state_of(resource_flow),
        col("detail", _l("具体情况"), ResourceItem.detail, hidden=True, width=40),
    ),
    filters=(under(ResourceItem),),
    views=(View(name="offered", label=_l("可用"), query={"state": "offered"}),),
    order=("-offered_on", "title"),
    rank=30,
    actions=(Action(_l("发布资源"), "pairing.new_resource", "pairing.unit.act", icon="plus-lg", primary=True),),
    empty=_l("还没有资源。单位把能提供的场地、人力、专长登记在这里，社区就能找到。"),
)
projects = register(
    name="pairing.projects", title=_l("共建项目清单"), icon="tools",
    rows=select(JointProject).join(JointProject.org).join(JointProject.unit), key=JointProject.id,
        scope=sides(JointProject),
    opens="pairing.project",
    columns=(
        col("title", _l("需求内容"), JointProject.title, search=True, opens="pairing.project", width=28),
        col("org", _l("提出社区"), OrgUnit.short_name, search=True, order=JointProject.org_path, width=12),
        col("unit", _l("认领单位"), PartnerUnit.name, search=True, width=18),
        col("owner", _l("责任人"), JointProject.owner_name, search=True, width=10),
        col("due_on", _l("时限"), JointProject.due_on, filter=True, warn=overdue, width=11),
        col("given", _l("资金/物资"), value=gave, width=18),
        state_of(project_flow, _l("进展"), 9),
        col("accepted_on", _l("验收"), JointProject.accepted_on, filter=True, width=11),
        col("rating", _l("评价"), JointProject.rating, choices={"": "", **RATINGS}, tones=RATING_TONES, filter=True, width=9),
        col("kind", _l("类别"), JointProject.kind, choices=kinds, filter=True, hidden=True),
        col("means", _l("投入安排"), JointProject.means, hidden=True, width=20),
        col("raised", _l("到账资金（元）"), when.raised(), unit=FEN, align="end", hidden=True),
        col("spent", _l("已用资金（元）"), when.spent(), unit=FEN, align="end", hidden=True),
        col("result", _l("成果"), JointProject.result, search=True, hidden=True, width=40),
        col("beneficiaries", _l("受益人数"), JointProject.beneficiaries, align="end", hidden=True),
        col("days_taken", _l("提出到验收（天）"), JointProject.days_taken, align="end", filter=True, hidden=True),
    ),
    filters=(under(JointProject),
             Filter(name="open", label=_l("未办结"), kind="flag", where=when.in_hand),
             Filter(name="late", label=_l("逾期"), kind="flag", where=when.late)),
    views=(View(name="open", label=_l("未办结"), query={"open": "1"}), View(name="late", label=_l("逾期"), query={"late": "1"}),
           View(name="accepted", label=_l("已验收"), query={"state": "accepted"})),
    order=("-due_on", "title"), rank=40,
    actions=(Action(_l("新建项目"), "pairing.new_project", READ, icon="plus-lg"),),
    empty=_l("还没有项目。单位认领需求后，项目自动生成。"),
)
