"""What imports tell."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import NoticeTemplate

IMPORTED = NoticeTemplate(
    name="imports.done", title=_l("导入完成"), text=_l("“{file}”导入完成：写入 {n} 行。"),
    values={"file": (_l("文件名"), _l("名册.xlsx")), "n": (_l("行数"), 120)})
