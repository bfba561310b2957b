"""CPU per row of a roster taken in through the wizard: the dry run and the writing, on SQLite, in this process.

    python -m bench.roster_import [--rows 400] [--profile]
"""

from __future__ import annotations

import argparse
import cProfile
import datetime as dt
import io
import pstats
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.base.db import begin_write, new_ids, session
from core.base.identity import make_id_no
from core.people.models import OrgUnit
from core.plugin import installed
from core.testing.world import World, build_world

BRANCHES = 200
HEADS = ("\u59d3\u540d,\u6027\u522b,\u51fa\u751f\u5e74\u6708,\u8eab\u4efd\u8bc1\u53f7,"
         "\u5165\u515a\u65f6\u95f4,\u6240\u5728\u515a\u652f\u90e8,\u8054\u7cfb\u7535\u8bdd")
FAMILY = "\u5f20\u738b\u674e\u8d75\u66fe\u5218\u9648\u6768"
GIVEN = "\u4f1f\u82b3\u5a1c\u654f\u9759\u660e\u5f3a\u78ca\u519b\u6d0b"


def sheet(rows: int) -> bytes:
    """A roster as CSV: names that repeat, numbers that do not."""
    lines = [HEADS]
    for n in range(rows):
        born = dt.date(1950 + n % 50, 1 + n % 12, 1 + n % 28)
        name = FAMILY[n % len(FAMILY)] + GIVEN[n // 8 % len(GIVEN)] + GIVEN[n // 80 % len(GIVEN)]
        number = make_id_no("110105", born, "male", 1 + n // 50 % 400)
        lines.append(f"{name},\u7537,{born},{number},{born.year + 20}-07-01,unit {n % BRANCHES:03d},138{n:08d}")
    return "\n".join(lines).encode()


def prepare(folder: Path) -> World:
    world = build_world(folder, installed())
    world.open_tenant("east", "East", "county")
    with world.inside("east"):
        begin_write()
        for n, new in enumerate(new_ids(BRANCHES)):
            session().add(OrgUnit(id=new, name=f"unit {n:03d}", short_name=f"unit {n:03d}", kind="branch", ordinal=9000 + n,
                                  path=f"0001{n:04d}"))
        session().commit()
    return world


def spent(what: str, rows: int, world: World, work: Callable[[], Any]) -> None:
    with world.counting() as sent:
        began = time.process_time()
        work()
        ms = 1000 * (time.process_time() - began) / rows
    print(f"{what:10} {ms:6.2f} ms CPU a row   {len(sent) / rows:5.1f} statements a row")


def take_in(world: World, rows: int) -> None:
    browser = world.browser("east")
    browser.get("/imports/new/people.roster")
    answer = browser.post("/imports/new/people.roster", {"file": (io.BytesIO(sheet(rows)), "roster.csv")})
    address = answer.location[len(browser.root):]
    browser.post(f"{address}/columns")
    spent("check", rows, world, world.run_jobs)
    browser.get(address)
    browser.post(f"{address}/commit", {"mode": "good"})
    spent("write", rows, world, world.run_jobs)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=400)
    arguments.add_argument("--profile", action="store_true")
    chosen = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="juheli-bench-"))
    world = prepare(folder)
    profile = cProfile.Profile(time.process_time)
    if chosen.profile:
        profile.enable()
    take_in(world, chosen.rows)
    profile.disable()
    world.database.dispose()
    shutil.rmtree(folder)
    if chosen.profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    main()
