"""Purging one plugin's data in one tenant, after the tenant switched it off and took the data along.

The way is that of a whole tenant (core.custody.removal): one operator asks, another confirms, time passes, a certificate
stays. Two things are the tenant's: without its own switching off and its own export nobody can ask, and switching the plugin on
again ends it, at any time before the deletion begins.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from sqlalchemy import ColumnElement, select, update

from core.access.revision import UNCHANGED
from core.base.i18n import _
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.contracts.errors import Conflict, Invalid, NotFound
from core.files import storage
from core.files.models import StoredFile
from core.plugin import installed
from core.rules import rule
from core.service import Context, service
from core.tenancy.models import PURGING

from .archive.arrival import alone
from .archive.writing import Tell
from .belongings import belongings, counted
from .cleaning import delete_some
from .decision import forget, resting, state_of, take_hold, taken_along
from .models import DONE, Removal
from .operators import tell_tenant
from .removal import MAY, begin, being_removed, call_off, get_removal, person, target, used_again


def ask_purge(ctx: Context, slug: str, plugin: str, *, reason: str, typed: str) -> Removal:
    """The first person asks. Raises NotFound, Invalid (not off, not exported, mistyped), Conflict (one is under way)."""
    row = target(slug)
    if plugin not in installed().optional:
        raise NotFound(plugin)
    state = state_of(row.id, plugin)
    problems = {}
    if typed.strip() != plugin:
        problems["typed"] = [_("请原样输入应用的代号“%(name)s”，以免清错。", name=plugin)]
    if not reason.strip():
        problems["reason"] = [_("请写明清除原因和依据。")]
    if state is None or not resting(state):
        problems[""] = [_("该单位没有停用或归档这个应用，不能清除它的数据。")]
    elif not taken_along(state):
        problems[""] = [_("该单位停用以后还没有导出这个应用的数据，不能清除。请先由单位管理员在应用页面导出。")]
    if problems:
        raise Invalid(problems)
    asked = _ask(ctx, row.id, row.slug, row.name, plugin, reason.strip())
    tell_tenant(ctx, row.id, act="purge_asked", plugin=plugin, reason=reason)
    return asked


@service(MAY, action="custody.purge.ask")
def _ask(ctx: Context, tenant_id: int, slug: str, name: str, plugin: str, reason: str) -> Removal:
    if being_removed(tenant_id):
        raise Conflict(_("这个单位已经有一项清除或注销在办理。"))
    asked = Removal(target_id=tenant_id, open_of=tenant_id, slug=slug, name=name, plugin=plugin, reason=reason[:300],
                    status_before="", asked_by=person(ctx), asked_name=ctx.actor.label, asked_at=ctx.now())
    session().add(asked)
    session().flush()
    ctx.audit("tenant", tenant_id, name, slug=slug, plugin=plugin, reason=reason)
    return asked


def carry_out_purge(ctx: Context, removal_id: int, tell: Tell) -> dict[str, Any]:
    """Delete, look whether anything is left, certify; can be interrupted and repeated. Raises Conflict before its time, when
    something is left, while the plugin is not installed, and when the tenant has used it since (then it is called off)."""
    row = get_removal(ctx, removal_id)
    with alone(row.target_id):
        session().refresh(row)
        if row.state == DONE:
            return row.certificate or {}
        if row.plugin not in installed().optional:
            raise Conflict(_("应用“%(name)s”已不在本服务器上，不知道哪些数据是它的。请先重新安装，再清除。", name=row.plugin))
        row = begin(ctx, removal_id)
        if not _emptied(row):
            if not take_hold(row.target_id, row.plugin, row.asked_at):
                call_off(ctx, removal_id)
                raise Conflict(used_again())
            _empty(ctx, row, tell)
        said = _certify(ctx, removal_id)
        tell_tenant(ctx, row.target_id, act="purged", plugin=row.plugin, rows=sum(said["rows"].values()),
                    certificate=said["sha256"])
        return said


def _emptied(row: Removal) -> bool:
    """Whether an interrupted run had deleted everything: the tenant may have begun anew since, only the certificate is due."""
    state = state_of(row.target_id, row.plugin)
    return row.counted is not None and (state is None or state.state != PURGING)


def _empty(ctx: Context, row: Removal, tell: Tell) -> None:
    """Everything goes, and last of all the tenant's decision. Raises Conflict when something is left."""
    if row.counted is None:
        with tenant_scope(row.target_id):
            found = counted(belongings(row.plugin))
        _note_count(ctx, row.id, {"rows": found})
    tell(20, _("正在删除"))
    _delete(row.target_id, row.plugin)
    tell(80, _("正在检查是否有遗留"))
    with tenant_scope(row.target_id):
        left = counted(belongings(row.plugin))
    if left:
        raise Conflict(_("仍有数据没有删除干净（%(what)s），稍后会再次尝试。",
                         what="、".join(f"{table} {rows}" for table, rows in left.items())[:400]))
    forget(row.target_id, row.plugin)


@service(MAY, action="custody.removal.count")
def _note_count(ctx: Context, removal_id: int, found: dict[str, Any]) -> None:
    row = ctx.get(Removal, removal_id)
    row.counted = found
    ctx.audit("tenant", row.target_id, row.name, slug=row.slug, plugin=row.plugin, rows=sum(found["rows"].values()))


def _delete(tenant_id: int, plugin: str) -> None:
    """What refers goes before what it refers to, in transactions of 5,000 rows; files go from the disk before their rows."""
    with tenant_scope(tenant_id):
        found = belongings(plugin)
    for each in reversed(found):
        with tenant_scope(tenant_id):
            mine = [each.tenant == tenant_id, *each.which()]
            if each.name == StoredFile.__tablename__:
                _remove_files(mine)
            if each.late:
                begin_write()
                session().execute(update(each.table).where(*mine).values(dict.fromkeys(each.late)),
                                  execution_options={UNCHANGED: True})
                session().commit()
            while delete_some(each.table, *mine):
                pass


def _remove_files(mine: list[ColumnElement[bool]]) -> None:
    for key in session().scalars(select(StoredFile.key).where(*mine)).all():
        storage.remove(key)


@service(MAY, action="custody.removal.certify")
def _certify(ctx: Context, removal_id: int) -> dict[str, Any]:
    """Write down what was removed; the hash of it stands in the platform's audit chain, and in the tenant's."""
    row = ctx.get(Removal, removal_id)
    backups = ctx.now() + dt.timedelta(days=rule("custody.backup_keep_days").value)
    said = {
        "removal": row.id, "tenant_id": row.target_id, "slug": row.slug, "name": row.name, "plugin": row.plugin,
        "title": str(installed().by_name[row.plugin].manifest.title), "reason": row.reason,
        "asked": [row.asked_name, row.asked_at.isoformat()],
        "confirmed": [row.confirmed_name, row.confirmed_at.isoformat() if row.confirmed_at else ""],
        "due": row.due_at.isoformat() if row.due_at else "", "finished": ctx.now().isoformat(), **(row.counted or {}),
        "left": {"rows": 0}, "in_backups_until": backups.date().isoformat(),
    }
    said["sha256"] = hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    row.certificate, row.state, row.open_of, row.finished_at = said, DONE, None, ctx.now()
    ctx.audit("tenant", row.target_id, row.name, slug=row.slug, plugin=row.plugin, certificate=said["sha256"])
    return said
