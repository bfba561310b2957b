"""Restoring a backup: everything is checked before anything is touched, and what was there before is kept aside."""

from __future__ import annotations

import fcntl
import os
import shutil
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from core.audit.log import verify
from core.audit.models import AuditHead
from core.base import clock
from core.base.config import Config
from core.base.engine import Database
from core.base.keyring import keyring
from core.base.scope import system_scope, tenant_scope
from core.base.session import session
from core.files import storage
from core.files.models import StoredFile
from core.migrations.upgrade import histories, pending, upgrade
from core.plugin import installed
from core.tenancy.models import PLATFORM, Tenant

from . import engines
from .manifest import FILES, PARTS, BackupTrouble, Manifest, check_parts, read

ASIDE, STAGED = "before-restore-", ".restoring-"
STOP = "stop the service and its workers before restoring"


@dataclass(slots=True)
class Restored:
    """What was found after a restore. `problems` is empty when all is well."""

    tenants: int = 0
    audit_rows: int = 0
    files: int = 0
    migrated: list[str] = field(default_factory=list)
    aside: Path | None = None
    problems: list[str] = field(default_factory=list)


def check(folder: Path) -> Manifest:
    """Whether a backup can be restored here: complete, undamaged, of a schema this version knows, made with our key.

    Raises BackupTrouble with one sentence. Touches nothing.
    """
    manifest = read(folder)
    check_parts(folder, manifest)
    if manifest.key != keyring().fingerprint:
        raise BackupTrouble(f"{folder} belongs to another master key ({manifest.key}, here {keyring().fingerprint}): put the "
                            "master.key of that installation into the instance folder (or JUHELI_MASTER_KEY) first")
    known = {history.owner: history.revisions() for history in histories(installed())}
    for owner, revision in manifest.schema.items():
        if owner not in known:
            raise BackupTrouble(f"{folder} holds data of the plugin {owner!r}, which is not installed here; install it first")
        if revision not in known[owner]:
            raise BackupTrouble(f"{folder} was made by a newer version ({owner} {revision}); install {manifest.version} first")
    if manifest.engine == "sqlite":
        engines.check_sqlite(folder / PARTS["sqlite"])
    return manifest


