"""Does one thing of the custody again and again in a child process that is killed with -9, each time at another point, and
looks afterwards: `python -m tests.chaos.killed <what> <empty folder> <how often> [<address of an empty PostgreSQL database>]`.

A point is a statement for the database, a commit, or a look at the disk. Exit status 0 and one line of figures when after
every kill nothing half was visible and doing it once more ended well.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from core.access.contexts import acting_in
from core.audit.models import AuditEntry
from core.base import clock
from core.base.config import Config
from core.base.db import Base
from core.base.engine import Database
from core.base.keyring import Keyring, load_keyring, use_keyring
from core.base.scope import system_scope
from core.base.session import begin_write, session
from core.custody import operators, shelf
from core.custody.archive.opening import opened
from core.custody.archive.reading import snapshot, sums
from core.custody.archive.tables import travelling
from core.custody.backup import restoring
from core.custody.backup.making import drop_old, make_backup
from core.custody.backup.manifest import backups
from core.files import storage
from core.files.services import keep_file
from core.migrations.upgrade import upgrade
from core.plugin import Plugins, installed
from core.plugin.manager import install
from core.tenancy.models import ACTIVE, ARRIVING, SUSPENDED, Tenant
from core.tenancy.onboarding import create_tenant
from core.tenancy.platform import furnish_platform

TOUCHES = ("open", "os.", "shutil.", "sqlite3.", "subprocess.", "fcntl.")
SLUG = "east"


@dataclass
class Place:
    """An installation with one tenant, never connected while a child is forked."""

    config: Config
    ring: Keyring
    began: dt.datetime = field(default_factory=clock.now)
    turns: int = 0
    before: Any = None      # states of the tenant: when the backup was made, and now
    after: Any = None

    @contextmanager
    def at_work(self) -> Iterator[Any]:
        """The platform's context; each time a minute later, so that names made of the second differ."""
        self.turns += 1
        database = Database.of(self.config)
        try:
            with clock.at(self.began + dt.timedelta(minutes=self.turns)), database.use(), acting_in("platform", "test") as ctx:
                yield ctx
        finally:
            database.dispose()

    def found(self, *, migrate: bool) -> None:
        owner = Database.of(self.config, migrating=True)
        with owner.use():
            if migrate:
                upgrade(owner, installed())
            else:
                owner.create_all()
            furnish_platform(operator_login="operator", operator_name="Operator")
            create_tenant(slug=SLUG, name=SLUG, kind="county", admin_login="admin", admin_name="Admin")
        owner.dispose()
        self.write()

    def write(self) -> None:
        """One file more."""
        with self.at_work(), acting_in(SLUG, "test") as ctx:
            stored = storage.store(lambda path: path.write_bytes(os.urandom(70_000)) and None)
            begin_write()
            keep_file(ctx, stored, kind="test", name=f"{self.turns}")
            session().commit()

    def state(self) -> Any:
        """What the tenant has in its tables, but for the audit of what was tried, and which of its files are whole."""
        with self.at_work():
            tenant = tenants()[SLUG]
            with snapshot(tenant.id):
                tables = sums(each for each in travelling(Base.metadata, installed()) if not each.name.startswith("audit_"))
        folder = storage.root() / str(tenant.id)
        return {name: each.sha256 for name, each in tables.items()}, sorted(p.name for p in folder.glob("??/*"))


def tenants() -> dict[str, Tenant]:
    with system_scope("test: all tenants"):
        return {row.slug: row for row in session().scalars(select(Tenant))}


# -- what is done, and how it is looked at; each: (make ready, do, look after a kill)
Do = Callable[[Place, Any], Any]


def whole_archives(place: Place) -> None:
    """An archive that has its name is complete."""
    with place.at_work():
        for path in shelf.folder().glob("*.zip"):
            with opened(path) as archive:
                archive.verify()


def whole_backups(place: Place) -> None:
    """A backup that has its name can be restored; halves go when they are old."""
    for folder, _manifest in backups(place.config.backup_folder):
        restoring.check(folder)
    with place.at_work(), clock.at(clock.now() + dt.timedelta(days=1)):
        drop_old(place.config.backup_folder, keep_days=35, fewest=2)


def add_copy(place: Place) -> None:
    with place.at_work() as ctx:
        if not any(row.copy_of for row in tenants().values()):
            operators.make_archive(ctx, SLUG)
            operators.restore_beside(ctx, SLUG, max(shelf.folder().glob("*.zip")))


