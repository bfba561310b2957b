"""Words of the audit for what goes by another name than a permission, and for the kinds of records."""

from __future__ import annotations

from core.base.i18n import _l

ACTIONS = {
    "training.session.record_past": _l("补录已举办的培训班次"),
    "training.enrolment.self": _l("本人报名培训"),
    "training.enrolment.cancel": _l("取消报名"),
    "training.hours.credit": _l("计入学时"),
    "training.hours.settle": _l("结算学时"),
    "training.hours.follow": _l("随人员变动调整学时"),
    "training.course": _l("课程"), "training.plan": _l("培训计划"), "training.hours": _l("学时"),
    "training.certificate.reissue": _l("重新核发培训证书"),
    "training.certificate": _l("培训证书"),
}
