"""Checks of the machine: folders, disk, key, clock, front-end files, Redis."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

import core.web
from core.base import clock
from core.base.cache import Cache
from core.base.keyring import FILE_NAME, KeyTrouble, keyring, load_keyring, use_keyring
from core.base.scope import system_scope
from core.base.session import session
from core.files import storage
from core.jobs.models import Job
from core.rules import catalog
from core.tenancy.platform import key_fingerprint

from ..backup.restoring import ASIDE, STAGED
from .findings import Finding, Patient, bad, ok, warn

SKEW = 5.0
STATIC = Path(core.web.__file__).parent / "static"
FRONT_END = ("vendor", "icons.svg")


def folders(patient: Patient) -> Iterator[Finding]:
    """Every folder that is written to can be written to."""
    for folder in dict.fromkeys((patient.config.instance, storage.root(), patient.config.backup_folder)):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        try:
            with tempfile.TemporaryFile(dir=there):
                pass
        except OSError as error:
            yield bad("folders", f"{there} cannot be written to: {error.strerror}",
                      f"chown {os.getuid()} {there}, or mount it writable")
            continue
        if folder.exists() and folder.stat().st_mode & 0o007:
            yield warn("folders", f"{folder} is open to every user of this machine", f"chmod 0750 {folder}")
        else:
            yield ok("folders", f"{folder} can be written to")


def disk(patient: Patient) -> Iterator[Finding]:
    """Enough space on the disks of the data and of the backups."""
    least = int(catalog()["custody.disk_free_percent"].value)      # as shipped: there may be no database
    for folder in dict.fromkeys((patient.config.instance, patient.config.backup_folder)):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        usage = shutil.disk_usage(there)
        free = 100 * usage.free // max(usage.total, 1)
        said = f"{free}% free ({usage.free >> 20:,} MB) where {folder} lies"
        if free >= least:
            yield ok("disk", said)
        else:
            worse = bad if free < max(least // 4, 1) else warn
            yield worse("disk", said, "enlarge the disk or free space: juheli backup --keep-days, journalctl --vacuum-size")


def restores(patient: Patient) -> Iterator[Finding]:
    """No restore was broken off, and what was there before one is not kept for ever."""
    instance, now = patient.config.instance, clock.now().timestamp()
    for left in instance.glob(f"{STAGED}*"):
        yield bad("restore", f"a restore did not finish: {left}", "juheli restore the same backup again, with --replace")
    limit = now - int(catalog()["custody.backup_keep_days"].value) * 86400
    for old in instance.glob(f"{ASIDE}*"):
        if old.stat().st_mtime < limit:
            yield warn("restore", f"{old} holds everything that was here before a restore, removed tenants too",
                       f"rm -r {old}, when the restored data is in order")


def key(patient: Patient) -> Iterator[Finding]:
    """The master key is there, nobody else can read it, and it is the one this database was made with."""
    path = patient.config.instance / FILE_NAME
    if not os.environ.get("JUHELI_MASTER_KEY") and not path.exists():
        yield bad("key", f"{path} is missing: no phone or ID number opens", "put the key file of this installation back (it lies "
                  "apart from the backups); do not start the service meanwhile, it would make a new one")
        return
    try:
        use_keyring(load_keyring(patient.config.instance))
    except KeyTrouble as error:
        yield bad("key", str(error), "put the key file back as it was, readable by the service's account only")
        return
    written = key_fingerprint()
    if written is None:
        yield warn("key", "the database does not say which key it belongs to", "make the platform's first operator")
    elif written != keyring().fingerprint:
        yield bad("key", f"wrong master key: the database belongs to {written}, the key here is {keyring().fingerprint}",
                  f"put the right key into {path} (or JUHELI_MASTER_KEY)")
    else:
        yield ok("key", f"master key {written}")


def time(patient: Patient) -> Iterator[Finding]:
    """The clock agrees with the database's, and has not gone back behind what was written."""
    with system_scope("doctor: the database's clock"):
        there = session().scalar(select(func.now())) if not patient.database.is_sqlite else None
        latest = session().scalar(select(func.max(Job.created_at)))
    now = clock.now()
    if there is not None and abs((there - now).total_seconds()) > SKEW:
        yield bad("clock", f"this machine and the database differ by {(now - there).total_seconds():+.0f} s",
                  "let both use the same time server (timedatectl set-ntp true)")
    elif latest is not None and latest > now + dt.timedelta(seconds=60):
        yield bad("clock", f"rows were written {(latest - now).total_seconds():.0f} s in the future: the clock went back",
                  "set the clock right (timedatectl); sessions and deadlines depend on it")
    else:
        yield ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def assets(patient: Patient) -> Iterator[Finding]:
    """The front-end files were fetched or built in."""
    missing = [name for name in FRONT_END if not (STATIC / name).exists() or
               ((STATIC / name).is_dir() and not any((STATIC / name).iterdir()))]
    if missing:
        yield bad("assets", f"{', '.join(str(STATIC / name) for name in missing)} missing: pages have no looks", "make assets")
    else:
        yield ok("assets", "front-end files are there")


def redis(patient: Patient) -> Iterator[Finding]:
    """Redis answers, when there is to be one."""
    if not patient.config.redis_url:
        yield ok("redis", "none configured; not needed on one host")
        return
    line = Cache(patient.config.redis_url)
    if line.ping():
        yield ok("redis", "answers")
    else:
        yield warn("redis", "Redis does not answer: the service works without it, slower, and limits count per process",
                   "start redis-server, or correct JUHELI_REDIS_URL")
    line.close()
