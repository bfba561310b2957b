"""A roster of 15 columns taken in through the wizard and out again as a file, each in a process of its own: its peak is seen.

Beside it the least that could be done: the sheet parsed by calamine and sent through COPY, without a check, an index, a person
looked up, a number sealed, a trace in the audit; and the rows of a query by hand through the bare writer, once without the two
columns of ours that need more than a row and its branch (residence, posts), once with them.
"""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import xlsxwriter
from sqlalchemy import select

from bench.child import Took, apart, timed
from bench.filework import done
from bench.frame import Bench, Run
from bench.frame.ground import Ground, ground
from bench.planting import plant, superuser, writing
from core.base.identity import make_id_no
from core.base.session import session
from core.imports.models import DONE, WRITTEN, ImportBatch
from core.jobs.models import QUEUED, RUNNING, Job
from core.testing.world import Browser

HEADS = (
    "\u59d3\u540d", "\u6027\u522b", "\u51fa\u751f\u5e74\u6708", "\u5b66\u5386", "\u5165\u515a\u65f6\u95f4",
    "\u8f6c\u6b63\u65f6\u95f4", "\u515a\u5458\u7c7b\u522b", "\u6240\u5728\u515a\u652f\u90e8",
    "\u5c45\u4f4f\u793e\u533a/\u7f51\u683c", "\u515a\u5185\u804c\u52a1", "\u8054\u7cfb\u7535\u8bdd", "\u5907\u6ce8",
    "\u8eab\u4efd\u8bc1\u53f7\u7801", "\u515a\u5458\u5206\u7c7b", "\u5de5\u4f5c\u5355\u4f4d")
MALE, DEGREE, FULL = "\u7537", "\u5927\u5b66\u672c\u79d1", "\u6b63\u5f0f\u515a\u5458"
FAMILY, GIVEN = "\u5f20\u738b\u674e\u8d75\u66fe\u5218\u9648\u6768", "\u4f1f\u82b3\u5a1c\u654f\u9759\u660e\u5f3a\u78ca\u519b\u6d0b"
FLOOR = "parse and COPY"
AIMS = {"import": f"Import of {{:,}} × {len(HEADS)}: what it takes, of parse and COPY",
        "memory": f"Import of {{:,}} × {len(HEADS)}: peak memory",
        "export": "Export of {:,} rows as {}: what it takes, of the bare writer"}
PLACES, BRANCHES = 60, 20             # places of birth by which numbers differ; branches that the sheet names


