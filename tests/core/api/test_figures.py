"""Exports as jobs, indicators and rules through the API."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.access.models import AccessToken
from core.base.clock import now
from core.base.session import begin_write, session
from core.jobs.models import Job
from core.testing.world import Program, World
from tests.core.access.units import PATHS, build_units

READING = ("people.person.read", "people.person.export")


@pytest.fixture
def program(world: World) -> Program:
    build_units(world)
    return world.program("east", *READING, path=PATHS["north"])


def ask(program: Program, **wish):
    key = "".join(str(wish).split())
    return program.ask("POST", "/ledgers/people.roster/exports", json=wish, headers={"Idempotency-Key": key})


def local(program: Program, url: str):
    return program.get(url.removeprefix("/t/east/api/v1"))


def test_an_export_is_a_job_with_progress_and_a_file_for_whoever_asked(world, program):
    queued = ask(program, format="csv", query="sort=name&fields=name,phone")
    assert queued.status_code == 202 and queued.json["state"] == "queued" and queued.json["file"] is None
    assert ask(program, format="csv", query="sort=name&fields=name,phone").json["id"] == queued.json["id"]
    world.run_jobs()
    told = local(program, queued.headers["Location"])
    assert (told.json["state"], told.json["progress"], told.json["rows"]) == ("done", 100, 2)
    file = local(program, told.json["file"]).get_data().decode("utf-8-sig")
    assert "Person of pine" in file and "Person of north" in file and "Person of south" not in file
    other = world.program("east", *READING)
    assert [local(other, url).status_code for url in (queued.headers["Location"], told.json["file"])] == [404, 404]


def test_an_export_of_a_revoked_token_is_never_written(world, program):
    queued = ask(program)
    with world.inside("east"):
        begin_write()
        for token in session().scalars(select(AccessToken)):
            token.revoked_at = now()
        session().commit()
    world.run_jobs()
    assert local(program, queued.headers["Location"]).status_code == 401
    with world.inside("east"):
        job = session().scalars(select(Job).where(Job.id == queued.json["id"])).one()
        assert (job.status, job.result) == ("failed", None)


def test_what_makes_no_sense_in_an_export_is_refused(world, program):
    for wish, pointer in (({"format": "pdf"}, "#/format"), ({"query": "x=1"}, "#/query"), ({"query": "limit=5"}, "#/query"),
                          ({"wish": 1}, "#/wish")):
        answer = ask(program, **wish)
        assert answer.status_code == 422 and answer.json["errors"][0]["pointer"] == pointer, wish
    assert ask(world.program("east", "people.person.read")).status_code == 403


def test_indicators_are_those_of_the_pages_with_their_rows(world, program):
    items = {one["name"]: one for one in program.get("/indicators").json["items"]}
    assert items
    for name, one in items.items():
        whole = program.get(f"/indicators/{name}").json
        assert {key: whole[key] for key in one} == one and "points" in whole
        if one["unit"] == "count":
            assert program.get(f"/ledgers/{one['ledger']}", query_string={"ind": name}).json["total"] == one["amount"]
    assert program.get("/indicators/people.nothing").status_code == 404
    assert world.program("east", "people.org.read").get(f"/indicators/{next(iter(items))}").status_code == 404


def test_rules_come_with_their_source(world, program):
    reader = world.program("east", "admin.rule.read")
    rules = {one["key"]: one for one in reader.get("/rules").json["items"]}
    assert rules["access.token_days"]["value"] == 366 and not rules["access.token_days"]["own"]
    assert all(one["source"] for one in rules.values())
    assert reader.get("/rules/access.token_days").json == rules["access.token_days"]
    assert reader.get("/rules/no.rule").status_code == 404 and program.get("/rules").status_code == 403
