"""Bringing a tenant in from its archive. Until all of it is there and verified, nobody can open any of it.

The tenant's row is written first with the status `arriving`: its address answers 503, no job runs. Rows follow in short
transactions (a long one would lock SQLite for every other tenant), then files, then the comparison with the manifest;
only then the row gets its status. Whatever fails takes everything back; after a kill the row is left, the doctor names
it, and the next import of the same archive begins by clearing it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError

from core.access.revision import UNCHANGED
from core.audit.log import verify as verify_chain
from core.base.engine import current_database
from core.base.i18n import _
from core.base.ids import new_id
from core.base.keyring import TenantRing, keyring
from core.base.scope import system_scope, tenant_scope
from core.base.session import begin_write, rest, session
from core.contracts.errors import Conflict, Invalid
from core.files import storage
from core.plugin import installed
from core.tenancy.models import ARCHIVED, ARRIVING, DISABLED, ENABLED, LEAVING, PURGING, SUSPENDED, PluginState, Tenant
from core.tenancy.offers import withheld_from
from core.tenancy.onboarding import check_slug

from ..cleaning import take_away
from .fitting import check_tenant, fitting
from .format import TENANT_COLUMNS, Manifest
from .opening import Opened, damaged, opened, refused
from .reading import snapshot, sums
from .tables import Travelling
from .values import Unfit, decoded
from .writing import PIECE, Tell, silent

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came in."""

    tenant_id: int
    slug: str
    name: str
    rows: dict[str, int]
    files: int
    withheld: tuple[str, ...] = ()      # plugins that are on in it and not offered to it here; they stay on


def arrive(path: Path, *, passphrase: str | None = None, ring: TenantRing | None = None, slug: str = "",
           copy_of: int | None = None, status: str = SUSPENDED, tell: Tell = silent) -> Arrived:
    """Bring in the tenant of an archive: under its own number, or (`copy_of`) under a fresh one beside the live tenant.

    `ring` stands for a passphrase that was asked earlier. Raises Invalid with one sentence when the archive, the
    passphrase or the place does not fit, Conflict when the same tenant is being brought in elsewhere.
    """
    rest()
    with opened(path) as archive:
        ring = ring or archive.ring(passphrase)
        tables = fitting(archive.manifest)
        check_tenant(archive.manifest)
        tell(2, _("正在校验数据包"))
        archive.verify()
        tenant_id = archive.manifest.tenant_id if copy_of is None else new_id()
        with alone(tenant_id):
            _clear_leftover(tenant_id)
            slug = _add_row(archive.manifest, tenant_id, ring, slug, copy_of)
            try:
                _fill(archive, tables, tenant_id, tell)
                _files(archive, tenant_id, tell)
                _compare(archive, tables, tenant_id, tell)
                _settle_purges(tenant_id)
                _open(tenant_id, status)
            except BaseException:
                _take_back(tenant_id)
                raise
    counts = {entry.name: entry.rows for _table, entry in tables if entry.rows}
    closed = _withheld(tenant_id, slug, archive.manifest.tenant.get("profile") or "") if copy_of is None else ()
    return Arrived(tenant_id, slug, archive.manifest.tenant["name"], counts, archive.manifest.files.count, closed)


def _withheld(tenant_id: int, slug: str, profile: str) -> tuple[str, ...]:
    with tenant_scope(tenant_id):
        on = set(session().scalars(select(PluginState.plugin).where(PluginState.state.in_((ENABLED, ARCHIVED)))))
    return tuple(sorted(on & withheld_from(installed(), slug, profile)))


@contextmanager
def alone(tenant_id: int) -> Iterator[None]:
    """Nobody else brings in or takes back this tenant meanwhile; a killed process lets go by itself. Raises Conflict."""
    storage.root().mkdir(parents=True, exist_ok=True, mode=storage.folder_mode())
    lock = storage.root() / f".arriving-{tenant_id}"
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = os.path.samestat(lock.stat(), os.fstat(held.fileno()))
        except OSError:
            ours = False
        if not ours:                        # held, or let go and unlinked by another between our open and our lock
            raise Conflict(_("这个单位正在导入或删除，请等它完成。"))
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _clear_leftover(tenant_id: int) -> None:
    """What a killed import left goes; a tenant that is really there is never touched. Raises Invalid."""
    with system_scope("custody: is the tenant here?"):
        row = session().scalars(select(Tenant).where(Tenant.id == tenant_id)).one_or_none()
    if row is None:
        return
    if row.status != ARRIVING:
        raise refused(_("这个单位已经在本平台（%(slug)s），没有重复导入。要找回以前的数据，请用“恢复到旁边”。", slug=row.slug))
    _take_back(tenant_id)


def discard(tenant_id: int) -> None:
    """Take back an arrival that did not end well, or a copy that goes (its row says `arriving`): rows, files, and the
    tenant's row last. Raises Conflict while it is being brought in, and for anything that is not arriving."""
    with alone(tenant_id):
        with system_scope("custody: is it arriving?"):
            status = session().scalar(select(Tenant.status).where(Tenant.id == tenant_id))
        if status not in (ARRIVING, None):
            raise Conflict(_("这个单位不是未完成的导入，没有删除任何数据。"))
        _take_back(tenant_id)


def _take_back(tenant_id: int) -> None:
    take_away(tenant_id)
    with system_scope("custody: take back an arrival"):
        begin_write()
        row = session().scalars(select(Tenant).where(Tenant.id == tenant_id, Tenant.status == ARRIVING)).one_or_none()
        if row is not None:
            session().delete(row)
        session().commit()