def sheet(rows: int) -> bytes:
    """A roster as a workbook: names that repeat, ID numbers that do not."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADS)
        for n in range(rows):
            born = dt.date(1950, 1, 1) + dt.timedelta(days=n % 15_000)
            name = FAMILY[n % len(FAMILY)] + GIVEN[n // 8 % len(GIVEN)] + GIVEN[n // 80 % len(GIVEN)]
            number = make_id_no(f"1101{1 + n // 15_000 % PLACES:02d}", born, "male", 1 + n % 400)
            page.write_row(1 + n, 0, [
                name, MALE, f"{born:%Y-%m}", DEGREE, f"{born.year + 20}-07-01", f"{born.year + 21}-07-01", FULL,
                f"unit {_branch(n):06d}", "", "", f"138{n:08d}", f"row {n}", number, "", f"works {n % 300}"])
    return stream.getvalue()


def _branch(row: int) -> int:
    """Units are numbered through the tree; the branches come after the top, a street and two communities."""
    return 4 + row % BRANCHES


def measure(run: Run) -> None:
    with ground(run.size["engine"]) as here:
        if here.server:
            _aims(run)
        plugins = tuple(here.world.plugins.by_name.keys() - here.world.plugins.core)
        for rows in run.size["import"]:
            here.world.open_tenant(f"in{rows}", plugins=plugins)
            with writing(here, f"in{rows}") as write:
                plant(write, BRANCHES * 50, 0, 2026)
        here.world.open_tenant("out", plugins=plugins)
        with writing(here, "out") as write:
            plant(write, run.size["export"], 0, 2026)
        here.analyze()
        _jobs(here)                                       # what onboarding left to do
        for kind in ("xlsx", "csv"):
            with _part(run, here, f"export of {run.size['export']:,} rows as {kind}"):
                _export(run, here, kind)
        for rows in run.size["import"]:
            with _part(run, here, f"import of {rows:,} rows"):
                _import(run, here, rows)


def _aims(run: Run) -> None:
    for kind in ("xlsx", "csv"):
        run.aim(AIMS["export"].format(run.size["export"], kind), most=1.3)
    for rows in run.size["import"]:
        run.aim(AIMS["import"].format(rows), most=3)
        run.aim(AIMS["memory"].format(rows), most=300, unit="MB")


@contextmanager
def _part(run: Run, here: Ground, name: str) -> Iterator[None]:
    """A part whose jobs end with it: what was cut off would be done by the next one that works at the queue."""
    with run.part(name, run.size["part"]):
        yield
    here.superuser(f"DELETE FROM {Job.__tablename__} WHERE status IN ('{QUEUED}', '{RUNNING}')")  # noqa: S608


def _import(run: Run, here: Ground, rows: int) -> None:
    """What was measured before its time was over is told."""
    file = here.folder / f"roster-{rows}.xlsx"
    file.write_bytes(sheet(rows))
    floors = [_floor("parse_and_copy", here, file=str(file), url=here.libpq()) for _round in range(run.size["rounds"])]
    floor = {FLOOR: [each.wall for each in floors if each]} if any(floors) else {}
    steps: dict[str, Took] = {}
    try:
        for step, took in _taken_in(here, here.world.browser(f"in{rows}"), file, rows):
            steps[step] = took
            run.figure(f"CPU of the {step}, {rows:,} rows", 1000 * took.cpu / rows, "ms a row", f"{took.told[1] / rows:.2g} "
                       f"statements a row; peak {took.peak:.0f} MB, {took.grown:.0f} of them for this work")
    finally:
        found = floor | {f"ours, the {step}": [took.wall] for step, took in steps.items()}
        if len(steps) == 2:
            found["ours, both"] = [sum(took.wall for took in steps.values())]
        group = run.samples(f"Import of {rows:,} rows × {len(HEADS)} columns", found, unit="s") if found else None
    _peaks(run, f"parse and COPY, {rows:,} rows", [each for each in floors if each])
    if floor and group:
        both = group.line("ours, both").ratio.inverted
        run.aim(AIMS["import"].format(rows), both)
        run.aim(AIMS["memory"].format(rows), max(took.peak for took in steps.values()))


def _taken_in(here: Ground, browser: Browser, file: Path, rows: int) -> Iterator[tuple[str, Took]]:
    """The sheet through the wizard; its two jobs each in a process. Raises RuntimeError when rows were left out."""
    browser.get("/imports/new/people.roster")
    answer = browser.post("/imports/new/people.roster", {"file": (io.BytesIO(file.read_bytes()), file.name)})
    address = answer.location[len(browser.root):]
    browser.post(f"{address}/columns")
    check = _jobs(here)
    yield "check", check
    browser.get(address)
    if browser.post(f"{address}/commit", {"mode": "all"}).status_code != 303 or not check.told[0]:
        raise RuntimeError(f"the wizard took no row of {file.name}")
    write = _jobs(here)
    with here.world.inside(f"in{rows}"):
        batch = session().scalars(select(ImportBatch)).one()
        if batch.state != DONE or batch.counts.get(WRITTEN) != rows:
            raise RuntimeError(f"of {rows} rows of {file.name} not all were written: {batch.state}, {batch.counts}")
    yield "write", write


def _jobs(here: Ground) -> Took:
    """What waits in the queue, done by a process of its own; on SQLite in this one, for the tiny size.

    `told`: how many jobs there were, and the statements they sent.
    """
    return apart("jobs", folder=str(here.folder), url=here.url) if here.server else timed(lambda: done(here.world))


def _export(run: Run, here: Ground, kind: str) -> None:
    rows, tenant = run.size["export"], here.world.tenants["out"].id
    found: dict[str, list[Took]] = defaultdict(list)
    try:
        for _round in range(run.size["rounds"]):
            for name, whole in (("the bare writer", False), ("the bare writer, all our columns", True)):
                if floor := _floor(f"bare_{kind}", here, tenant=tenant, folder=str(here.folder), whole=whole):
                    found[name].append(floor)
            ours = _taken_out(here, kind, rows)                # may be cut off: then there is no line without samples
            found["ours"].append(ours)
    finally:
        if found:
            group = run.samples(f"Export of {rows:,} rows as {kind}", {
                name: [each.wall for each in some] for name, some in found.items()}, unit="s")
    for name, some in found.items():
        _peaks(run, f"{kind}, {name}, {rows:,} rows", some)
    if len(found) > 1 and "ours" in found:
        ours = group.line("ours").ratio.inverted
        run.aim(AIMS["export"].format(rows, kind), ours)


def _taken_out(here: Ground, kind: str, rows: int) -> Took:
    """All rows in a file. Raises RuntimeError when the job did not succeed, or rows are missing."""
    browser = here.world.browser("out")
    answer = browser.post("/ledgers/people.roster/export", {"format": kind})
    if answer.status_code != 303:
        raise RuntimeError(f"no export job: {answer.status_code}")
    took = _jobs(here)
    with here.world.inside("out"):
        job = session().scalars(select(Job).where(Job.name == "ledgers.export").order_by(Job.id.desc())).first()
        if job is None or job.status != DONE or (job.result or {}).get("rows") != rows:
            raise RuntimeError(f"not all of {rows} rows were written: {job and (job.status, job.result, job.error)}")
    return took


def _floor(work: str, here: Ground, **told: object) -> Took | None:
    """The least that could be done, as a role that row level security lets read; only PostgreSQL has COPY."""
    if not here.server:
        return None
    with superuser(here) as connection:
        told["url"] = connection.info.dsn
    return apart(work, **told)


def _peaks(run: Run, name: str, some: Iterable[Took]) -> None:
    for worst in sorted(some, key=lambda each: -each.peak)[:1]:
        run.figure(f"peak memory: {name}", worst.peak, "MB", f"{worst.grown:.0f} MB of them for the work; {worst.cpu:.1f} s CPU")


BENCH = Bench("files", "Files: a roster in and out", measure,
              tiny={"import": (20,), "export": 5_001, "rounds": 1, "engine": "sqlite", "part": 0},
              usual={"import": (2_000,), "export": 20_000, "rounds": 2, "engine": "postgres", "part": 90, "budget": 75},
              large={"import": (10_000, 100_000), "export": 100_000, "rounds": 1, "engine": "postgres", "part": 900,
                     "budget": 700})
