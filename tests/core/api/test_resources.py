"""Records declared from the service, form and columns of a page: made, read, changed, acted on; settings, lists, applications."""

from __future__ import annotations

import pytest

from core.testing.world import Program, World
from tests.core.access.units import PATHS, Units, build_units


@pytest.fixture
def units(world: World) -> Units:
    return build_units(world)


@pytest.fixture
def program(world: World, units: Units) -> Program:
    return world.program("east", *world.plugins.permissions)


def station(program: Program, units: Units, **more):
    return program.ask("POST", "/liaison/stations", json={
        "name": "松岭联络站", "org_id": units.org["pine"], "opened_on": "2025-01-31", "hours": "周一至周五", **more})


def where(answer) -> str:
    return answer.headers["Location"].removeprefix("/t/east/api/v1")


def test_a_record_of_a_plugin_is_made_read_changed_and_closed(program, units):
    made = station(program, units)
    assert made.status_code == 201 and made.headers["ETag"] == '"v1"', made.json
    path = where(made)
    assert program.get(path).json == made.json and made.json["closed_on"] is None
    change = {"json": {"keeper": "张三", "hours": None}}
    assert program.ask("PATCH", path, **change).status_code == 428
    changed = program.ask("PATCH", path, headers={"If-Match": '"v1"'}, **change)
    assert changed.status_code == 200, changed.json
    kept = ("name", "org_id", "opened_on")
    assert [changed.json[name] for name in kept] == [made.json[name] for name in kept]
    assert (changed.json["keeper"], changed.json["hours"], changed.headers["ETag"]) == ("张三", "", '"v2"')
    assert program.ask("PATCH", path, headers={"If-Match": '"v1"'}, **change).status_code == 412
    closed = program.ask("POST", path + "/close", json={"closed_on": "2026-01-31"}, headers={"If-Match": '"v2"'})
    assert closed.status_code == 200 and closed.json["closed_on"] == "2026-01-31"


def test_a_body_is_read_as_the_page_reads_its_form(program, units):
    for wrong in ({"colour": None}, {"colour": ""}, {"id": 5}, {"tenant_id": 1}):
        refused = station(program, units, **wrong)
        assert refused.status_code == 422 and refused.json["errors"][0]["pointer"] == f"#/{next(iter(wrong))}"
    assert station(program, units, name="  ").json["errors"] == [{"pointer": "#/name", "detail": "此项必填"}]
    made = station(program, units, address=None, keeper=" ")
    assert made.status_code == 201 and (made.json["address"], made.json["keeper"]) == ("", "")
    for body in ([], "x", 5):
        assert program.ask("POST", "/liaison/stations", json=body).status_code == 422


def test_what_takes_no_body_refuses_one(program, units):
    path = f"/people/orgs/{units.org['pine']}"
    tag = {"If-Match": program.get(path).headers["ETag"]}
    assert program.ask("POST", path + "/election/begin", json={"x": 1}, headers=tag).status_code == 422
    assert program.ask("POST", path + "/election/begin", json=[1], headers=tag).status_code == 400
    begun = program.ask("POST", path + "/election/begin", headers=tag)
    assert begun.status_code == 200 and begun.json["id"] == units.org["pine"], begun.json


def test_a_key_does_an_act_once_and_the_pages_permission_is_asked(world, program, units):
    first, second = (program.ask("POST", "/liaison/stations", headers={"Idempotency-Key": "s-1"}, json={
        "name": "一站", "org_id": units.org["pine"]}) for _ in range(2))
    assert first.json == second.json and second.headers["Idempotency-Replayed"] == "true"
    reader = world.program("east", "liaison.station.read")
    assert station(reader, units).json["permission"] == "liaison.station.manage"
    elsewhere = world.program("east", "liaison.station.read", "liaison.station.manage", path=PATHS["south"])
    assert elsewhere.get(where(first)).status_code == 404 and station(elsewhere, units).status_code in (403, 404, 422)


def test_an_act_of_membership_needs_the_version_of_the_person(program, units):
    made = program.ask("POST", "/people/persons", json={"name": "王芳", "org_id": units.org["pine"]})
    path = where(made)
    change = {"json": {"effective_on": None, "document_no": "临组〔2026〕3 号"}}
    assert program.ask("POST", path + "/death", **change).status_code == 428
    done = program.ask("POST", path + "/death", headers={"If-Match": made.headers["ETag"]}, **change)
    assert done.status_code == 200 and done.json["membership_state"] == "deceased", done.json


def test_two_records_of_one_person_are_merged(program, units):
    kept, gone = (program.ask("POST", "/people/persons", json={
        "name": "王芳", "org_id": units.org["pine"], "work_unit": work}).json for work in ("甲厂", "乙厂"))
    merged = program.ask("POST", f"/people/persons/{kept['id']}/merge", headers={"If-Match": f'"v{kept["version"]}"'}, json={
        "gone_id": gone["id"], "gone_version": gone["version"], "take": ["work_unit"], "reason": "重复录入"})
    assert merged.status_code == 200 and merged.json["work_unit"] == "乙厂", merged.json
    assert program.get(f"/people/persons/{gone['id']}").status_code == 404


def test_settings_and_lists_have_versions_too(program):
    before = program.get("/settings/liaison")
    assert before.headers["ETag"] == '"v0"' and before.json["values"]["gathering_minutes"] == 90
    change = {"json": {"gathering_minutes": 120}}
    assert program.ask("PATCH", "/settings/liaison", **change).status_code == 428
    after = program.ask("PATCH", "/settings/liaison", headers={"If-Match": '"v0"'}, **change)
    assert after.json["values"] == before.json["values"] | {"gathering_minutes": 120}
    assert program.ask("PATCH", "/settings/liaison", headers={"If-Match": '"v0"'}, **change).status_code == 412
    assert program.ask("PATCH", "/settings/liaison", headers={"If-Match": "*"}, json={"x": 1}).status_code == 422
    entry = program.get("/lists/liaison.reason").json["items"][0]
    path = f"/lists/liaison.reason/{entry['code']}"
    read = {"If-Match": f'"v{entry["version"]}"'}
    assert program.ask("PATCH", path, json={"label": "打工"}, headers=read).json["label"] == "打工"
    assert program.ask("PATCH", path, json={"label": "务工"}, headers=read).status_code == 412


def test_an_application_that_is_switched_off_leaves_the_document_and_its_addresses(program, units):
    path = where(station(program, units))
    assert program.ask("POST", "/plugins/liaison/disable").status_code == 200
    paths = program.get("/openapi.json").json["paths"]
    assert not [one for one in paths if one.startswith(("/liaison", "/ledgers/liaison", "/records/liaison", "/settings/liaison"))]
    for method, gone in (("GET", path), ("PATCH", path), ("POST", "/liaison/stations"), ("GET", "/ledgers/liaison.stations"),
                         ("GET", "/settings/liaison"), ("GET", "/lists/liaison.reason"), ("DELETE", path)):
        assert program.ask(method, gone, json={}, headers={"If-Match": "*"}).status_code == 404, (method, gone)
    assert program.ask("POST", "/plugins/liaison/enable").status_code == 200 and program.get(path).status_code == 200


def test_the_audit_is_walked_to_its_end(program, units):
    station(program, units)
    found, cursor = [], ""
    while cursor is not None:
        page = program.get("/ledgers/admin.audit", query_string={"cursor": cursor, "limit": 5, "fields": "action"}).json
        found, cursor = found + page["items"], page["next"]
    assert "管理联络站" in {row["action"] for row in found}
