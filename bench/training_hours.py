"""Hours and gap pages for a year of many members × 32 hours, against adding up the book by hand in the same run.

Every member has `entries` entries of four hours. The pages read balances and tallies by index; the hand-written queries add
up the same figures from the book, as one would without them. The plans of the pages' statements are told: on SQLite, whose
planner needs no rows to choose an index.
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
import time
from contextlib import closing

from sqlalchemy import event, insert, select

from bench.frame import Bench, Ground, Run, ground
from bench.members import populate
from core.base import clock
from core.base.db import begin_write, new_ids, session
from core.people.models import OrgUnit, Person
from core.service import Context
from core.testing.world import Browser, World
from core.work.services import make_step
from plugins.training.balances import settle_all
from plugins.training.models import HourEntry
from plugins.training.services.courses import save_course
from plugins.training.services.sessions import plan_session
from plugins.training.words import AUDIENCES

PERMISSIONS = ("training.hours.read", "training.session.read")
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


def prepare(here: Ground, members: int, entries: int) -> float:
    """The tenant with its book; seconds that writing all balances took."""
    populate(here, members, plugins=("training",), more=PERMISSIONS)
    with here.world.inside("east"):
        write_year(entries)
        began = time.perf_counter()
        begin_write()
        settle_all(TODAY.year)
        session().commit()
        spent = time.perf_counter() - began
    with here.world.inside("east") as ctx:
        announce_classes(ctx)
    here.analyze()
    return spent


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


def measure(run: Run) -> None:
    with clock.at(dt.datetime.combine(TODAY, dt.time(10), clock.SHANGHAI)), ground("sqlite") as here:
        spent = prepare(here, run.size["members"], run.size["entries"])
        run.figure("writing all balances of the year", spent, "s")
        with closing(sqlite3.connect(here.folder / "juheli.db")) as database:
            _measure(run, here, database)


def _measure(run: Run, here: Ground, database: sqlite3.Connection) -> None:
    clerk, tenant = here.world.browser("east", "clerk"), here.world.tenants["east"].id
    with here.world.inside("east"):
        top = session().scalars(select(OrgUnit.id).where(OrgUnit.parent_id.is_(None), OrgUnit.name == "unit 0")).one()
        branch = session().scalars(select(OrgUnit.id).where(OrgUnit.kind == "branch").limit(1)).one()
        person = session().scalars(select(Person.id).limit(1)).one()
    pages = {"gap page, district": f"/training/gap/{top}", "gap page, branch": f"/training/gap/{branch}",
             "one person": f"/training/people/{person}", "hours register": "/ledgers/training.hours/?size=50",
             "hours missing": "/ledgers/training.hours/?short=1&size=50"}
    run.turns("Hours of the year", {
        "by hand: sums of the book": lambda _n: database.execute(BOOK, (tenant,)).fetchall(),
        "by hand: who is short": lambda _n: database.execute(LIST, (tenant,)).fetchall(),
        **{name: lambda _n, path=path: clerk.get(path).get_data() for name, path in pages.items()}}, rounds=run.size["rounds"])
    found = [(name, step) for name, path in pages.items() for step in plans(here.world, clerk, path, database)]
    scans = [f"{name}: {step}" for name, step in found if step.startswith("SCAN") and "INDEX" not in step]
    run.figure("steps of the pages' plans", len(found), "", "all by index" if not scans else f"SCANS: {'; '.join(scans)}")
    run.note(f"{run.size['members']:,} members, {run.size['members'] * run.size['entries']:,} entries; {here.engine}.")


BENCH = Bench("training_hours", "Training hours", measure, tiny={"members": 200, "entries": 2, "rounds": 1},
              usual={"members": 20_000, "entries": 8, "rounds": 15}, large={"members": 100_000, "entries": 8, "rounds": 15})
