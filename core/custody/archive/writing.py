"""Making the archive of one tenant: one moment, streamed into a zip that appears under its name when it is complete."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

import core
from core.audit.models import AuditHead
from core.base import clock
from core.base.engine import current_database
from core.base.i18n import _
from core.base.keyring import TenantRing, keyring
from core.base.scope import current_scope
from core.base.session import session
from core.files import storage
from core.files.models import StoredFile
from core.migrations.upgrade import heads
from core.plugin import Plugins, installed
from core.tenancy.models import PluginState, Tenant

from ..belongings import belongings
from . import format as shape
from .passphrase import close_keys
from .reading import Sum, added_up, rows, snapshot
from .tables import LEFT_BEHIND, Travelling, travelling
from .values import encoded, line

Tell = Callable[[int, str], None]
PIECE = 1 << 20


def silent(_percent: int, _text: str) -> None:
    """Progress nobody wants to hear."""


def write_archive(tenant_id: int, path: Path, *, by: str, keys: dict[str, Any] | None = None,
                  tell: Tell = silent, only: str = "") -> shape.Manifest:
    """Write the tenant's archive to `path` (complete or not at all); returns its manifest.

    `only`: what the tenant has of one plugin (core.custody.belongings); such an archive is read, and brought in nowhere.
    `keys` are the tenant's keys under a passphrase (`closed_keys`); without them the sealed values open only where the
    same master key is.
    """
    plugins = installed()
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{storage.PART}")     # somebody else may be writing the same
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with snapshot(tenant_id), zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as out:
            part.chmod(0o600)
            tables = belongings(only) if only else travelling(current_database().metadata, plugins)
            entries = [_table(out, each, tell, 5 + 70 * at // len(tables)) for at, each in enumerate(tables)]
            tell(75, _("正在写入附件"))
            files = _files(out, only)
            manifest = replace(_manifest(plugins, entries, files, keys, by), details={"plugin": only} if only else {})
            text = json.dumps(manifest.as_json(), ensure_ascii=False, indent=1).encode()
            out.writestr(shape.MANIFEST, text)
            out.writestr(shape.MAC, mac(keyring().of(tenant_id), text))
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    tell(99, "")
    return manifest


def closed_keys(tenant_id: int, passphrase: str) -> dict[str, Any]:
    """The tenant's keys under a passphrase; made at once, so that no job ever holds the passphrase."""
    return close_keys(keyring().of(tenant_id), passphrase)


def mac(ring: TenantRing, manifest: bytes) -> str:
    """Who has not the tenant's key cannot change a manifest unnoticed."""
    return hmac.digest(ring.derive(shape.MAC_PURPOSE), manifest, "sha256").hex()


def key_check(ring: TenantRing) -> str:
    """16 hex digits by which a ring is recognised."""
    return ring.derive(shape.CHECK_PURPOSE, key_id=ring.oldest).hex()[:16]


def _table(out: zipfile.ZipFile, each: Travelling, tell: Tell, percent: int) -> shape.TableEntry:
    tell(percent, _("正在写入 %(table)s", table=each.name))
    total = Sum()
    _lines(out, shape.TABLE.format(each.name), added_up(map(line, rows(each)), total))
    return shape.TableEntry(name=each.name, owner=each.owner, columns=[c.name for c in each.columns], rows=total.rows,
                            sha256=total.sha256)


def _lines(out: zipfile.ZipFile, name: str, lines: Iterable[bytes]) -> None:
    with out.open(name, "w", force_zip64=True) as member:
        waiting, size = [], 0
        for each in lines:
            waiting.append(each)
            size += len(each)
            if size > PIECE:
                member.write(b"".join(waiting))
                waiting, size = [], 0
        member.write(b"".join(waiting))


def _files(out: zipfile.ZipFile, only: str = "") -> shape.FileSums:
    """The files of the snapshot's register, and a list of them."""
    total, missing, size, listed = Sum(), 0, 0, []
    kept = select(StoredFile.key, StoredFile.sha256, StoredFile.size).where(
        ~StoredFile.kind.startswith("custody."),
        *([StoredFile.kind.startswith(only + ".", autoescape=True)] if only else [])).order_by(StoredFile.key)
    for key, sha256, length in session().execute(kept.execution_options(yield_per=1000)):
        if not _copied(out, key):
            missing += 1
            continue
        size += length
        listed.append(line({"key": key, "sha256": sha256, "size": length}))
    _lines(out, shape.FILES, added_up(listed, total))
    return shape.FileSums(count=total.rows, bytes=size, sha256=total.sha256 or hashlib.sha256().hexdigest(), missing=missing)


def _uncompressed(key: str) -> zipfile.ZipInfo:
    """Attachments lie as they are: most are compressed already, and one of zeros would look like a bomb to who reads it."""
    entry = zipfile.ZipInfo(shape.FILE.format(key), clock.now().timetuple()[:6])
    entry.compress_type = zipfile.ZIP_STORED
    return entry


def _copied(out: zipfile.ZipFile, key: str) -> bool:
    try:
        source = storage.path_of(key).open("rb")
    except (FileNotFoundError, ValueError):             # expired meanwhile, or no key of ours
        return False
    with source, out.open(_uncompressed(key), "w", force_zip64=True) as member:
        for piece in iter(lambda: source.read(PIECE), b""):
            member.write(piece)
    return True


def _manifest(plugins: Plugins, entries: list[shape.TableEntry], files: shape.FileSums, keys: dict[str, Any] | None,
              by: str) -> shape.Manifest:
    row = session().scalars(select(Tenant).where(Tenant.id == current_scope().tenant_id)).one()
    ring = keyring().of(row.id)
    states = {state.plugin: state.state for state in session().scalars(select(PluginState))}
    head = session().scalars(select(AuditHead)).one_or_none()
    return shape.Manifest(
        format=shape.FORMAT, product=shape.PRODUCT, version=core.__version__, made_at=clock.now().isoformat(), made_by=by,
        tenant_id=row.id, origin=ring.origin, slug=row.slug, status=row.status,
        tenant={name: encoded(getattr(row, name)) for name in shape.TENANT_COLUMNS}, schema=heads(plugins),
        plugins=[{"name": name, "version": plugins.by_name[name].manifest.version, "state": states.get(name, "never")}
                 for name in plugins.optional],
        tables=entries, files=files, audit={"seq": head.seq, "hash": head.hash} if head else {"seq": 0, "hash": ""},
        left_behind=LEFT_BEHIND, key_check=key_check(ring), keys=keys)