def one_is_live(place: Place) -> None:
    """Either the old one or the copy has the address; the other is suspended; and a change of place stands in the audit."""
    with place.at_work():
        rows = tenants()
        assert rows[SLUG].status == ACTIVE and rows[SLUG].copy_of is None
        others = [row for slug, row in rows.items() if slug not in (SLUG, "platform")]
        assert {row.status for row in others} <= {SUSPENDED}, [(row.slug, row.status) for row in others]
        old = {slug for slug in rows if slug.startswith(f"{SLUG}-old")}
        told = {entry.detail.get("before") for entry in session().scalars(
            select(AuditEntry).where(AuditEntry.action == "custody.copy.take_place"))}
        assert old <= told, f"took the place without a word in the audit: {old - told}"


def only_whole_copies(place: Place) -> None:
    """What is half arrived cannot be opened; what can be opened equals the tenant."""
    wanted = place.state()
    with place.at_work():
        for row in tenants().values():
            if row.copy_of is not None and row.status != ARRIVING:
                with snapshot(row.id):
                    found = sums(each for each in travelling(Base.metadata, installed()) if not each.name.startswith("audit_"))
                assert {name: each.sha256 for name, each in found.items()} == wanted[0]


def drop_copies(place: Place) -> None:
    with place.at_work() as ctx:
        for slug, row in tenants().items():
            if row.copy_of is not None and row.status != ARRIVING:
                operators.drop_copy(ctx, slug)


def archive_once(place: Place) -> None:
    with place.at_work() as ctx:
        if not any(shelf.folder().glob("*.zip")):
            operators.make_archive(ctx, SLUG)
    drop_copies(place)


def back_up_once(place: Place) -> None:
    """One backup; since then the tenant has one file more."""
    if not backups(place.config.backup_folder):
        with place.at_work():
            make_backup(place.config)
        place.before = place.state()
    if place.state() == place.before:
        place.write()
        place.after = place.state()


def old_or_new(place: Place) -> None:
    """The tables are those of one moment; a restore that was broken off after it touched something is named."""
    tables, files = place.state()
    if (tables, files) not in (place.before, place.after):
        assert tables in (place.before[0], place.after[0]), "half a database"
        assert list(place.config.instance.glob(f"{restoring.STAGED}*")), "nothing tells of it"


def restored(place: Place, _ctx: Any) -> None:
    done = restoring.restore(backups(place.config.backup_folder)[0][0], place.config, replace=True)
    assert done.problems == [], done.problems


def nothing(_place: Place) -> None:
    pass


WHAT: dict[str, tuple[Callable[[Place], None], Do, Callable[[Place], None]]] = {
    "export": (nothing, lambda _place, ctx: operators.make_archive(ctx, SLUG), whole_archives),
    "backup": (nothing, lambda place, _ctx: make_backup(place.config), whole_backups),
    "restore": (back_up_once, restored, old_or_new),
    "restore-beside": (archive_once, lambda _place, ctx: operators.restore_beside(
        ctx, SLUG, min(shelf.folder().glob("*.zip"))), only_whole_copies),
    "take-place": (add_copy, lambda _place, ctx: operators.take_place(
        ctx, next(slug for slug, row in tenants().items() if row.copy_of)), one_is_live),
}


# -- killing
def points(fatal: int) -> Callable[[], int]:
    """Count the points passed from now on and die at the one with this number; says how many there were."""
    passed = 0

    def point(*_seen: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(lambda name, _told: point() if name.startswith(TOUCHES) else None)
    event.listen(Engine, "before_cursor_execute", point)
    event.listen(Engine, "commit", point)
    return lambda: passed


def in_a_child(place: Place, do: Do, fatal: int = 0) -> tuple[bool, int]:
    """(was it killed, points passed). Raises AssertionError when it failed by itself."""
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        try:
            passed = points(fatal)
            with place.at_work() as ctx:
                session().rollback()        # a command holds no transaction open before it begins
                do(place, ctx)
            os.write(tell, str(passed()).encode())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os.close(tell)
    with os.fdopen(told) as answer:
        passed_text = answer.read()
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), f"it failed by itself (status {status})"
    return status != 0, int(passed_text or 0)


def main(what: str, folder: str, kills: int, url: str = "") -> None:
    install(Plugins.discover())
    instance = Path(folder)
    place = Place(Config(instance=instance, database_url=url, port=1), load_keyring(instance, {}))
    use_keyring(place.ring)
    storage.use_root(instance / "files")
    place.found(migrate=what == "restore")      # only there it matters, and it takes its time
    ready, do, look = WHAT[what]
    ready(place)
    _, count = in_a_child(place, do)
    killed = 0
    for fatal in sorted(random.sample(range(1, count + 1), min(kills, count))):
        ready(place)
        killed += in_a_child(place, do, fatal)[0]
        look(place)
    ready(place)
    in_a_child(place, do)
    look(place)
    print(f"CHAOS {what}: killed -9 at {killed} of its {count} points, nothing half, and it could always be done again")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
