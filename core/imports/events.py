"""What may be told outside of imports."""

from __future__ import annotations

from core.base.i18n import _l
from core.contracts.events import ImportDone, ImportUndone
from core.plugin import EventKind, Fact

import_done = EventKind(
    name="imports.batch.done", title=_l("导入完成"), of=ImportDone,
    facts=(Fact("batch_id", _l("导入批次")), Fact("kind", _l("表的种类"), "code"), Fact("rows", _l("写入的行数"), "count")))

import_undone = EventKind(
    name="imports.batch.undone", title=_l("导入已撤销"), of=ImportUndone,
    about=_l("此前导入的记录已经删去或改回；撤销中断过的，行数是到此时为止的合计。"),
    facts=(Fact("batch_id", _l("导入批次")), Fact("kind", _l("表的种类"), "code"), Fact("rows", _l("撤销的行数"), "count")))
