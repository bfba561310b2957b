"""Archives of tenants on the server's disk: made for a move or a restore. Never offered to a browser: operators have no
right to a tenant's data, and whoever may log in to the server has it anyway."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from core.base import clock
from core.base.config import Config
from core.contracts.errors import Invalid, NotFound
from core.files import storage

from .archive.format import Manifest
from .archive.opening import opened

FOLDER, NIGHTLY = "archives", "tenants"
HALF_DAYS = 2           # no archive takes that long to write
NAME = re.compile(r"[a-z][a-z0-9-]{0,60}-\d{8}-\d{6}\.zip")


@dataclass(frozen=True, slots=True)
class Kept:
    """One archive of the shelf; without manifest when it cannot be read."""

    name: str
    size: int
    manifest: Manifest | None


def folder() -> Path:
    """Beside the folder of the files."""
    return storage.root().parent / FOLDER


def new_path(slug: str) -> Path:
    """Where the archive made of a tenant now belongs; the next free second where two are made within one."""
    now = clock.now().astimezone(clock.SHANGHAI)
    while (path := folder() / f"{slug}-{now:%Y%m%d-%H%M%S}.zip").exists():
        now += dt.timedelta(seconds=1)
    return path


def path_of(name: str) -> Path:
    """The path of an archive on the shelf. Raises NotFound for anything else."""
    path = folder() / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound("archive")
    return path


def kept(tenant_ids: frozenset[int]) -> list[Kept]:
    """The archives of the given tenants (by the number they were made under or born with), newest first."""
    found = []
    for path in sorted(folder().glob("*.zip"), key=lambda p: p.stat().st_mtime, reverse=True):
        if not NAME.fullmatch(path.name):
            continue
        try:
            with opened(path) as archive:
                manifest = archive.manifest
        except Invalid:
            continue
        if {manifest.tenant_id, manifest.origin} & tenant_ids:
            found.append(Kept(path.name, path.stat().st_size, manifest))
    return found


def nightly() -> Path:
    """Where `juheli backup --tenant` keeps its archives."""
    return Config.from_environment().backup_folder / NIGHTLY


def forget(tenant_id: int, slug: str) -> None:
    """Drop every archive of a tenant that has left, whole, unreadable or half written, made here or by nightly backups."""
    named = re.compile(rf"{re.escape(slug)}(-\d{{8}}-\d{{6}})?\.zip(\.[0-9a-f]{{8}}\.part)?")
    for place in (folder(), nightly()):
        for path in place.glob("*.zip*"):
            whose = _number(path)
            if whose == tenant_id or (whose is None and named.fullmatch(path.name)):
                path.unlink(missing_ok=True)


def _number(path: Path) -> int | None:
    """The tenant an archive was made of; None when it cannot be read."""
    try:
        with opened(path) as archive:
            return archive.manifest.tenant_id
    except Invalid:
        return None


def clear(older_than_days: int) -> int:
    """Drop archives made longer ago, and what a killed process half wrote; returns how many."""
    now, gone = clock.now().timestamp(), 0
    for path in folder().glob("*.zip*"):
        old = older_than_days if NAME.fullmatch(path.name) else HALF_DAYS if path.suffix == storage.PART else None
        if old is not None and path.stat().st_mtime < now - old * 86400:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
