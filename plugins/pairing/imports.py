"""Sheets the import wizard takes: units, and pairings that were agreed on before."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import ImportKind

from . import taking_pairs, taking_units
from .schemas.sheets import PairRow, UnitRow

units = ImportKind(
    name="pairing.units", title=_l("共建单位名册"), schema=UnitRow, permission="pairing.unit.manage",
    prepare=taking_units.prepare, check=taking_units.check, write=taking_units.write, undo=taking_units.undo,
    after="pairing.index",
    note=_l("按统一社会信用代码核对，没有代码的按单位名称核对；已登记的只补充，不清空原有内容。"))
pairs = ImportKind(
    name="pairing.pairs", title=_l("已有结对"), schema=PairRow, permission=taking_pairs.TAKE,
    prepare=taking_pairs.prepare, check=taking_pairs.check, write=taking_pairs.write, undo=taking_pairs.undo,
    after="pairing.index",
    note=_l("用于已经签过协议的结对，导入后直接生效。单位须已登记；已有的同类结对只补充联络和目标，不重复建立。"))
