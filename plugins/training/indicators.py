"""Measures of training. Each leads to its rows; none ranks persons."""

from __future__ import annotations

from sqlalchemy import or_

from core.base.i18n import _l
from core.plugin import PERCENT, Indicator

from .audience import meant_by
from .ledgers.sessions import rotated, trained_on
from .models import Balance, ClassSession, Need
from .words import COUNTED, SUBMITTED

met = Indicator(
    name="training.hours_met", label=_l("学时达标率"), of="training.hours", unit=PERCENT, good="high", tile=True,
    icon="journal-check",
    rank=110, where=lambda ctx: Balance.missing == 0,
    definition=_l("本年度有应达学时的人员中，已获学时达到应达学时的比例。应达学时见“规则与依据”。"))
workers = Indicator(
    name="training.workers_covered", label=_l("社区工作者培训覆盖率"), of="training.hours", unit=PERCENT, good="high", tile=True,
    icon="people", rank=111, over=lambda ctx: Balance.worker.is_(True), where=lambda ctx: Balance.got > 0,
    definition=_l("社区工作者（含网格员）中，本年度至少获得过一次学时的比例。目标为全覆盖。"))
induction = Indicator(
    name="training.induction", label=_l("新任书记参训率"), of="training.new_secretaries", unit=PERCENT, good="high", rank=112,
    where=lambda ctx: trained_on().is_not(None), version=2,
    definition=_l("近期任职的书记（任职时间在培训期限的两倍以内）中，任职后已参加过任职培训或轮训的比例。"))
central = Indicator(
    name="training.central_class", label=_l("集中培训率"), of="training.hours", unit=PERCENT, good="high", rank=113, version=2,
    over=lambda ctx: or_(Balance.role.in_(("secretary", "committee")), meant_by("probationary", ctx.today()),
                         meant_by("new_members", ctx.today())), where=lambda ctx: Balance.classes > 0,
    definition=_l("书记、班子成员、预备党员和入党第一年的党员中，本年度至少参加过一次集中培训的比例。"))
rotation = Indicator(
    name="training.rotation", label=_l("书记年度轮训率"), of="training.hours", unit=PERCENT, good="high", rank=118,
    over=lambda ctx: Balance.role == "secretary", where=lambda ctx: rotated(),
    definition=_l("书记中，本年度参加过轮训或任职培训的比例。"))
needs_met = Indicator(
    name="training.needs_met", label=_l("需求满足率"), of="training.needs", unit=PERCENT, good="high", rank=114,
    over=lambda ctx: (Need.year == ctx.today().year) & (Need.state != "dropped"), where=lambda ctx: Need.state == "met",
    definition=_l("本年度提出、仍需要的培训需求中，已经通过培训满足的比例。"))
secretary_share = Indicator(
    name="training.secretary_share", label=_l("书记参训占比"), of="training.hours", unit=PERCENT, rank=115, version=2,
    over=lambda ctx: Balance.got > 0, where=lambda ctx: Balance.role == "secretary",
    definition=_l("本年度有学时的人员中书记所占的比例，一人只计一次。明显偏高说明培训只到书记，没有覆盖其他社区工作者和党员。"))
held = Indicator(
    name="training.sessions_held", label=_l("本年已办班次"), of="training.sessions", icon="mortarboard", rank=116,
    where=lambda ctx: ClassSession.state.in_(COUNTED) & (ClassSession.on >= ctx.today().replace(month=1, day=1)),
    definition=_l("本年度举办并已确认学时的班次。"))
waiting = Indicator(
    name="training.hours_waiting", label=_l("待确认学时的班次"), of="training.sessions", good="low", rank=117,
    where=lambda ctx: ClassSession.state == SUBMITTED, definition=_l("签到已上报、上级还没有确认学时的班次。"))
