"""Words of the audit for what goes by another name than a permission, and for the kinds of records."""

from __future__ import annotations

from core.base.i18n import _l

ACTIONS = {
    "liaison.record.follow": _l("随组织关系调整流动党员登记"),
    "liaison.education.cancel": _l("取消返乡教育活动"),
    "liaison_station": _l("联络站"),
    "liaison_service": _l("联络站服务"),
    "liaison_gathering": _l("返乡教育活动"),
}
