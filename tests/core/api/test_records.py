"""Persons, organisations and steps through the API: versions, one-time keys, the rights and checks of the pages."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import func, select

from core.audit.models import AuditEntry
from core.base.session import session
from core.notify.services import draft_bulletin
from core.people.models import Person
from core.people.schemas import NewOrg, NewPerson, OrgFields
from core.service import service
from core.testing.world import Program, World
from core.web.forms import Bool, Choice, Date, Int, Phone, Ref
from core.web.models import Once, Replay
from tests.core.access.units import PATHS, Units, build_units

PERSON = ("people.person.read", "people.person.create", "people.person.update")
ORG = ("people.org.read", "people.org.manage")


@pytest.fixture
def units(world: World) -> Units:
    return build_units(world)


@pytest.fixture
def program(world: World, units: Units) -> Program:
    return world.program("east", *PERSON, *ORG)


def create(program: Program, units: Units, name="王芳", key: str = "", **more):
    headers = {"Idempotency-Key": key} if key else {}
    return program.ask("POST", "/people/persons", json={"name": name, "org_id": units.org["pine"], **more}, headers=headers)


def people(world: World) -> int:
    with world.inside("east"):
        return session().scalar(select(func.count()).select_from(Person).where(Person.name == "王芳"))


def test_a_person_is_registered_read_and_changed(world, program, units):
    made = create(program, units, phone="13800138000", joined_on="2020-01-31")
    assert made.status_code == 201 and made.headers["ETag"].startswith('"v1-')      # fields of plugins are among them
    assert made.json["phone"] == "138****8000" and made.json["joined_on"] == "2020-01-31" and "王芳".encode() in made.data
    path = made.headers["Location"].removeprefix("/t/east/api/v1")
    read = program.get(path)
    assert read.json == made.json and read.headers["ETag"] == made.headers["ETag"]
    assert program.get(path, headers={"If-None-Match": made.headers["ETag"]}).status_code == 304
    changed = program.ask("PATCH", path, json={"work_unit": "县中心医院", "joined_on": None}, headers={"If-Match": '"v1"'})
    assert changed.status_code == 200, changed.json
    assert (changed.json["work_unit"], changed.json["joined_on"], changed.headers["ETag"][:4]) == ("县中心医院", None, '"v2-')
    assert changed.json["phone"] == "138****8000"
    with world.inside("east"):
        entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "people.person.update")).one()
        assert entry.via == "api" and entry.actor_id is not None
    assert [p["name"] for p in program.get("/people/persons", query_string={"q": "wangf"}).json["items"]] == ["王芳"]


def test_a_change_names_the_version_it_was_made_from(program, units):
    made = create(program, units)
    path = f"/people/persons/{made.json['id']}"
    change = {"json": {"work_unit": "a"}}
    assert program.ask("PATCH", path, **change).status_code == 428
    for tag, status in (('"v9"', 412), ("nonsense", 412), ('"v1", "v2"', 412), ('"v1"', 200), ('"v1"', 412), ("*", 200)):
        answer = program.ask("PATCH", path, headers={"If-Match": tag}, **change)
        assert answer.status_code == status, tag


def test_the_same_key_does_the_work_once(world, program, units):
    first, second = (create(program, units, key="k-1") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201) and first.json == second.json and people(world) == 1
    assert second.headers["Idempotency-Replayed"] == "true" and second.headers["Location"] == first.headers["Location"]
    other = create(program, units, name="李强", key="k-1")
    assert other.status_code == 422 and "Idempotency-Key" in other.json["detail"]
    assert create(world.program("east", *PERSON), units, key="k-1").status_code == 201 and people(world) == 2
    assert create(program, units, key="坏").status_code == 422


def test_a_key_of_failed_work_may_be_used_again_and_a_lost_answer_is_told(world, program, units, monkeypatch):
    assert create(program, units, key="k-2", gender="x").status_code == 422
    assert create(program, units, key="k-2").status_code == 201
    with world.inside("east"):
        session().execute(Replay.__table__.update().where(Replay.tenant_id == world.tenants["east"].id).values(status=0))
        session().commit()
    monkeypatch.setattr("core.web.replay.PATIENCE", 0)
    assert create(program, units, key="k-2").status_code == 409 and people(world) == 1


def test_an_answer_too_long_to_keep_is_told_instead_of_cut(world, program, units, monkeypatch):
    monkeypatch.setattr("core.web.replay.LONGEST_BODY", 40)
    assert create(program, units, key="k-3").status_code == 201
    again = create(program, units, key="k-3")
    assert again.status_code == 409 and "已经办好" in again.json["detail"] and people(world) == 1


@service("people.person.update", action="trial.clash")
def clash(ctx, _person_id, **_data):
    session().add_all([Once(actor_id=1, key="same", fingerprint="") for _time in range(2)])


def test_only_a_stale_version_is_412_and_a_clash_with_another_record_is_not(program, units, monkeypatch):
    path = f"/people/persons/{create(program, units).json['id']}"
    monkeypatch.setattr("core.people.api.update_person", clash)
    answer = program.ask("PATCH", path, json={"note": "x"}, headers={"If-Match": '"v1"'})
    assert answer.status_code == 409 and "已有人保存过" not in answer.json["detail"], answer.json


NO_JSON = ("{", '{"name": 1, "name": 2}', '{"a": NaN}', "[" * 100_000, '"\\ud800"', "\xff")
WRONG = {"[]": "#", '{"name": "x", "secret": 1}': "#/secret", '{"name": "x"}': "#/org_id",
         '{"name": "x", "org_id": 7, "a/b~": 1}': "#/a~1b~0"}


def test_a_body_that_makes_no_sense_is_refused_where_it_is_wrong(program):
    for body in (*NO_JSON, *WRONG):
        answer = program.ask("POST", "/people/persons", data=body.encode("latin-1"), content_type="application/json")
        assert answer.status_code == (422 if body in WRONG else 400), (body[:40], answer.json)
        assert body in NO_JSON or WRONG[body] in {e["pointer"] for e in answer.json["errors"]}
    assert program.ask("POST", "/people/persons", data={"name": "x"}).status_code == 415


@pytest.mark.parametrize("path", ["/people/persons", "/people/orgs/1/election/begin"])
def test_a_body_of_unsaid_length_has_the_same_limit(program, path):
    """Sent in pieces (chunked): 25 MB of JSON would be ten times as much in memory."""
    told = {"content_type": "application/json", "headers": {"If-Match": "*", "Transfer-Encoding": "chunked"}}
    for size, status in ((2_000_000, 413), (1000, 422)):
        body = io.BytesIO(b'{"no_such_name": "' + b"x" * size + b'"}')
        answer = program.ask("POST", path, input_stream=body, environ_overrides={"wsgi.input_terminated": True}, **told)
        assert answer.status_code == status, answer.json


def test_nobody_reads_or_changes_beyond_his_place(world, program, units):
    made = create(program, units)
    path = f"/people/persons/{made.json['id']}"
    south = world.program("east", *PERSON, path=PATHS["south"])
    none = south.get("/people/persons/12345")
    for answer in (south.get(path), south.ask("PATCH", path, json={"note": "x"}, headers={"If-Match": "*"})):
        assert answer.status_code == 404 and answer.json["title"] == none.json["title"]
    assert create(south, units).status_code == 403
    reader = world.program("east", "people.person.read")
    assert reader.ask("PATCH", path, json={}, headers={"If-Match": "*"}).json["permission"] == "people.person.update"


def test_an_organisation_is_founded_and_renamed(program, units):
    made = program.ask("POST", "/people/orgs", json={"name": "新支部委员会", "short_name": "新支部", "kind": "branch",
                                                      "parent_id": units.org["pine"]})
    assert made.status_code == 201, made.json
    path = f"/people/orgs/{made.json['id']}"
    renamed = program.ask("PATCH", path, json={"short_name": "新一支部"}, headers={"If-Match": made.headers["ETag"]})
    assert renamed.json["short_name"] == "新一支部" and program.get(path).json == renamed.json
    assert {u["id"] for u in program.get("/people/orgs", query_string={"q": "新一"}).json["items"]} == {made.json["id"]}


def test_steps_of_a_workflow_are_actions(world, units):
    writer = world.program("east", *world.plugins.permissions)
    with world.inside("east") as ctx:
        drafted = draft_bulletin(ctx, title="公示", org_id=units.org["pine"], starts_on=ctx.today(), ends_on=ctx.today(),
                                 body="正文", objection_until=None, objection_to="", mask_names=False)
        path = f"/records/notify.bulletin/{drafted.id}"
    stands = writer.get(path)
    assert stands.json["state"] == "draft" and stands.json["steps"]
    step = stands.json["steps"][0]["name"]
    assert writer.ask("POST", f"{path}/steps/{step}", json={}).status_code == 428
    made = writer.ask("POST", f"{path}/steps/{step}", json={}, headers={"If-Match": stands.headers["ETag"]})
    assert made.status_code == 200 and made.json["state"] == stands.json["steps"][0]["target"], made.json
    again = writer.ask("POST", f"{path}/steps/{step}", json={}, headers={"If-Match": made.headers["ETag"]})
    assert again.status_code == 409 and str(stands.json["steps"][0]["label"]) in again.json["detail"]
    assert [t["step"] for t in writer.get(f"{path}/history").json["items"]][-1] == step
    nobody = world.program("east", "people.org.read")
    assert nobody.get(path).status_code == 404
    assert nobody.ask("POST", f"{path}/steps/{step}", json={}, headers={"If-Match": "*"}).status_code == 403


def fitting(field) -> object:
    """A value the schema takes, so that the service hears of the field."""
    if isinstance(field, Choice):
        return field.options()[0].value
    samples = {Bool: True, Date: "2020-01-31", Int: 3, Ref: 7, Phone: "13800138000"}
    return next((value for kind, value in samples.items() if isinstance(field, kind)), "x1")


def test_every_field_of_a_body_is_known_to_the_service_behind(world, program, units):
    """No field that only a page has: each is sent alone, next to those that a new record must have."""
    pine = units.org["pine"]
    person = create(program, units).json["id"]
    base = {NewPerson: {"name": "李强", "org_id": pine}, NewOrg: {"name": "a", "short_name": "a", "kind": "branch"}}
    operations = [view.operation for name, view in world.app.view_functions.items() if name.startswith("people_api.")]
    with world.inside("east"):
        sent = [(op, {name: fitting(field)}) for op in operations if op.takes for name, field in op.takes().fields.items()]
    assert len({id(op) for op, _field in sent}) == 4
    for op, field in sent:
        taken = type(op.takes())
        kind, number = ("orgs", pine) if issubclass(taken, OrgFields) else ("persons", person)
        path = f"/people/{kind}/{number}" if op.partial else f"/people/{kind}"
        answer = program.ask(op.method, path, json={**base.get(taken, {}), **field}, headers={"If-Match": "*"})
        assert answer.status_code in (200, 201, 422), (path, field, answer.json)


def test_a_conflict_with_a_sentence_of_its_own_is_not_called_a_change_by_others(program, units, monkeypatch):
    path, tag = f"/people/orgs/{units.org['pine']}", {"If-Match": '"v1"'}
    assert program.ask("PATCH", path, json={"note": "a"}, headers=tag).status_code == 200
    stale = program.ask("PATCH", path, json={"note": "b"}, headers=tag)
    assert (stale.status_code, stale.json["title"]) == (412, "内容已被他人修改")
    monkeypatch.setattr("core.web.replay.LONGEST_BODY", 40)
    told = [create(program, units, key="k-9") for _ in range(2)][1]
    assert (told.status_code, told.json["title"]) == (409, "现在不能这样办理") and "已经办好" in told.json["detail"]
