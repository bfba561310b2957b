"""Carrying a removal out: count, delete, look whether anything is left, certify. Can be interrupted and repeated."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from sqlalchemy import select, update

from core.admin.models import Onboarding
from core.audit.models import AuditHead
from core.base import cache
from core.base.i18n import _
from core.base.scope import system_scope, tenant_scope
from core.base.session import begin_write, session
from core.contracts.errors import Conflict
from core.plugin import installed
from core.rules import rule
from core.service import Context, service
from core.tenancy.everywhere import standings
from core.tenancy.models import ACTIVE, ARRIVING, LEAVING, Tenant

from . import shelf
from .archive.arrival import alone, discard
from .archive.writing import Tell, silent
from .cleaning import holdings, take_away
from .models import DONE, Removal
from .purge import carry_out_purge
from .removal import MAY, begin, get_removal


def carry_out(ctx: Context, removal_id: int, tell: Tell = silent) -> dict[str, Any]:
    """Delete what the removal is about and return its certificate. Raises Conflict before its time, or when something is
    left (then nothing is certified and the next run tries again)."""
    if (row := get_removal(ctx, removal_id)).plugin:
        return carry_out_purge(ctx, removal_id, tell)
    with alone(row.target_id):
        return _carry_out(ctx, removal_id, tell)


def _carry_out(ctx: Context, removal_id: int, tell: Tell) -> dict[str, Any]:
    row = get_removal(ctx, removal_id)
    session().refresh(row)
    if row.state == DONE:                               # another was faster: the certificate stays what it is
        return row.certificate or {}
    _out_of_use(row.target_id)
    _all_installed(row.target_id)
    row = begin(ctx, removal_id)
    _close(row.target_id)
    _drop_copies(row.target_id)
    tell(5, _("正在清点"))
    if row.counted is None:
        _count(ctx, removal_id, _counted(row.target_id))
    tell(20, _("正在删除"))
    take_away(row.target_id)
    tell(80, _("正在检查是否有遗留"))
    left = holdings(row.target_id)
    if not left.nothing:
        what = "、".join([*(f"{table} {rows}" for table, rows in left.rows.items()), f"files {left.files}"])
        raise Conflict(_("仍有数据没有删除干净（%(what)s），稍后会再次尝试。", what=what[:400]))
    with tenant_scope(row.target_id):
        cached = cache.forget_tenant()
    _forget_elsewhere(row.target_id, row.slug)
    return _certify(ctx, removal_id, cached)


def _out_of_use(tenant_id: int) -> None:
    """Raises Conflict when somebody opened the tenant again during the waiting time: people work in it."""
    with system_scope("custody: is it in use?"):
        status = session().scalar(select(Tenant.status).where(Tenant.id == tenant_id))
    if status == ACTIVE:
        raise Conflict(_("这个单位又恢复了使用，没有删除。请先设为只读，或者撤回注销。"))


def _all_installed(tenant_id: int) -> None:
    """Raises Conflict while tables of the tenant are unknown to this server: their rows would stay."""
    gone = sorted({each.plugin for each in standings() if each.tenant_id == tenant_id} - installed().by_name.keys())
    if gone:
        raise Conflict(_("这个单位还有应用“%(names)s”的数据，而应用已不在本服务器上。请先重新安装，再删除。",
                         names="、".join(gone)))


def _close(tenant_id: int) -> None:
    """From now on nobody can open any of it, and no job of it runs."""
    with system_scope("custody: a tenant leaves"):
        begin_write()
        session().execute(update(Tenant).where(Tenant.id == tenant_id).values(status=LEAVING, status_reason="")
                          .execution_options(synchronize_session=False))
        session().commit()


def _drop_copies(tenant_id: int) -> None:
    """Restored copies hold the same data: they go with it."""
    with system_scope("custody: copies of a tenant that leaves"):
        begin_write()
        copies = session().scalars(select(Tenant).where(Tenant.copy_of == tenant_id)).all()
        for copy in copies:
            copy.status = ARRIVING
        numbers = [copy.id for copy in copies]
        session().commit()
    for number in numbers:
        discard(number)


def _counted(tenant_id: int) -> dict[str, Any]:
    found = holdings(tenant_id).as_json()
    with tenant_scope(tenant_id):
        head = session().scalars(select(AuditHead)).one_or_none()
        found["audit"] = {"seq": head.seq, "hash": head.hash} if head else {"seq": 0, "hash": ""}
    with system_scope("custody: is the same tenant here twice?"):
        mine = session().scalars(select(Tenant).where(Tenant.id == tenant_id)).one_or_none()
        origin = (mine.origin_id if mine else None) or tenant_id
        same = select(Tenant.slug).where((Tenant.id == origin) | (Tenant.origin_id == origin), Tenant.id != tenant_id)
        found["also_here"] = sorted(session().scalars(same))        # what a restored copy took the place of, or the reverse
    return found


@service(MAY, action="custody.removal.count")
def _count(ctx: Context, removal_id: int, counted: dict[str, Any]) -> None:
    row = ctx.get(Removal, removal_id)
    if row.counted is not None:
        return
    row.counted = counted
    ctx.audit("tenant", row.target_id, row.name, slug=row.slug, rows=sum(counted["rows"].values()), files=counted["files"],
              audit_head=counted["audit"]["hash"])


def _forget_elsewhere(tenant_id: int, slug: str) -> None:
    """What other rows say about the tenant: streets below it, its admin's name in the platform's onboarding, its row; and
    its archives on the server."""
    with system_scope("custody: a tenant has left"):
        begin_write()
        quiet = {"synchronize_session": False}
        session().execute(update(Tenant).where(Tenant.parent_id == tenant_id).values(parent_id=None).execution_options(**quiet))
        session().execute(update(Onboarding).where(Onboarding.made_id == tenant_id).values(admin={}, unit={"name": slug})
                          .execution_options(**quiet))
        row = session().scalars(select(Tenant).where(Tenant.id == tenant_id)).one_or_none()
        if row is not None:
            session().delete(row)
        session().commit()
    shelf.forget(tenant_id, slug)


@service(MAY, action="custody.removal.certify")
def _certify(ctx: Context, removal_id: int, cached: int | None) -> dict[str, Any]:
    """Write down what was removed and what was found afterwards; the hash of it stands in the platform's audit chain."""
    row = ctx.get(Removal, removal_id)
    backups = ctx.now() + dt.timedelta(days=rule("custody.backup_keep_days").value)
    said = {
        "removal": row.id, "tenant_id": row.target_id, "slug": row.slug, "name": row.name, "reason": row.reason,
        "asked": [row.asked_name, row.asked_at.isoformat()],
        "confirmed": [row.confirmed_name, row.confirmed_at.isoformat() if row.confirmed_at else ""],
        "due": row.due_at.isoformat() if row.due_at else "", "finished": ctx.now().isoformat(), **(row.counted or {}),
        "left": {"rows": 0, "files": 0, "cache": cached}, "in_backups_until": backups.date().isoformat(),
    }
    said["sha256"] = hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    row.certificate, row.state, row.open_of, row.finished_at = said, DONE, None, ctx.now()
    ctx.audit("tenant", row.target_id, row.name, slug=row.slug, certificate=said["sha256"])
    return said


def certificate(ctx: Context, removal_id: int) -> dict[str, Any] | None:
    """The certificate of a finished removal."""
    return get_removal(ctx, removal_id).certificate
