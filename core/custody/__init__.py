"""A tenant's data as a whole: taken out, brought in, restored beside, compared, removed; backups and the doctor."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, Plugin

plugin = Plugin(
    name="custody",
    title=_l("数据保管"),
    core=True,
    permissions=(Permission("custody.archive.ask", _l("导出本单位全部数据")),),
)
