"""CPU per row of a roster taken in through the wizard: the dry run and the writing, against bare inserts of the same rows.

Each round takes in a sheet of new persons. The floor reads the same file with the csv module and writes the persons with the
driver alone, past row level security (executemany of psycopg, or of sqlite3): no fence, no check, no link, no history, no audit.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from bench.frame import Bench, Ground, Run, ground
from bench.planting import MADE, row_of
from core.base.db import begin_write, new_ids, session
from core.base.identity import make_id_no
from core.people.models import OrgUnit, Person

FLOOR, BRANCHES = "bare inserts", 200
HEADS = ("\u59d3\u540d,\u6027\u522b,\u51fa\u751f\u5e74\u6708,\u8eab\u4efd\u8bc1\u53f7,"
         "\u5165\u515a\u65f6\u95f4,\u6240\u5728\u515a\u652f\u90e8,\u8054\u7cfb\u7535\u8bdd")
FAMILY = "\u5f20\u738b\u674e\u8d75\u66fe\u5218\u9648\u6768"
GIVEN = "\u4f1f\u82b3\u5a1c\u654f\u9759\u660e\u5f3a\u78ca\u519b\u6d0b"


def sheet(rows: int, first: int) -> bytes:
    """A roster as CSV: names that repeat, numbers that do not."""
    lines = [HEADS]
    for n in range(first, first + rows):
        born = dt.date(1950 + n % 50, 1 + n % 12, 1 + n % 28)
        name = FAMILY[n % len(FAMILY)] + GIVEN[n // 8 % len(GIVEN)] + GIVEN[n // 80 % len(GIVEN)]
        number = make_id_no(f"{110101 + n // 20_000}", born, "male", 1 + n // 50 % 400)
        lines.append(f"{name},\u7537,{born},{number},{born.year + 20}-07-01,unit {n % BRANCHES:03d},138{n:08d}")
    return "\n".join(lines).encode()


def prepare(here: Ground) -> list[tuple[int, str]]:
    """A tenant with the branches of the sheet; (id, path) of each."""
    here.world.open_tenant("east", "East", "county")
    with here.world.inside("east"):
        begin_write()
        made = [OrgUnit(id=new, name=f"unit {n:03d}", short_name=f"unit {n:03d}", kind="branch", ordinal=9000 + n,
                        path=f"0001{n:04d}") for n, new in enumerate(new_ids(BRANCHES))]
        session().add_all(made)
        session().commit()
        return [(unit.id, unit.path) for unit in made]


@contextmanager
def bare(here: Ground, branches: list[tuple[int, str]]) -> Iterator[Callable[[bytes], None]]:
    """Writes the persons of a sheet over a connection of its own. Days and moments go in as the text that both engines read."""
    blank = row_of(Person, here.world.tenants["east"].id) | {"created_at": f"{MADE:%Y-%m-%d %H:%M:%S.%f}", "gender": "male"}
    names, marks = ", ".join(f'"{name}"' for name in blank), ", ".join(["%s" if here.server else "?"] * len(blank))
    connection: Any = psycopg.connect(here.bypass) if here.server else sqlite3.connect(here.folder / "juheli.db")
    if not here.server:
        connection.create_function("app_tenant", 0, lambda: None)       # the fence's triggers let a write of nobody through
    insert = f"INSERT INTO {Person.__tablename__} ({names}) VALUES ({marks})"

    def write(content: bytes) -> None:
        lines = list(csv.reader(io.StringIO(content.decode())))[1:]
        rows = []
        for new, line in zip(new_ids(len(lines)), lines, strict=True):
            org_id, path = branches[int(line[5].split()[1])]
            rows.append(tuple({**blank, "id": new, "name": line[0], "org_id": org_id, "birth_date": line[2], "joined_on": line[4],
                               "org_path": path, "phone_mask": line[6]}.values()))
        connection.cursor().executemany(insert, rows)
        connection.commit()

    with closing(connection):
        yield write


def spent(here: Ground, rows: int, work: Callable[[], Any], elsewhere: Callable[[], float]) -> tuple[float, float]:
    """(CPU ms, statements through the product's own connections) a row."""
    with here.world.counting() as sent:
        other, began = elsewhere(), time.process_time()
        work()
        cpu = time.process_time() - began + elsewhere() - other
    return 1000 * cpu / rows, len(sent) / rows


def take_in(here: Ground, content: bytes, rows: int, elsewhere: Callable[[], float]) -> dict[str, tuple[float, float]]:
    """Through the wizard; what the check and the writing took."""
    browser = here.world.browser("east")
    browser.get("/imports/new/people.roster")
    answer = browser.post("/imports/new/people.roster", {"file": (io.BytesIO(content), "roster.csv")})
    address = answer.location[len(browser.root):]
    browser.post(f"{address}/columns")
    check = spent(here, rows, here.world.run_jobs, elsewhere)
    browser.get(address)
    browser.post(f"{address}/commit", {"mode": "good"})
    return {"check (dry run)": check, "write": spent(here, rows, here.world.run_jobs, elsewhere)}


def measure(run: Run) -> None:
    rows, rounds = run.size["rows"], run.size["rounds"]
    found: dict[str, list[tuple[float, float]]] = {FLOOR: [], "check (dry run)": [], "write": []}
    with ground(run.size["engine"]) as here, bare(here, prepare(here)) as write:
        elsewhere = here.elsewhere()
        for number in range(rounds):
            first = number * rows
            floor = sheet(rows, 10**6 + first)
            found[FLOOR].append(spent(here, rows, lambda floor=floor: write(floor), elsewhere))
            for name, each in take_in(here, sheet(rows, first), rows, elsewhere).items():
                found[name].append(each)
        run.note(f"{rows:,} new persons a sheet into {BRANCHES} branches; {here.engine}.")
    run.samples("A row of a roster", {name: [cpu for cpu, _sent in each] for name, each in found.items()}, unit="ms CPU")
    for name, each in list(found.items())[1:]:
        run.figure(f"statements a row: {name}", sum(sent for _cpu, sent in each) / rounds, "")


BENCH = Bench("roster_import", "Roster import through the wizard", measure, tiny={"engine": "sqlite", "rows": 20, "rounds": 1},
              usual={"engine": "postgres", "rows": 400, "rounds": 5})
