"""Sheets the import wizard takes."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import ImportKind

from . import taking
from .schemas.sheet import OutflowRow

outflow = ImportKind(
    name="liaison.outflow", title=_l("流出党员台账"), schema=OutflowRow, permission="liaison.record.register",
    prepare=taking.prepare, check=taking.check, write=taking.write, undo=taking.undo, after="liaison.index",
    note=_l("党员须已在名册中，按所在党支部和姓名核对，同名的再核对电话或身份证号码。已有未结束记录的只补充，不清空原有内容。"))
