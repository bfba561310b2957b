"""kill -9 in the middle of an import: no half row, no row twice, and the next worker ends the work."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import func, select, update

from core.base.db import begin_write, session
from core.base.scope import system_scope
from core.imports.models import ImportRow
from core.jobs.models import Job
from core.people.models import Person
from tests.core.imports.test_jobs import ONES, TENS
from tests.core.imports.test_wizard import people, sheet_of

ROOT = Path(__file__).resolve().parents[3]
ROWS = 600
KILLS = 4


def free_leases(world) -> None:
    """As if the time of the dead worker's lease were over."""
    with world.database.use(), system_scope("test: a lease runs out"):
        begin_write()
        past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        session().execute(update(Job).where(Job.status == "running").values(lease_until=past))
        session().commit()


def work(folder: Path, url: str, seconds: float | None) -> str:
    """Run the jobs in another process, killed after so many seconds; what it said."""
    command = [sys.executable, "-m", "tests.core.imports.killable", str(folder), url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        if seconds is not None:
            time.sleep(seconds)
            process.kill()
        return process.stdout.read()


def test_killed_workers_leave_nothing_half_done(desk, tmp_path):
    dice = random.Random(3)
    names = [a + b + c for a in "王李张刘陈杨" for b in TENS for c in ONES][:ROWS]
    address = desk.bring(sheet_of(*((name, "2020-09", "滨海一支部", "", "") for name in names)))
    desk.browser.post(address + "/commit", {"mode": "all"})
    folder, seen = tmp_path / "instance", []
    url = desk.world.database.engine.url.render_as_string(hide_password=False)
    for _kill in range(KILLS):
        said = work(folder, url, dice.uniform(0.1, 0.8))
        free_leases(desk.world)
        with desk.world.inside("east"):
            written = session().scalar(select(func.count()).select_from(ImportRow).where(ImportRow.state == "written"))
        assert written == people(desk.world)
        seen.append(written)
        if said:
            break
    assert "done" in work(folder, url, None)
    assert seen == sorted(seen) and desk.batch(address).counts["written"] == ROWS
    with desk.world.inside("east"):
        assert sorted(session().scalars(select(Person.name))) == sorted(names)
