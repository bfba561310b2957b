"""Archives of tenants on the server's disk: made for a move or a restore. Never offered to a browser: operators have no
right to a tenant's data, and whoever may log in to the server has it anyway."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from core.base import clock
from core.contracts.errors import Invalid, NotFound
from core.files import storage

from .archive.format import Manifest
from .archive.opening import opened

FOLDER = "archives"
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
    """Where the archive made of a tenant now belongs."""
    return folder() / f"{slug}-{clock.now().astimezone(clock.SHANGHAI):%Y%m%d-%H%M%S}.zip"


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


def clear(older_than_days: int) -> int:
    """Drop archives made longer ago; returns how many."""
    limit, gone = (clock.now() - dt.timedelta(days=older_than_days)).timestamp(), 0
    for path in folder().glob("*.zip"):
        if NAME.fullmatch(path.name) and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
