"""The fixed words of joint creation: code -> label. Lists that a tenant may change are in dictionaries.toml."""

from __future__ import annotations

from core.base.i18n import _l
from core.people.words import UNIT_KINDS as ALL_UNIT_KINDS

UNIT_SIDE, ORG_SIDE = "unit", "community"
SIDES = {UNIT_SIDE: _l("单位"), ORG_SIDE: _l("社区")}
UNIT_KINDS = {code: label for code, label in ALL_UNIT_KINDS.items() if code not in ("county", "street", "community")}
PAIR_KINDS = {"joint_creation": _l("联创"), "branch_assistance": _l("帮建"), "co_construction": _l("共建")}
GIFTS = {"cash": _l("资金"), "goods": _l("物资"), "labour": _l("劳务"), "venue": _l("场地"), "expertise": _l("专业服务")}
MEASURES = {"cash": "", "goods": _l("件"), "labour": _l("工时"), "venue": _l("次"), "expertise": _l("小时")}
RATINGS = {"good": _l("满意"), "fair": _l("基本满意"), "poor": _l("需改进")}
RATING_TONES = {"good": "ok", "fair": "info", "poor": "warn"}
VISITS = {"exchange": _l("工作交流"), "help": _l("帮建走访"), "activity": _l("共建活动")}
COUNCILS = {"joint_council": _l("党建联席会议"), "coordination": _l("党建协调指导委员会"),
            "joint_management": _l("共建联管联席会议"), "enlarged_committee": _l("社区“大党委”")}
TOPIC_STATES = {"collected": _l("已征集"), "tabled": _l("已列入议程"), "settled": _l("已议决"), "deferred": _l("暂缓"),
                "carried": _l("已转下次会议")}
TOPIC_TONES = {"collected": "info", "tabled": "info", "settled": "ok", "deferred": "mute", "carried": "mute"}

# states of a pairing by what they mean
WORKING = ("active", "dormant")
HAS_RUN = (*WORKING, "expired")              # there is something to report of, and nobody has ended it
IN_FORCE = ("agreed", *HAS_RUN)
OPEN = ("proposed", *IN_FORCE)
PROJECT_OPEN = ("requested", "claimed", "in_progress", "delivered", "returned")
NEED_OPEN = ("open", "asked")
NEED_CLAIMED = ("claimed", "met")
RESOLUTION_OPEN = ("open", "carried", "reported")
