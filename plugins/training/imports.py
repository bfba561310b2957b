"""Sheets the import wizard takes."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import ImportKind

from . import taking
from .schemas.sheet import AttendanceRow

attendance = ImportKind(
    name="training.attendance", title=_l("培训签到表"), schema=AttendanceRow, permission="training.session.manage",
    prepare=taking.prepare, check=taking.check, write=taking.write, undo=taking.undo, after="training.index",
    note=_l("每行一人，按班次编号核对。没有报名的人记为现场补录。学时只按签到计算，观看时长不计。"))
