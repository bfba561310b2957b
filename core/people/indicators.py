"""Measures of organisations and people; each leads to the rows it counts."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import PERCENT, Indicator

from .conditions import age_known, counted, elderly, oversize, served, terms_ending, unverified
from .models import OrgUnit
from .words import BRANCHES, LIVING_STATUS


def _living(*kinds: str):
    return lambda ctx: OrgUnit.kind.in_(kinds) & OrgUnit.status.in_(LIVING_STATUS)


members = Indicator(
    name="people.members", label=_l("党员总数"), of="people.roster", where=lambda ctx: counted(), tile=True,
    icon="people", rank=10, definition=_l("组织关系在册的正式党员和预备党员，含失去联系的，不含停止党籍的。"))
members_served = Indicator(
    name="people.members_served", label=_l("联系服务党员"), of="people.everybody", where=lambda ctx: served(), tile=True,
    icon="heart", rank=20, definition=_l("组织关系在册的党员，加上流入、双报到等在本地参加活动的党员。"))
elder_share = Indicator(
    name="people.elder_share", label=_l("老年党员占比"), of="people.roster", unit=PERCENT, where=elderly, over=age_known,
    tile=True, icon="people", rank=30,
    definition=_l("出生日期已登记的党员中，达到规则“统计为 60 岁以上的年龄”的比例。"))
unverified_members = Indicator(
    name="people.unverified", label=_l("超期未核验"), of="people.roster", where=unverified, good="low", tile=True,
    icon="clipboard-check", rank=40, definition=_l("党员信息超过规定的核对周期没有核验。"))
terms_soon = Indicator(
    name="people.terms_ending", label=_l("即将届满"), of="people.terms", where=terms_ending, good="low", tile=True,
    icon="calendar-event", rank=50, definition=_l("任期已届满或在规定的提醒期内届满、尚未换届的党组织。"))
large_branches = Indicator(
    name="people.oversize", label=_l("超规模支部"), of="people.orgs", where=oversize, good="low", tile=True,
    icon="exclamation-triangle", rank=60,
    definition=_l("党员人数超过一般上限、又没有登记上级批准文号的支部（《支部工作条例》；只提醒，不强制）。"))
committees = Indicator(
    name="people.committees", label=_l("党委（党工委）数"), of="people.orgs", where=_living("committee", "work_committee"),
    icon="diagram-3", rank=70, definition=_l("正常运行的党委和党工委。"))
general_branches = Indicator(
    name="people.general_branches", label=_l("党总支数"), of="people.orgs", where=_living("general_branch"), icon="diagram-3",
    rank=71, definition=_l("正常运行的党总支。"))
branches = Indicator(
    name="people.branches", label=_l("党支部数"), of="people.orgs", where=_living(*BRANCHES), icon="diagram-3", rank=72,
    definition=_l("正常运行的党支部，含联合、流动和功能型党支部。"))
