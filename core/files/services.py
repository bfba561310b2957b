"""Registering, reading and clearing away stored files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlalchemy import select

from core.base import clock
from core.base.session import session
from core.contracts.errors import NotFound
from core.service import Context, service

from . import storage
from .models import StoredFile

ORPHAN_SECONDS = 24 * 3600


@service(None, action="files.file.keep")
def keep_file(ctx: Context, stored: storage.Stored, *, kind: str, name: str, media: str = "application/octet-stream",
              permission: str = "", expires_at: dt.datetime | None = None) -> StoredFile:
    """Register a stored file as the actor's. Call it in the transaction of what the file belongs to."""
    file = StoredFile(kind=kind, key=stored.key, name=name[:160], media=media, size=stored.size, sha256=stored.sha256,
                      owner_id=ctx.actor.id, owner_name=ctx.actor.label, permission=permission, expires_at=expires_at)
    session().add(file)
    session().flush()
    ctx.audit("file", file.id, file.name, purpose=kind, size=stored.size, sha256=stored.sha256)
    return file


@service(None, writes=False)
def open_file(ctx: Context, file_id: int) -> tuple[StoredFile, Path]:
    """The file and its path, for its owner and for holders of its permission. Anything else is NotFound: an id tells
    nothing about files one may not read."""
    file = session().scalars(select(StoredFile).where(StoredFile.id == file_id)).one_or_none()
    if file is None or (file.expires_at is not None and file.expires_at <= clock.now()):
        raise NotFound("file")
    if file.owner_id != ctx.actor.id and not (file.permission and ctx.may(file.permission)):
        raise NotFound("file")
    path = storage.path_of(file.key)
    if not path.is_file():
        raise NotFound("file")
    return file, path


@service(None, action="files.file.clear")
def clear_expired(ctx: Context) -> int:
    """Remove expired files and what no row knows of; returns how many went. Run daily, per tenant."""
    expired = session().scalars(select(StoredFile).where(StoredFile.expires_at <= clock.now())).all()
    for file in expired:
        storage.remove(file.key)
        session().delete(file)
    session().flush()
    known = set(session().scalars(select(StoredFile.key)))
    orphans = [key for key in storage.keys_on_disk(ORPHAN_SECONDS) if key not in known]
    for key in orphans:
        (storage.tenant_folder() / key).unlink(missing_ok=True)
    ctx.audit("file", None, "", expired=len(expired), orphans=len(orphans))
    return len(expired) + len(orphans)
