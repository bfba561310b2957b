"""The audit record as a ledger."""

from __future__ import annotations

from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base.i18n import _l
from core.plugin import Action, Filter, Ledger, col

from .actions import action_label, actor_label, subject_label, via_label

audit_log = Ledger(
    name="admin.audit", title=_l("操作日志"), permission="admin.audit.read", rows=select(AuditEntry), key=AuditEntry.id,
    columns=(
        col("seq", _l("序号"), AuditEntry.seq, align="end", width=8),
        col("at", _l("时间"), AuditEntry.at, width=18),
        col("actor", _l("操作人"), AuditEntry.actor_name, show=actor_label, search=True, width=12),
        col("action", _l("操作"), AuditEntry.action, show=action_label, search=True, width=20),
        col("kind", _l("对象"), AuditEntry.kind, show=subject_label, priority=2, width=12),
        col("subject", _l("名称"), AuditEntry.subject_name, search=True, width=24),
        col("via", _l("途径"), AuditEntry.via, show=via_label, priority=3, width=8),
        col("address", _l("地址"), AuditEntry.address, priority=3, hidden=True, width=16),
        col("hash", _l("校验值"), AuditEntry.hash, priority=3, hidden=True, width=30, sort=False),
    ),
    filters=(Filter(name="when", label=_l("时间"), kind="period", source=AuditEntry.at),),
    order=("-seq",), actions=(Action(_l("校验完整性"), "audit.verify", "admin.audit.verify", "shield-check"),),
    numbered=False, icon="shield-check", group=_l("管理"), rank=900,
    note=_l("只能追加，不能修改和删除；每条记录与上一条相互校验。"),
    empty=_l("还没有操作记录。"),
)
