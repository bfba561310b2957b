"""What exports tell."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import NoticeTemplate

EXPORTED = NoticeTemplate(
    name="ledgers.exported", title=_l("台账导出完成"), text=_l("导出完成，可以下载：{name}"),
    values={"name": (_l("台账"), _l("党员花名册"))})
