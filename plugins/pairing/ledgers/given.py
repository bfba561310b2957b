"""What was given, confirmed by both sides."""

from __future__ import annotations

from sqlalchemy import select

from core.base.i18n import _l
from core.people.models import OrgUnit
from core.plugin import FEN, View, col

from ..models import Contribution, JointProject, PartnerUnit
from ..words import GIFTS
from ..workflows import gift_flow
from .frame import register, sides, state_of, this_year, under

contributions = register(
    name="pairing.contributions",
    title=_l("资金物资往来（两方确认）"),
    rows=select(Contribution).join(Contribution.org).join(Contribution.unit).join(Contribution.project),
    key=Contribution.id,
    scope=sides(Contribution),
    opens="pairing.gift",
    icon="cash-coin",
    columns=(
        col("on", _l("日期"), Contribution.on, filter=True, width=11),
        col("unit", _l("投入单位"), PartnerUnit.name, search=True, width=18),
        col("org", _l("接收社区"), OrgUnit.short_name, search=True, order=Contribution.org_path, width=12),
        col("project", _l("用于项目"), JointProject.title, search=True, width=24),
        col("kind", _l("形式"), Contribution.kind, choices=GIFTS, filter=True, width=9),
        col("what", _l("内容"), Contribution.what, search=True, opens="pairing.gift", width=20),
        col("amount", _l("金额或折价（元）"), Contribution.amount_fen, unit=FEN, align="end", filter=True, width=12),
        col("quantity", _l("数量"), Contribution.quantity, align="end", width=7),
        col("source", _l("来源"), Contribution.source, priority=2, width=14),
        col("receipt_no", _l("票据号"), Contribution.receipt_no, search=True, priority=2, width=12),
        col("unit_confirmed_on", _l("单位确认"), Contribution.unit_confirmed_on, width=11),
        col("org_confirmed_on", _l("社区确认"), Contribution.org_confirmed_on, width=11),
        state_of(gift_flow, width=10),
    ),
    filters=(
        under(Contribution),
        this_year(Contribution.on),
    ),
    views=(
        View(name="confirmed", label=_l("两方已确认"), query={"state": "confirmed"}),
        View(name="cash", label=_l("资金"), query={"kind": "cash"}),
        View(name="year", label=_l("本年"), query={"this_year": "1"}),
    ),
    order=("-on",),
    rank=60,
    empty=_l("还没有投入记录。在项目页上登记，另一方确认后计入。"),
)
