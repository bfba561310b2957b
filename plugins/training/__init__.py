"""党员、干部、社区工作者培训: needs, courses, plans, sessions, attendance, hours and what is missing, certificates."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, PersonalField, Plugin, RoleTemplate

_READ = ("training.course.read", "training.session.read", "training.need.read")
_BRANCH = (*_READ, "training.need.raise", "training.enrolment.write", "training.hours.read", "training.session.manage")
_ORGANISE = (*_BRANCH, "training.course.manage", "training.plan.manage", "training.hours.confirm",
             "training.certificate.read")
_PEOPLE = ("people.org.read", "people.person.read")
_DUTY = _l("履行党员教育管理职责（法定职责）")
_KEEP = "membership + 3 years"

plugin = Plugin(
    name="training",
    title=_l("教育培训"),
    summary=_l("培训需求、课程、年度计划、班次、签到、学时台账与差额、结业证书"),
    icon="mortarboard",
    settings="schemas:Settings",
    permissions=(
        Permission("training.course.read", _l("查看课程和年度计划")),
        Permission("training.course.manage", _l("管理课程")),
        Permission("training.plan.manage", _l("制订年度计划，安排培训需求")),
        Permission("training.need.read", _l("查看培训需求")),
        Permission("training.need.raise", _l("提出培训需求")),
        Permission("training.session.read", _l("查看班次和签到表")),
        Permission("training.session.manage", _l("办班：预告、报名、签到、补课")),
        Permission("training.enrolment.write", _l("为本支部人员报名")),
        Permission("training.hours.read", _l("查看个人学时和差额（安排培训用）")),
        Permission("training.hours.confirm", _l("确认下级培训的学时，退回或重新打开")),
        Permission("training.hours.export", _l("导出学时台账"), sensitive=True),
        Permission("training.certificate.read", _l("查看、打印结业证书")),
        Permission("training.certificate.revoke", _l("撤销、重新核发结业证书")),
    ),
    roles=(
        RoleTemplate("branch_secretary", _l("支部书记、组织委员"), _BRANCH),
        RoleTemplate("community_secretary", _l("社区书记"), (*_ORGANISE, "training.hours.export")),
        RoleTemplate("community_worker", _l("社区工作者、网格员"), (*_READ, "training.need.raise")),
        RoleTemplate("street_officer", _l("街道党建办"), (*_PEOPLE, "training.*")),
        RoleTemplate("org_officer", _l("组织部工作人员"), (*_PEOPLE, "training.*"), audience=frozenset({"county"})),
        RoleTemplate("social_work_officer", _l("社会工作部工作人员"), (*_PEOPLE, *_ORGANISE), audience=frozenset({"county"})),
        RoleTemplate("training_organiser", _l("培训班次管理员"), (*_PEOPLE, *_BRANCH, "training.certificate.read"),
                     note=_l("在党校或一个组织范围授予；学时由上级确认")),
        RoleTemplate("inspector", _l("只读检查"), _READ),
    ),
    personal_data=(
        PersonalField("training_seat.person_name", _l("报名和签到"), _DUTY, _KEEP, mask="name"),
        PersonalField("training_session.trainer", _l("公布授课人，授课人不计学员学时"), _DUTY, _KEEP, mask="name"),
        PersonalField("training_seat.attendance", _l("按签到计算学时"), _DUTY, _KEEP),
        PersonalField("training_seat.note", _l("说明缺席、请假的原因"), _DUTY, _KEEP),
        PersonalField("training_entry.tenths", _l("核算年度学时，安排补课"), _DUTY, _KEEP),
        PersonalField("training_balance.missing", _l("只供安排培训的人员和本人查看，不公布、不排名"), _DUTY, _KEEP),
        PersonalField("training_certificate.person_name", _l("出具结业证书"), _DUTY, "10 years", mask="name"),
    ),
)
