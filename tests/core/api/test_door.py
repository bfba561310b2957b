"""The door of the API: bearer only, refusals as problem+json in the caller's language, limits, no cookies."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import update

from core.base.scope import system_scope
from core.base.session import begin_write, session
from core.tenancy.models import Tenant
from core.testing.world import Program, World


@pytest.fixture
def program(world: World) -> Program:
    return world.program("east", "people.person.read")


def test_a_cookie_opens_nothing(world):
    admin = world.browser("east")
    assert admin.get("/people/").status_code in (200, 302, 303)
    assert admin.get("/api/v1/me").status_code == 401


NO_TOKENS = ("", "Bearer", "Bearer x", "Bearer jhl_x", "Basic YTpi", "Bearer jhl_" + "\xe9" * 43, "Bearer jhl_" + "a" * 3000,
             "bearer \x01", "Digest a=b")


def test_what_is_no_token_is_answered_401_as_a_problem(world):
    program = Program(world.app.test_client(), "/t/east", "")
    for header in NO_TOKENS:
        answer = program.get("/me", headers={"Authorization": header})
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), header
        assert answer.json["status"] == 401 and answer.json["type"].endswith("unauthenticated") and answer.json["request_id"]


def test_refusals_speak_the_callers_language_in_utf8(program):
    english = program.get("/nothing", headers={"Accept-Language": "de,en;q=0.5"})
    chinese = program.get("/nothing")
    assert english.status_code == chinese.status_code == 404
    assert english.json["title"] == "There is no such page" and chinese.json["title"] == "没有这个页面"
    assert "没有这个页面".encode() in chinese.data


def test_what_is_not_there_is_a_problem_too(world, program):
    for path in ("", "/", "/people/none", "/liaison/x", "/me/x"):
        answer = program.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), path
    answer = program.ask("DELETE", "/me")
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"] and answer.mimetype == "application/problem+json"
    assert world.app.test_client().get("/t/nobody/api/v1/me").mimetype == "application/problem+json"
    assert world.app.test_client().get("/platform/api/v1/me").status_code == 404


def test_unknown_parameters_are_refused_by_name(program):
    answer = program.get("/me?x=1&é=2")
    assert answer.status_code == 422
    assert {error["parameter"] for error in answer.json["errors"]} == {"x", "é"}


def test_a_token_has_its_own_limit_and_is_told_when_to_come_back(world, program):
    config = world.app.extensions["juheli.config"]
    world.app.extensions["juheli.config"] = dataclasses.replace(config, token_rate=3)
    answers = [program.get("/me") for _ in range(8)]
    assert [a.status_code for a in answers].count(429) >= 2
    refused = next(a for a in answers if a.status_code == 429)
    assert 1 <= int(refused.headers["Retry-After"]) <= 10 and refused.mimetype == "application/problem+json"
    assert world.program("east").get("/me").status_code == 200


def test_answers_carry_no_cookie_and_are_not_kept(program):
    answer = program.get("/me")
    assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/json"


def test_a_tenants_own_host_needs_no_prefix(world, program):
    with world.database.use(), system_scope("test: a host of its own"):
        begin_write()
        session().execute(update(Tenant).where(Tenant.slug == "east").values(host="east.example.cn"))
        session().commit()
    program.root = ""
    assert program.get("/me", headers={"Host": "east.example.cn"}).json["tenant"]["slug"] == "east"
    assert program.get("/me", headers={"Host": "nobody.example.cn"}).status_code == 404