def restore(folder: Path, config: Config, *, replace: bool = False, keep: bool = True) -> Restored:
    """Put a backup in place of what this installation has now, and check the result. What was there is kept aside
    (`keep` False: on PostgreSQL not).

    Raises BackupTrouble when the backup does not fit, the service is running, or (without `replace`) tenants are here.
    """
    manifest = check(folder)
    engine = engines.engine_of(config.url)
    if engine != manifest.engine:
        raise BackupTrouble(f"this backup is of {manifest.engine}, the installation uses {engine}: tenants change databases one "
                            "by one, with `juheli tenant export` and `juheli tenant import`")
    _not_running(config)
    _not_in_use(config, replace)
    done = Restored()
    with _alone(config):
        for left in config.instance.glob(f"{STAGED}*"):             # of a restore that was killed
            shutil.rmtree(left)
        staged = config.instance / f"{STAGED}{clock.now():%Y%m%d%H%M%S}"
        try:
            _unpack(folder / FILES, staged)
            done.aside = _put_database(folder / PARTS[engine], config, engine, keep)
            done.aside = _put_files(staged, config, done.aside)
        except OSError as error:
            raise BackupTrouble(f"{config.instance}: {error.strerror or error}; is there space, and may this account write "
                                "there? Run the same restore again when it is mended") from error
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        _look_through(config, manifest, done)
    return done


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    """One restore at a time; a killed one lets go by itself. Raises BackupTrouble."""
    with (config.instance / ".restore.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupTrouble("another restore is under way here: wait for it") from None
        yield


def _not_running(config: Config) -> None:
    host = "127.0.0.1" if config.everywhere else config.host
    try:
        urllib.request.urlopen(f"http://{host}:{config.port}/healthz", timeout=1).close()
    except (urllib.error.URLError, OSError, ValueError):
        return
    raise BackupTrouble(f"something answers at {host}:{config.port}: {STOP}")


def _nobody_connected(config: Config) -> None:
    """Raises BackupTrouble while the service or a worker holds connections, wherever it runs (PostgreSQL says so)."""
    role, owner = make_url(config.url).username, make_url(config.migrate_url or config.url).username
    if role and role != owner and (there := engines.others_connected(config.migrate_url or config.url, role)):
        raise BackupTrouble(f"{there} connections of {role} are open: {STOP} (and the pooler)")


def _not_in_use(config: Config, replace: bool) -> None:
    """Raises BackupTrouble when tenants are here and nobody said that they may be replaced."""
    if replace or (engines.engine_of(config.url) == "sqlite" and not Path(make_url(config.url).database or "").exists()):
        return
    database = Database.of(config, migrating=True)
    try:
        with database.use():
            if database.has_tables() and _count(Tenant, Tenant.id != PLATFORM):
                raise BackupTrouble("there are tenants here: say --replace to put the backup in their place")
    finally:
        database.dispose()


def _count(model: Any, *where: Any) -> int:
    with system_scope("custody: is anything here?"):
        return session().scalar(select(func.count()).select_from(model).where(*where)) or 0


def _unpack(archive: Path, to: Path) -> None:
    """Only ordinary files under <tenant>/<two>/<thirty> are taken, whatever else somebody put into it."""
    to.mkdir(mode=storage.folder_mode())
    with tarfile.open(archive) as packed:
        for member in packed:
            place = PurePosixPath(member.name)
            if not member.isfile() or len(place.parts) != 3 or place.is_absolute() or ".." in place.parts:
                raise BackupTrouble(f"{archive}: {member.name!r} does not belong there; nothing was restored")
            packed.extract(member, to, filter="data")


def _aside(config: Config, aside: Path | None) -> Path:
    made = aside or config.instance / f"{ASIDE}{clock.now().astimezone(clock.SHANGHAI):%Y%m%d-%H%M%S}"
    made.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made


def _put_database(part: Path, config: Config, engine: str, keep: bool) -> Path | None:
    if engine != "sqlite":
        return _put_postgres(part, config, keep)
    place, aside = Path(make_url(config.url).database or ""), None
    fresh = place.with_name(place.name + ".restored")
    shutil.copyfile(part, fresh)
    fresh.chmod(0o600)
    with fresh.open("rb") as stream:
        os.fsync(stream.fileno())
    for path in [path for suffix in ("", "-wal", "-shm") if (path := Path(f"{place}{suffix}")).exists()]:
        aside = _aside(config, aside)
        path.rename(aside / path.name)
    fresh.rename(place)
    return aside


def _put_postgres(part: Path, config: Config, keep: bool) -> Path | None:
    """What is there now is dumped aside first; without a dump nothing is replaced unless somebody said so."""
    _nobody_connected(config)
    aside = None
    if keep and _holds_tables(config):
        aside = _aside(config, None)
        try:
            engines.dump_postgres(config.backup_url or config.migrate_url or config.url, aside / part.name)
        except BackupTrouble as trouble:
            shutil.rmtree(aside)
            raise BackupTrouble(f"what is here now could not be kept aside ({trouble}); nothing was changed. Mend that, or say "
                                "--without-copy") from None
    engines.restore_postgres(config.migrate_url or config.url, part)
    return aside


def _holds_tables(config: Config) -> bool:
    database = Database.of(config, migrating=True)
    try:
        return database.has_tables()
    finally:
        database.dispose()


def _put_files(staged: Path, config: Config, aside: Path | None) -> Path | None:
    root = storage.root()
    if root.exists():
        aside = _aside(config, aside)
        root.rename(aside / root.name)
    root.parent.mkdir(parents=True, exist_ok=True)
    staged.rename(root)
    return aside


def _look_through(config: Config, manifest: Manifest, done: Restored) -> None:
    """Schema, walls, audit chains, files: what a person would otherwise have to believe."""
    database = Database.of(config, migrating=True)
    try:
        with database.use():
            if pending(database, installed()):
                done.migrated = upgrade(database, installed())
            database.build_walls()
            done.problems += [f"wall: {problem}" for problem in database.check_walls() if "the database role" not in problem]
            for tenant in manifest.tenants:
                _look_at(tenant, done)
    finally:
        database.dispose()


def _look_at(tenant: dict[str, Any], done: Restored) -> None:
    done.tenants += 1
    with tenant_scope(tenant["id"]):
        verdict = verify()
        done.audit_rows += verdict.rows
        head = session().scalars(select(AuditHead)).one_or_none()
        seq, written = tenant["audit"]
        if verdict.bad_seq is not None:
            done.problems.append(f"{tenant['slug']}: audit row {verdict.bad_seq} {verdict.reason}")
        elif (head.seq if head else 0) < seq or (head and head.seq == seq and head.hash != written):
            done.problems.append(f"{tenant['slug']}: the audit chain ends before the backup was made")
        for key, size in session().execute(select(StoredFile.key, StoredFile.size).execution_options(yield_per=1000)):
            path = storage.path_of(key)
            done.files += 1
            if not path.is_file() or path.stat().st_size != size:
                done.problems.append(f"{tenant['slug']}: file {key} is missing or has another size")
