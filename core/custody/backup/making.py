"""Making a backup: into a folder of its own that gets its name when everything in it is complete and on the disk."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tarfile
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import make_url

import core
from core.audit.models import AuditHead
from core.base import clock
from core.base.config import Config
from core.base.keyring import keyring
from core.base.scope import system_scope
from core.base.session import session
from core.files import storage
from core.migrations.upgrade import heads
from core.plugin import installed
from core.tenancy.models import Tenant

from ..shelf import NIGHTLY
from . import engines
from .manifest import FILES, FORMAT, PARTS, BackupTrouble, Manifest, backups, digest

PREFIX = "juheli-"
HALF = 12 * 3600        # seconds without a write after which a half backup belongs to nobody: pg_dump may take six hours


def make_backup(config: Config, folder: Path | None = None) -> tuple[Path, Manifest]:
    """Back up the database in use and all files. Raises BackupTrouble; then nothing is left of it."""
    folder = folder or config.backup_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    final = folder / f"{PREFIX}{clock.now().astimezone(clock.SHANGHAI):%Y%m%d-%H%M%S}"
    part = final.with_name(final.name + ".part")
    if final.exists() or part.exists():
        raise BackupTrouble(f"{final} is there already; wait a second and try again")
    part.mkdir(mode=0o700)
    try:
        engine, tenants = engines.engine_of(config.url), _tenants()
        _database(config, engine, part / PARTS[engine])
        _files(part / FILES)
        parts = {name: digest(part / name) for name in (PARTS[engine], FILES)}
        manifest = Manifest(format=FORMAT, product="juheli", version=core.__version__, made_at=clock.now().isoformat(),
                            engine=engine, schema=heads(installed()), key=keyring().fingerprint, tenants=tenants, parts=parts)
        manifest.write(part)
        for path in part.iterdir():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        part.rename(final)
    except OSError as error:
        raise BackupTrouble(f"{folder}: {error.strerror or error}; is there space, and may this account write there?") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return final, manifest


def _database(config: Config, engine: str, to: Path) -> None:
    if engine == "sqlite":
        engines.copy_sqlite(Path(make_url(config.url).database or ""), to)
    else:
        engines.dump_postgres(config.backup_url or config.migrate_url or config.url, to)


def _tenants() -> list[dict[str, Any]]:
    """Every tenant with the head of its audit chain, so that a restore can tell whether it goes back behind it."""
    with system_scope("custody: heads of all audit chains"):
        found = session().execute(select(Tenant.id, Tenant.slug, AuditHead.seq, AuditHead.hash)
                                  .outerjoin(AuditHead, AuditHead.tenant_id == Tenant.id).order_by(Tenant.id)).all()
    return [{"id": row.id, "slug": row.slug, "audit": [row.seq or 0, row.hash or ""]} for row in found]


def _files(to: Path) -> None:
    """All files of all tenants; what is half written now belongs to nobody yet."""
    root = storage.root()
    with tarfile.open(to, "w") as out:
        for path in sorted(root.glob("*/??/*")) if root.is_dir() else ():
            if path.is_file() and path.suffix != storage.PART:
                try:
                    out.add(path, path.relative_to(root).as_posix(), recursive=False)
                except FileNotFoundError:                   # expired meanwhile
                    continue
    to.chmod(0o600)


def drop_old(folder: Path, *, keep_days: int, fewest: int) -> list[Path]:
    """Remove backups older than `keep_days`, but never below the `fewest` latest; archives of single tenants of that age;
    and what a killed backup left. Returns what went."""
    limit, found = clock.now() - dt.timedelta(days=keep_days), backups(folder)
    gone = [path for path, made in found[: max(len(found) - fewest, 0)] if made.moment < limit and path.name.startswith(PREFIX)]
    gone += [path for path in folder.glob(f"{PREFIX}*.part") if _touched(path) < clock.now().timestamp() - HALF]
    for path in gone:
        shutil.rmtree(path)
    for path in (folder / NIGHTLY).glob("*.zip*"):
        if path.stat().st_mtime < limit.timestamp():
            path.unlink(missing_ok=True)
            gone.append(path)
    return gone


def _touched(folder: Path) -> float:
    """When something in a folder was last written."""
    return max((path.stat().st_mtime for path in (folder, *folder.rglob("*"))), default=0.0)
