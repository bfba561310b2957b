"""Hours and gap pages for a year of 100,000 members × 32 hours on SQLite, against adding up the book by hand in the same run.

    python -m bench.training_hours [--members 100000] [--entries 8] [--rounds 20]

Every member has `entries` entries of four hours. The pages read balances and tallies by index; the hand-written queries add
up the same figures from the book, as one would without them. Medians of CPU time taken in turns; the plans of the pages'
statements are printed and must name an index and no scan of the book. Ends with 1 when they do not.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event, insert, select

from bench.ledger_list import fill
from core.base import clock
from core.base.db import begin_write, new_ids, session
from core.people.models import OrgUnit, Person
from core.plugin import installed
from core.service import Context
from core.testing.world import Browser, World, build_world
from core.work.services import make_step
from plugins.training.balances import settle_all
from plugins.training.models import HourEntry
from plugins.training.services.courses import save_course
from plugins.training.services.sessions import plan_session
from plugins.training.words import AUDIENCES

PERMISSIONS = ("people.person.read", "people.org.read", "training.hours.read", "training.session.read")
TODAY = dt.date(2026, 11, 2)
TENTHS, CHUNK = 40, 5000
BOOK = """select substr(p.org_path, 1, 8), count(distinct p.id), sum(e.tenths) from people_person p
 left join training_entry e on e.tenant_id = p.tenant_id and e.person_id = p.id and e.year = 2026
 where p.tenant_id = ? and p.is_formal = 1 group by 1"""
LIST = """select p.id, p.name, o.short_name, sum(e.tenths), count(e.id) from people_person p
 join people_org_unit o on o.tenant_id = p.tenant_id and o.id = p.org_id
 left join training_entry e on e.tenant_id = p.tenant_id and e.person_id = p.id and e.year = 2026
 where p.tenant_id = ? and p.is_formal = 1 group by p.id having coalesce(sum(e.tenths), 0) < 320
 order by p.org_path, p.name_full limit 50"""


def write_year(entries: int) -> None:
    """The book of the year: `entries` entries for nine members of ten, one fewer for the tenth."""
    begin_write()
    tenant = session().info["scope"].tenant_id
    people = session().execute(select(Person.id, Person.name, Person.org_path)).all()
    common = {"tenant_id": tenant, "version": 1, "created_at": dt.datetime(2026, 1, 5, tzinfo=dt.UTC), "year": 2026,
              "tenths": TENTHS, "title": "class", "source": "training.session", "central": True, "role": "member", "note": ""}
    for number in range(entries):
        day = dt.date(2026, 1 + number % 10, 5)
        some = [one for place, one in enumerate(people) if number or place % 10]
        for start in range(0, len(some), CHUNK):
            part = some[start:start + CHUNK]
            session().execute(insert(HourEntry), [
                {**common, "id": new, "person_id": one.id, "person_name": one.name, "org_path": one.org_path, "on": day,
                 "source_id": 1000 + number, "twins": []} for new, one in zip(new_ids(len(part)), part, strict=True)])
    session().commit()


def announce_classes(ctx: Context) -> None:
    """Ten classes that lie ahead, for several audiences: the gap pages say how many each would help."""
    top = session().scalars(select(OrgUnit.id).where(OrgUnit.parent_id.is_(None), OrgUnit.name == "unit 0")).one()
    course = save_course(ctx, org_id=top, name="course", subject="theory", form="lecture", tenths=TENTHS, level=1)
    for number in range(10):
        made = plan_session(ctx, org_id=top, course_id=course.id, on=TODAY + dt.timedelta(days=number + 5), begins=dt.time(9),
                            ends=dt.time(12), audience=[list(AUDIENCES)[number % len(AUDIENCES)], "members"])
        make_step(ctx, "training.session", made.id, "announce", data={"text": "class", "until": TODAY}, accept=True)


def prepare(members: int, entries: int) -> tuple[World, Path, float]:
    folder = Path(tempfile.mkdtemp(prefix="juheli-bench-"))
    world = build_world(folder, installed())
    world.open_tenant("east", "East", "county", plugins=("training",))
    with world.inside("east"):
        fill(members)
        write_year(entries)
        began = time.perf_counter()
        begin_write()
        settle_all(TODAY.year)
        session().commit()
        spent = time.perf_counter() - began
    with world.inside("east") as ctx:
        announce_classes(ctx)
    world.add_user("east", "clerk", *PERMISSIONS)
    with world.database.maintenance("bench: statistics") as connection:
        connection.exec_driver_sql("ANALYZE")
    return world, folder, spent


def in_turns(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """name -> median CPU milliseconds."""
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 2):
        for name, call in calls.items():
            began = time.process_time()
            call()
            if number >= 2:
                spent[name].append(1000 * (time.process_time() - began))
    return {name: statistics.median(each) for name, each in spent.items()}


def plans(world: World, browser: Browser, path: str, database: sqlite3.Connection) -> list[str]:
    """How the statements of a page that touch training's tables are answered."""
    sent: list[tuple[str, object]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if re.search(r"FROM training_(balance|tally|entry)", statement) and statement.startswith("SELECT"):
            sent.append((statement, parameters))

    event.listen(world.database.engine, "before_cursor_execute", note)
    try:
        assert browser.get(path).status_code == 200, path
    finally:
        event.remove(world.database.engine, "before_cursor_execute", note)
    found = []
    for statement, parameters in sent:
        rows = database.execute(f"explain query plan {statement}", parameters).fetchall()
        found += [row[3] for row in rows if "training_" in row[3]]
    return sorted(set(found))


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--members", type=int, default=100_000)
    arguments.add_argument("--entries", type=int, default=8)
    arguments.add_argument("--rounds", type=int, default=20)
    chosen = arguments.parse_args()
    with clock.at(dt.datetime.combine(TODAY, dt.time(10), clock.SHANGHAI)):
        return run(chosen.members, chosen.entries, chosen.rounds)


def run(members: int, entries: int, rounds: int) -> int:
    world, folder, spent = prepare(members, entries)
    clerk, tenant = world.browser("east", "clerk"), world.tenants["east"].id
    with world.inside("east"):
        top = session().scalars(select(OrgUnit.id).where(OrgUnit.parent_id.is_(None), OrgUnit.name == "unit 0")).one()
        branch = session().scalars(select(OrgUnit.id).where(OrgUnit.name == "unit 300")).one()
        person = session().scalars(select(Person.id).limit(1)).one()
    pages = {"gap, district": f"/training/gap/{top}", "gap, branch": f"/training/gap/{branch}",
             "one person": f"/training/people/{person}", "hours register": "/ledgers/training.hours/?size=50",
             "hours missing": "/ledgers/training.hours/?short=1&size=50"}
    database = sqlite3.connect(folder / "juheli.db")
    calls: dict[str, Callable[[], object]] = {
        "by hand: sums of the book": lambda: database.execute(BOOK, (tenant,)).fetchall(),
        "by hand: who is short": lambda: database.execute(LIST, (tenant,)).fetchall()}
    calls |= {name: lambda path=path: clerk.get(path).get_data() for name, path in pages.items()}
    found = in_turns(calls, rounds)
    base = found["by hand: sums of the book"]
    print(f"{members:,} members, {members * entries:,} entries; all balances written in {spent:.1f} s; medians of {rounds}")
    for name, cpu in found.items():
        print(f"{name:28} {cpu:9.2f} ms CPU {base / cpu:8.1f} × as fast as adding up the book")
    bad = []
    for name, path in pages.items():
        for step in plans(world, clerk, path, database):
            print(f"    {name}: {step}")
            bad += [step] if step.startswith("SCAN") and "INDEX" not in step else []
    database.close()
    world.database.dispose()
    shutil.rmtree(folder)
    print("every statement is answered from an index" if not bad else f"SCANS: {bad}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