def _add_row(manifest: Manifest, tenant_id: int, ring: TenantRing, slug: str, copy_of: int | None) -> str:
    slug = slug or manifest.slug
    check_slug(slug)
    columns = Tenant.__table__.c
    given = {name: decoded(manifest.tenant.get(name), columns[name]) for name in TENANT_COLUMNS}
    kept = keyring().keep(ring)
    born_here = kept.tenant_id == tenant_id and not kept.keys
    with system_scope("custody: a tenant arrives"):
        begin_write()
        if copy_of is not None:
            live = select(Tenant.status).where(Tenant.id == copy_of).with_for_update()
            if session().scalar(live) in (None, LEAVING):
                raise Conflict(_("这个单位正在导入或注销，暂不能存档。"))
        session().add(Tenant(
            id=tenant_id, slug=slug, status=ARRIVING, copy_of=copy_of, **given,
            origin_id=None if born_here else kept.tenant_id, travelled_keys=[list(pair) for pair in kept.keys.items()] or None))
        session().commit()
    return slug


def _fill(archive: Opened, tables: list[tuple[Travelling, Any]], tenant_id: int, tell: Tell) -> None:
    total, done = max(archive.manifest.rows, 1), 0
    for each, _entry in tables:
        read = archive.rows(each.name)
        while chunk := list(islice(read, CHUNK)):
            _write(each, [_values(each, row) for row in chunk], tenant_id)
            done += len(chunk)
            tell(10 + 55 * done // total, _("正在写入 %(table)s", table=each.name))
    for each, entry in tables:
        if each.late and entry.rows:
            read = archive.rows(each.name)
            while chunk := list(islice(read, CHUNK)):
                _fill_late(each, [row for row in chunk if any(row[name] is not None for name in each.late)], tenant_id)


def _values(each: Travelling, row: dict[str, Any]) -> dict[str, Any]:
    """A row as the database takes it, without what refers forward. Raises Invalid."""
    if row.keys() != {column.name for column in each.columns}:
        raise damaged()
    try:
        sized = not current_database().is_sqlite
        values = {column.name: decoded(row[column.name], column, sized=sized) for column in each.columns}
    except Unfit as unfit:
        raise refused(_("数据表 %(table)s 里有读不懂的内容（%(what)s），没有导入。", table=each.name, what=unfit)) from unfit
    return values | dict.fromkeys(each.late)


def _write(each: Travelling, rows: list[dict[str, Any]], tenant_id: int) -> None:
    with tenant_scope(tenant_id), _written(each):
        begin_write()
        given = [{each.tenant.name: tenant_id, **row} for row in rows]
        session().execute(insert(each.table), given, execution_options={UNCHANGED: True})
        session().commit()


def _fill_late(each: Travelling, rows: list[dict[str, Any]], tenant_id: int) -> None:
    if not rows:
        return
    same_key = [column == bindparam(f"k_{column.name}") for column in each.key]
    statement = update(each.table).where(each.tenant == bindparam("k_tenant"), *same_key).values(
        {name: bindparam(f"v_{name}") for name in each.late})
    given = [{"k_tenant": tenant_id, **{f"k_{c.name}": row[c.name] for c in each.key},
              **{f"v_{name}": decoded(row[name], each.table.c[name]) for name in each.late}} for row in rows]
    with tenant_scope(tenant_id), _written(each):
        begin_write()
        session().connection().execute(statement, given)
        session().commit()


@contextmanager
def _written(each: Travelling) -> Iterator[None]:
    """What the database refuses (a reference into nothing, a value twice) is a fault of the archive."""
    try:
        yield
    except (IntegrityError, DataError) as error:        # a full disk or a lost connection is none
        raise refused(_("数据表 %(table)s 的内容互相矛盾，数据库拒绝写入，没有导入。", table=each.name)) from error


def _files(archive: Opened, tenant_id: int, tell: Tell) -> None:
    tell(70, _("正在写入附件"))
    with tenant_scope(tenant_id):
        for file in archive.files():
            def produce(path: Path, key: str = file["key"]) -> None:
                with archive.file(key) as source, path.open("wb") as out:
                    for piece in iter(lambda: source.read(PIECE), b""):
                        out.write(piece)

            if storage.store_as(file["key"], produce).sha256 != file["sha256"]:
                raise damaged()


def _compare(archive: Opened, tables: list[tuple[Travelling, Any]], tenant_id: int, tell: Tell) -> None:
    """What was written is read back and must add up to what the archive says; the audit chain must be whole."""
    tell(80, _("正在逐表核对"))
    with snapshot(tenant_id):
        found = sums(each for each, _entry in tables)
        if different := [e.name for _t, e in tables if (found[e.name].rows, found[e.name].sha256) != (e.rows, e.sha256)]:
            raise Invalid({"archive": [_("写入后的核对没有通过（%(tables)s），已全部撤回。", tables="、".join(different[:5]))]})
        verdict = verify_chain()
    if verdict.bad_seq is not None:
        raise refused(_("数据包里的操作日志第 %(n)s 条校验不通过，没有导入。", n=verdict.bad_seq))


def _open(tenant_id: int, status: str) -> None:
    with system_scope("custody: a tenant has arrived"):
        begin_write()
        row = session().scalars(select(Tenant).where(Tenant.id == tenant_id)).one()
        row.status, row.status_reason = status, ""
        session().commit()


def _settle_purges(tenant_id: int) -> None:
    """A purge that was under way where the archive comes from is not known here: its plugin is switched off."""
    with tenant_scope(tenant_id):
        begin_write()
        session().execute(update(PluginState).where(PluginState.state == PURGING).values(state=DISABLED)
                          .execution_options(synchronize_session=False))
        session().commit()
