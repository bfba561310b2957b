"""What custody tells."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import NoticeTemplate

READY = NoticeTemplate(name="custody.ready", title=_l("数据包已生成"), text=_l("本单位的数据包已生成，可以下载。"), values={})
