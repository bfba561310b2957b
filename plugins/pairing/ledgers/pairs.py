"""Units and pairings. Headings of the pairings in the order of domain.md §2.19."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.base.i18n import _, _l
from core.people.models import OrgUnit
from core.plugin import Action, Filter, View, col
from core.service import Context

from .. import conditions as when
from ..models import JointProject, Pairing, PartnerUnit
from ..words import UNIT_KINDS
from ..workflows import pairing_flow
from .frame import KIND, ORG_NAME, UNIT_NAME, register, sides, state_of, under


def term(row: Any, ctx: Context) -> str:
    return _("%(a)s 至 %(b)s", a=row.starts_on.isoformat(), b=row.ends_on.isoformat())


def ends_soon(row: Any, ctx: Context) -> bool:
    return row.state in ("active", "dormant", "expired") and row.ends_on <= when.ahead("pairing.expiry_notice", ctx.today())


pairs = register(
    name="pairing.pairs",
    title=_l("结对共建一览表"),
    icon="link-45deg",
    rows=select(Pairing).join(Pairing.unit),
    key=Pairing.id,
    scope=sides(Pairing),
    opens="pairing.pair",
    columns=(
        UNIT_NAME,
        col("party_org", _l("单位党组织"), PartnerUnit.party_org, search=True, priority=2, width=16),
        ORG_NAME,
        KIND,
        col("signed_on", _l("签约日期"), Pairing.signed_on, filter=True, width=11),
        col("term", _l("期限"), value=term, warn=ends_soon, width=22),
        col("liaison", _l("联络人"), PartnerUnit.liaison_name, width=10),
        col("needs", _l("需求数"), when.needs_of(), align="end", width=7),
        col(
            "claimed",
            _l("认领数"),
            when.count_of(JointProject, Pairing, lambda p: p.need_id.is_not(None), lambda p: p.state != "cancelled"),
            align="end",
            width=7,
        ),
        col("done", _l("完成数"), when.count_of(JointProject, Pairing, lambda p: p.state == "accepted"), align="end", width=7),
        col("last_event_on", _l("最近活动"), Pairing.last_event_on, filter=True, width=11),
        state_of(pairing_flow, width=8),
        col("unit_kind", _l("单位类别"), PartnerUnit.kind, choices=UNIT_KINDS, filter=True, hidden=True),
        col("starts_on", _l("起始日期"), Pairing.starts_on, filter=True, hidden=True),
        col("ends_on", _l("终止日期"), Pairing.ends_on, filter=True, hidden=True),
        col("goals", _l("共建目标"), Pairing.goals, search=True, hidden=True, width=40),
        col("unit_owner", _l("单位责任人"), Pairing.unit_owner, hidden=True),
        col("org_owner", _l("社区责任人"), Pairing.org_owner, hidden=True),
    ),
    filters=(
        under(Pairing),
        Filter(name="working", label=_l("共建期内"), kind="flag", where=lambda ctx: when.is_working()),
        Filter(name="ending", label=_l("将到期"), kind="flag", where=when.ends_soon),
        Filter(name="quiet", label=_l("本季度没有活动"), kind="flag", where=when.quiet),
    ),
    views=(
        View(name="working", label=_l("共建期内"), query={"working": "1"}),
        View(name="proposed", label=_l("待签约"), query={"state": "proposed"}),
        View(name="ending", label=_l("将到期"), query={"ending": "1"}),
        View(name="dormant", label=_l("沉寂"), query={"state": "dormant"}),
    ),
    order=("unit",),
    imports="pairing.pairs",
    rank=10,
    actions=(Action(_l("发起结对"), "pairing.new_pair", "pairing.pair.propose", icon="plus-lg", primary=True),),
    empty=_l("还没有结对。可以逐个发起，双方签署后生效；已经签过协议的，下载模板整表导入。"),
)
units = register(
    name="pairing.units", title=_l("共建单位名册"), permission="pairing.unit.read",
    rows=select(PartnerUnit).join(PartnerUnit.org), key=PartnerUnit.id, scope=(PartnerUnit.org_path,), opens="pairing.unit",
        icon="buildings",
    columns=(
        col("name", _l("单位名称"), PartnerUnit.name, search=True, opens="pairing.unit", width=20),
        col("kind", _l("单位类别"), PartnerUnit.kind, choices=UNIT_KINDS, filter=True, width=10),
        col("credit_code", _l("统一社会信用代码"), PartnerUnit.credit_code, search=True, priority=2, width=20),
        col("party_org", _l("单位党组织"), PartnerUnit.party_org, search=True, width=20),
        col("liaison_name", _l("联络员"), PartnerUnit.liaison_name, search=True, width=10),
        col("liaison_post", _l("职务"), PartnerUnit.liaison_post, priority=2, width=12),
        col("office_phone", _l("办公电话"), PartnerUnit.office_phone, width=14),
        col("place", _l("在组织树中的位置"), OrgUnit.short_name, opens="people.org", key=OrgUnit.id, priority=3, width=16),
        col("strengths", _l("专长和可用资源"), PartnerUnit.strengths, search=True, width=24),
        col("left_on", _l("退出日期"), PartnerUnit.left_on, priority=3, width=11),
    ),
    filters=(under(PartnerUnit),
             Filter(name="present", label=_l("参加共建"), kind="flag", where=lambda ctx: PartnerUnit.left_on.is_(None))),
    views=(View(name="present", label=_l("参加共建"), query={"present": "1"}),), order=("name",), rank=90,
    imports="pairing.units",
    actions=(Action(_l("登记单位"), "pairing.new_unit", "pairing.unit.manage", icon="plus-lg", primary=True),),
    empty=_l("还没有共建单位。组织树里已有的单位可以直接选，也可以整表导入。"),
)
