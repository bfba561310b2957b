"""A sheet through the API: uploaded, its columns confirmed, checked, written by jobs, taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from core.base.session import session
from core.people.models import Person
from core.testing.world import Program, World
from tests.core.access.units import build_units

SHEET = "姓名,所在党支部,入党时间,什么\n王芳,Pine,2020-01-31,x\n李强,Pine,2021-07-01,y\n,Pine,2021-07-01,z\n".encode("utf-8-sig")
KIND = "people.roster"


@pytest.fixture
def program(world: World) -> Program:
    build_units(world)
    return world.program("east", "people.person.read", "people.person.create", "people.person.update", "people.org.read")


def upload(program: Program, content: bytes = SHEET):
    return program.ask("POST", f"/imports/kinds/{KIND}?name=a.csv", data=content, content_type="application/octet-stream")


def people(world: World) -> int:
    with world.inside("east"):
        return session().scalar(select(func.count()).select_from(Person).where(Person.name.in_(["王芳", "李强"])))


def test_a_sheet_is_checked_written_and_taken_back(world, program):
    assert KIND in {kind["name"] for kind in program.get("/imports/kinds").json["items"]}
    made = upload(program)
    assert made.status_code == 201 and made.json["state"] == "uploaded", made.json
    fields = {c["heading"]: (c["field"], c["sure"]) for c in made.json["columns"]}
    assert fields["姓名"] == ("name", True) and not fields["什么"][1]
    path = f"/imports/{made.json['id']}"
    assert program.ask("POST", f"{path}/columns", json={"columns": {"3": ""}}).status_code == 202
    world.run_jobs()
    checked = program.get(path).json
    assert checked["state"] == "previewed" and checked["progress"] == 100 and (checked["counts"]["good"], people(world)) == (2, 0)
    refused = program.ask("POST", f"{path}/commit", json={})
    assert refused.status_code == 422
    assert program.ask("POST", f"{path}/commit", json={"only_good": True}).status_code == 202
    world.run_jobs()
    assert program.get(path).json["state"] == "done" and people(world) == 2
    assert program.get(f"{path}/failed.xlsx").data.startswith(b"PK")
    assert program.ask("POST", f"{path}/columns", json={}).status_code == 409
    assert program.ask("POST", f"{path}/undo").status_code == 202
    world.run_jobs()
    assert program.get(path).json["state"] == "undone" and people(world) == 0


def test_what_is_no_sheet_is_refused_and_nobody_sees_anothers(world, program):
    for content in (b"", b"\x00\x01", b"PK\x03\x04 broken"):
        assert upload(program, content).status_code == 422, content
    made = upload(program)
    wrong = program.ask("POST", f"/imports/{made.json['id']}/columns", json={"columns": {"x": 1}})
    assert wrong.status_code == 422 and "columns" in wrong.json["errors"][0]["pointer"]
    other = world.program("east", "people.person.create")
    assert other.get(f"/imports/{made.json['id']}").status_code == 404
    assert upload(world.program("east", "people.person.read")).status_code == 403
    assert program.ask("POST", "/imports/kinds/no.kind", data=SHEET).status_code == 404
