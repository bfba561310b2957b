"""Bytes on disk: one folder per tenant, random names, never half a file under its final name."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.base.config import Config
from core.base.scope import current_scope

FOLDER = "files"
PART = ".part"
_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{30}")
_root: list[Path] = []


@dataclass(frozen=True, slots=True)
class Stored:
    """A complete file: its key under the tenant's folder, its size in bytes, its hash."""

    key: str
    size: int
    sha256: str


def use_root(folder: Path | None) -> None:
    """Keep files below this folder (None: below the instance folder of the environment)."""
    _root[:] = [] if folder is None else [folder]


def root() -> Path:
    """The folder below which every tenant has its own."""
    return _root[0] if _root else Config.from_environment().instance / FOLDER


def tenant_folder() -> Path:
    """The folder of the tenant in scope. Raises NoTenant outside any, ValueError in system scope."""
    tenant_id = current_scope().tenant_id
    if tenant_id is None:
        raise ValueError("files belong to one tenant; system work has none")
    return root() / str(tenant_id)


def path_of(key: str) -> Path:
    """Where the file with this key lies. Raises ValueError for anything that is no key of ours."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a file key: {key!r}")
    return tenant_folder() / key


def address_of(path: Path) -> str:
    """A file's place below the folder of all files, for a web server that sends it on our word."""
    return path.relative_to(tenant_folder().parent).as_posix()


def _sent_by_nginx() -> bool:
    """Whether our group, which nginx is in then (docs/deploy.md), may read."""
    return bool(Config.from_environment().accel)


def folder_mode() -> int:
    """Who may enter the folders of files: we, and nginx where it sends them."""
    return 0o750 if _sent_by_nginx() else 0o700


def store(produce: Callable[[Path], None]) -> Stored:
    """Let `produce` write to a path; the file appears under its key only when it is complete and on the disk."""
    token = secrets.token_hex(16)
    return store_as(f"{token[:2]}/{token[2:]}", produce)


def store_as(key: str, produce: Callable[[Path], None]) -> Stored:
    """The same for a file that brings its key along (a tenant that arrives). Raises ValueError for no key of ours."""
    final = path_of(key)
    final.parent.mkdir(parents=True, exist_ok=True, mode=folder_mode())
    part = final.with_name(final.name + PART)
    try:
        produce(part)
        digest = hashlib.sha256()
        with part.open("rb+") as stream:
            for chunk in iter(lambda: stream.read(1 << 20), b""):
                digest.update(chunk)
            os.fsync(stream.fileno())
        part.chmod(0o640 if _sent_by_nginx() else 0o600)
        size = part.stat().st_size
        part.rename(final)
    finally:
        part.unlink(missing_ok=True)
    return Stored(key, size, digest.hexdigest())


def remove(key: str) -> None:
    """Take a file off the disk; one that is gone already is no error."""
    path_of(key).unlink(missing_ok=True)


def keys_on_disk(older_than: float) -> Iterator[str]:
    """Keys of the tenant's files (parts included) last touched more than `older_than` seconds ago."""
    folder = tenant_folder()
    limit = time.time() - older_than
    for path in folder.glob("??/*") if folder.is_dir() else ():
        if path.stat().st_mtime < limit:
            yield f"{path.parent.name}/{path.name}"
