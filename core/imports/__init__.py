"""Import of the sheets people already have: read in a limited process, previewed, written in parts, undone as a batch."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, PersonalField, Plugin

PURPOSE, GROUND = _l("核对并录入上传的表格"), _l("依法履行职责")

plugin = Plugin(
    name="imports",
    title=_l("数据导入"),
    core=True,
    permissions=(Permission("imports.batch.read", _l("查看本单位所有人的导入记录"), sensitive=True),),
    personal_data=(
        PersonalField("imports_file.content", PURPOSE, GROUND, keep="imports.keep_days", mask="sealed", sensitive=True),
        PersonalField("imports_row.payload", PURPOSE, GROUND, keep="imports.keep_days", mask="sealed", sensitive=True),
        PersonalField("imports_batch.layout", PURPOSE, GROUND, keep="imports.keep_days", mask="sealed", sensitive=True),
    ),
)
