"""What may be told outside of joint work of units and communities."""

from __future__ import annotations

from core.base.i18n import _l
from core.contracts.events import CommitmentDelivered
from core.plugin import EventKind, Fact

commitment_delivered = EventKind(
    name="pairing.commitment.delivered", title=_l("共建承诺已兑现"), of=CommitmentDelivered,
    facts=(Fact("unit_org_id", _l("共建单位的组织（0 为没有）")), Fact("org_id", _l("社区")), Fact("on", _l("验收日期"), "date"),
           Fact("source", _l("来源种类"), "code"), Fact("source_id", _l("来源记录"))),
    about=_l("社区验收了单位承诺的项目；项目名称请从接口读取。"))
