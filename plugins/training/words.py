"""The fixed words of training: code -> label. Lists that a tenant may change are in dictionaries.toml."""

from __future__ import annotations

from core.base.i18n import _l

# who a class is for; the conditions behind the codes are in audience.py
AUDIENCES = {
    "members": _l("党员"),
    "probationary": _l("预备党员"),
    "new_members": _l("入党第一年的党员"),
    "secretaries": _l("书记"),
    "committee": _l("班子成员"),
    "new_secretaries": _l("新任书记"),
    "community_workers": _l("社区工作者"),
    "mobile": _l("流动党员"),
}
# whose duty a person has, heaviest first; the hours are rules
ROLES = {
    "secretary": _l("书记"),
    "committee": _l("班子成员"),
    "community_worker": _l("社区工作者"),
    "member": _l("党员"),
}
DUTY_RULES = {"secretary": "training.hours_secretary", "committee": "training.hours_committee",
              "community_worker": "training.hours_community_worker", "member": "training.hours_member"}
# posts by what they mean; tenants add their own posts on these bases
SECRETARY_POSTS = ("secretary", "first_secretary")
COMMITTEE_POSTS = ("deputy_secretary", "organisation_member", "publicity_member", "discipline_member", "committee_member")
WORKER_POSTS = ("community_worker", "grid_worker")

NEED_SOURCES = {"survey": _l("支部摸底"), "superior": _l("上级安排")}

ENROLLED, WAITING, CANCELLED, PRESENT_UNASKED = "enrolled", "waiting", "cancelled", "walk_in"
PLACES = {ENROLLED: _l("已报名"), WAITING: _l("候补"), CANCELLED: _l("已取消"), PRESENT_UNASKED: _l("现场补录")}
PLACE_TONES = {ENROLLED: "ok", WAITING: "warn", CANCELLED: "mute", PRESENT_UNASKED: "info"}
SEATED = (ENROLLED, PRESENT_UNASKED)
ORIGINS = {"self": _l("本人报名"), "branch": _l("支部报名"), "organiser": _l("办班单位"), "import": _l("签到表导入")}

PRESENT, PARTIAL, ABSENT, EXCUSED = "present", "partial", "absent", "excused"
ATTENDANCE = {PRESENT: _l("出席"), PARTIAL: _l("部分出席"), ABSENT: _l("缺席"), EXCUSED: _l("请假")}
ATTENDANCE_TONES = {PRESENT: "ok", PARTIAL: "info", ABSENT: "warn", EXCUSED: "mute"}
CAME, MISSED = (PRESENT, PARTIAL), (ABSENT, EXCUSED)

# states of a session by what they mean
DRAFT, ANNOUNCED, ENROLLING, HELD = "draft", "announced", "enrolling", "held"
SUBMITTED, CONFIRMED, CLOSED, CALLED_OFF = "attendance_submitted", "hours_confirmed", "closed", "called_off"
AHEAD = (DRAFT, ANNOUNCED, ENROLLING)
UPCOMING = (ANNOUNCED, ENROLLING)
COUNTED = (CONFIRMED, CLOSED)

OWN_SOURCE = "training.session"
SOURCES = {OWN_SOURCE: _l("培训班次"), "liaison.gathering": _l("集中返乡教育")}
SCREEN_FORM = "online_self_study"           # a form that is planned and never gives hours (docs/refusals.md no. 8)
INDUCTION_FORMS = ("induction", "rotation")
LEVELS = {1: _l("入门"), 2: _l("提高"), 3: _l("骨干")}
