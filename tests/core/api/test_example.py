"""The client of docs/examples, run as its reader would: against a server on a port."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

from core.people.models import Person
from core.testing.serving import serving
from tests.architecture.tree import ROOT
from tests.core.access.units import build_units

EXAMPLE = ROOT / "docs/examples/juheli_client.py"


def test_the_data_office_syncs_members_and_pulls_the_roster(world, tmp_path: Path):
    units = build_units(world)
    program = world.program("east", *(f"people.person.{verb}" for verb in ("read", "create", "update", "transfer", "export")))
    known, moved = units.person["pine"], units.person["south"]
    pine = units.org["pine"]
    lines = ("id,name,org_id,joined_on,work_unit", f",王芳,{pine},2020-01-31,", f"{known},Person of pine,,2019-07-01,县医院",
             f",,{pine},,", f"{moved},,{pine},,")
    (tmp_path / "members.csv").write_text("\n".join(lines), "utf-8")
    with serving(world.app) as address:
        environment = {**os.environ, "JUHELI_URL": f"{address}/t/east", "JUHELI_TOKEN": program.secret}
        run = [subprocess.run([sys.executable, str(EXAMPLE), "members.csv"], cwd=tmp_path, env=environment, capture_output=True,
                              text=True, timeout=60) for _ in range(2)]
    assert run[0].stdout.startswith("1 created, 2 changed, 1 refused\nline 4: 422"), run[0].stdout + run[0].stderr
    assert "#/name" in run[0].stdout and run[0].returncode == 1
    assert run[1].stdout.startswith("1 created, 0 changed, 1 refused"), "a second run changes nothing that is as it should be"
    with (tmp_path / "roster.csv").open(encoding="utf-8-sig") as file:
        rows = {int(row["id"]): row for row in csv.DictReader(file)}
    with world.inside("east") as ctx:
        assert ctx.get(Person, moved).org_id == pine
    assert known in rows and "王芳" in {row["name"] for row in rows.values()}


def test_the_example_is_typed(tmp_path: Path):
    """As strictly as a type checker can be."""
    run = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}", str(EXAMPLE)],
                         capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert run.returncode == 0, run.stdout
