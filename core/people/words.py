"""The fixed words of the registry: code -> label. Lists that a tenant may change are in dictionaries.toml."""

from __future__ import annotations

from core.base.i18n import _l

ORG_KINDS = {
    "work_committee": _l("党工委"),
    "committee": _l("党委"),
    "general_branch": _l("党总支"),
    "branch": _l("党支部"),
    "joint_branch": _l("联合党支部"),
    "mobile_branch": _l("流动党员党支部"),
    "functional_branch": _l("功能型党支部"),
    "group": _l("党小组"),
    "unit": _l("单位"),
}
UNIT_KINDS = {
    "county": _l("县（区）"),
    "street": _l("街道（乡镇）"),
    "community": _l("社区（村）"),
    "agency": _l("机关"),
    "public_institution": _l("事业单位"),
    "soe": _l("国有企业"),
    "private": _l("非公企业"),
    "social_org": _l("社会组织"),
    "property": _l("产权（物业）单位"),
}
ORG_STATUS = {
    "draft": _l("筹建"),
    "active": _l("正常"),
    "term_due": _l("即将届满"),
    "in_election": _l("换届中"),
    "merged": _l("已合并"),
    "dissolved": _l("已撤销"),
}
ORG_CHANGES = {
    "founded": _l("成立"),
    "renamed": _l("更名"),
    "moved": _l("调整隶属"),
    "merged": _l("合并"),
    "split": _l("拆分"),
    "dissolved": _l("撤销"),
    "term": _l("换届"),
    "changed": _l("信息变更"),
}
GENDERS = {"male": _l("男"), "female": _l("女")}
MEMBER_KINDS = {"full": _l("正式党员"), "probationary": _l("预备党员"), "none": _l("非党员")}
MEMBERSHIP_STATES = {
    "normal": _l("正常"),
    "contact_lost": _l("失去联系"),
    "suspended": _l("停止党籍"),
    "removed": _l("已出党"),
    "deceased": _l("去世"),
    "transferred_out": _l("已转出"),
}
AFFILIATION_KINDS = {
    "formal": _l("组织关系所在"),
    "inflow": _l("流入"),
    "outflow": _l("流出"),
    "dual_registered": _l("双报到"),
    "volunteer": _l("志愿服务"),
}
CHANGE_TYPES = {
    "initial": _l("首次录入"),
    "transfer_in": _l("转入"),
    "newly_admitted": _l("发展入党"),
    "restored": _l("恢复党籍"),
    "transfer_out": _l("转出"),
    "deceased": _l("去世"),
    "removed": _l("出党"),
    "suspended": _l("停止党籍"),
    "confirmed": _l("转正"),
    "corrected": _l("更正"),
}
CHECK_STATES = {
    "fresh": _l("新录入"),
    "due_for_check": _l("待核验"),
    "confirmed": _l("支部已确认"),
    "approved": _l("已审核"),
}
# What each change does to the head count; `corrected` says it itself.
EFFECTS = {"initial": 1, "transfer_in": 1, "newly_admitted": 1, "restored": 1,
           "transfer_out": -1, "deceased": -1, "removed": -1, "suspended": -1, "confirmed": 0}
COUNTED_STATES = ("normal", "contact_lost")          # who counts as a member of the branch
COUNTED_KINDS = ("full", "probationary")
LIVING_STATUS = ("draft", "active", "term_due", "in_election")
BRANCHES = ("branch", "joint_branch", "mobile_branch", "functional_branch")
PARTY_ORGS = ("work_committee", "committee", "general_branch", *BRANCHES)
GUEST_KINDS = ("inflow", "dual_registered", "volunteer")   # in this order a link decides where else a person is seen
