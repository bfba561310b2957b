"""The fixed words of the liaison stations: code -> label. Lists that a tenant may change are in dictionaries.toml."""

from __future__ import annotations

from core.base.i18n import _l

DIRECTIONS = {"outflow": _l("流出"), "inflow": _l("流入")}
MEANS = {"phone": _l("电话"), "message": _l("微信、短信"), "video": _l("视频"), "meeting": _l("见面"), "visit": _l("上门"),
         "letter": _l("信函")}
REACHED, NO_ANSWER, WRONG_NUMBER = "reached", "no_answer", "wrong_number"
OUTCOMES = {REACHED: _l("已联系上"), NO_ANSWER: _l("无人接听"), WRONG_NUMBER: _l("号码有误")}
OUTCOME_TONES = {REACHED: "ok", NO_ANSWER: "warn", WRONG_NUMBER: "err"}
TRANSFERABLE = {True: _l("能转接"), False: _l("暂不能转接")}

# states by what they mean
UNDER_CARE = ("active", "contact_overdue")                                        # contact is owed within the interval
BEFORE_CARE = ("suspected", "registered", "notified", "received")
OPEN = (*BEFORE_CARE, *UNDER_CARE, "lost_contact", "suspended")
RECEIVED = ("received", *UNDER_CARE)
ENDED = ("returned", "transferred", "removed", "closed")
