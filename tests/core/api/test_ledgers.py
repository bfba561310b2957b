"""Ledgers through the API: the rows and columns of the page, every ledger of every module, nothing beyond the reader's place."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.access.models import AccessToken, Role, RoleGrant
from core.audit.models import AuditEntry
from core.base import clock
from core.base.session import begin_write, session
from core.ledgers.described import row_schema
from core.people.models import Person
from core.people.services.persons import create_person
from core.testing.world import Program, World
from tests.core.access.units import PATHS, build_units
from tests.core.ledgers import trial


@pytest.fixture
def office(world: World) -> World:
    """A county with members in two branches, everything enabled."""
    world.open_tenant("north", "North County", "county", plugins=tuple(world.plugins.optional))
    with world.inside("north"):
        trial.fill(persons_per_branch=3, branches=2, root="z000")
    return world


def walk(program: Program, path: str, limit: int, **more: str) -> list[dict]:
    """Everything behind the cursor."""
    found, cursor = [], ""
    while cursor is not None:
        answer = program.get(path, query_string={"cursor": cursor, "limit": limit, **more})
        assert answer.status_code == 200, answer.json
        found += answer.json["items"]
        cursor = answer.json["next"]
    return found


def test_every_ledger_answers_as_it_is_described_and_both_ways_agree(office):
    program = office.program("north", *office.plugins.permissions)
    listed = program.get("/ledgers").json["items"]
    assert len(listed) >= 20
    rows = 0
    with office.inside("north") as ctx:
        for one in listed:
            path, ledger = f"/ledgers/{one['name']}", ctx.plugins.ledgers[one["name"]].shaped(ctx)
            walked = walk(program, path, 4)         # first: it stands in the audit, which is one of them
            answer = program.get(path, query_string={"fields": ",".join(one["columns"]), "limit": 500})
            assert answer.status_code == 200, (path, answer.json)
            allowed = set(row_schema(ledger, ctx)["properties"])
            assert all(set(row) == allowed for row in answer.json["items"]), path
            assert sorted(r["id"] for r in walked) == sorted(r["id"] for r in answer.json["items"]), path
            assert len(walked) == answer.json["total"]
            rows += len(walked)
    assert rows > 20


def test_filter_sort_fields_and_pages(office):
    program = office.program("north", "people.person.read")
    ask = "/ledgers/people.roster"
    names = [r["name"] for r in program.get(ask + "?limit=500").json["items"]]
    first, second = (program.get(f"{ask}?sort=-joined_on&limit=2&page={n}&fields=name,joined_on").json for n in (1, 2))
    days = [r["joined_on"] for r in (*first["items"], *second["items"])]
    assert days == sorted(days, reverse=True) and set(first["items"][0]) == {"id", "name", "joined_on"}
    assert first["total"] == len(names) == 6 and first["next"] is None
    wanted = program.get(ask, query_string={"q": names[0]}).json
    assert 0 < wanted["total"] < 6 and names[0] in [r["name"] for r in wanted["items"]]
    assert program.get(ask + "?page=9").json == {"items": [], "total": 6, "next": None}


def test_pages_of_a_register_that_names_people_end_where_an_export_begins(world):
    program = world.program("east", "people.person.read", "people.org.read")
    far = program.get("/ledgers/people.roster?limit=50&page=11")
    assert far.status_code == 422 and "500" in far.json["errors"][0]["detail"] and far.json["errors"][0]["parameter"] == "page"
    assert program.get("/ledgers/people.roster?limit=500&page=1").status_code == 200
    assert program.get("/ledgers/people.roster?cursor=").json["permission"] == "people.person.export"
    assert program.get("/ledgers/people.orgs?limit=50&page=200").status_code == 200
    paths = program.get("/openapi.json").json["paths"]
    pages = {name: next(p["schema"]["maximum"] for p in paths[f"/ledgers/{name}"]["get"]["parameters"] if p["name"] == "page")
             for name in ("people.roster", "people.orgs")}
    assert pages == {"people.roster": 500, "people.orgs": 10_000}


REFUSED = {
    "x=1": {"x"}, "limit=0": {"limit"}, "limit=501": {"limit"}, "page=-1&limit=a": {"page", "limit"}, "sort=nothing": {"sort"},
    "fields=name,secret": {"fields"}, "cursor=abc": {"cursor"}, "cursor=&page=2": {"cursor"},
    "member_kind=nobody": {"member_kind"},
    "joined_on_from=2020-13-01": {"joined_on_from"}, "page=500&limit=50": {"page"}, "ind=none": {"ind"}, "size=50": {"size"},
    "limit=": {"limit"},
}


def test_what_makes_no_sense_is_refused_by_name(world):
    program = world.program("east", "people.person.read")
    for query, wrong in REFUSED.items():
        answer = program.get(f"/ledgers/people.roster?{query}")
        assert answer.status_code == 422, query
        assert {error["parameter"] for error in answer.json["errors"]} == wrong


def test_only_rows_of_the_readers_place_and_sealed_columns_masked(world):
    units = build_units(world)
    with world.inside("east") as ctx:
        create_person(ctx, org_id=units.org["pine"], name="王芳", phone="13800138000")
    reading = ("people.person.read", "people.person.export")
    north = world.program("east", *reading, path=PATHS["north"])
    rows = walk(north, "/ledgers/people.everybody", 1)
    with world.inside("east"):
        inside = {p.id for p in session().scalars(select(Person)) if p.org_path.startswith(PATHS["north"])}
    assert len(inside) == 3 and {r["id"] for r in rows} == inside
    shown = north.get("/ledgers/people.everybody?fields=name,phone,id_no").get_data(as_text=True)
    assert "138****8000" in shown and "13800138000" not in shown
    assert world.program("east", "people.person.read").get("/ledgers/people.everybody?cursor=").status_code == 403
    nobody = world.program("east", "people.org.read")
    refused = nobody.get("/ledgers/people.everybody")
    assert refused.status_code == 403 and refused.json["permission"] == "people.person.read"
    assert "people.everybody" not in [one["name"] for one in nobody.get("/ledgers").json["items"]]


READ, EXPORT = "people.person.read", "people.person.export"
EVERYBODY = "/ledgers/people.everybody"


def test_a_walk_reads_what_an_export_would_not_what_a_page_shows(world):
    build_units(world)
    program = world.program("east", READ, EXPORT)
    with world.inside("east"):
        begin_write()
        account = session().scalars(select(AccessToken.user_id)).one()
        session().scalars(select(Role).join(RoleGrant, RoleGrant.role_id == Role.id).where(
            RoleGrant.user_id == account)).one().permissions = [READ]
        exporting = Role(key="exporting", label="exporting", permissions=[EXPORT])
        session().add(exporting)
        session().flush()
        session().add(RoleGrant(user_id=account, role_id=exporting.id, org_path=PATHS["north"], starts_on=clock.today()))
        session().commit()
        inside = {p.id for p in session().scalars(select(Person)) if p.org_path.startswith(PATHS["north"])}
    assert {row["id"] for row in walk(program, EVERYBODY, 1)} == inside
    assert program.get(EVERYBODY).json["total"] > len(inside) > 0


def test_a_walk_is_in_the_audit_once_as_an_export_is(world):
    build_units(world)
    program = world.program("east", READ, EXPORT)
    rows = walk(program, EVERYBODY, 1, fields="name")
    with world.inside("east"):
        entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "ledgers.export")).one()
    assert entry.via == "api" and entry.detail["ledger"] == "people.everybody" and entry.detail["columns"] == ["name"]
    assert entry.detail["rows"] == len(rows) > 1 and entry.detail["format"] == "json"


def test_a_cursor_goes_on_only_with_what_was_told_of_it(world):
    """Else a walk could begin anywhere, or take other columns along, and the audit would not know."""
    build_units(world)
    program, other = (world.program("east", READ, EXPORT) for _ in range(2))
    cursor = program.get(EVERYBODY, query_string={"cursor": "", "limit": 1}).json["next"]
    on = {"cursor": cursor, "limit": 2}
    assert program.get(EVERYBODY, query_string=on).status_code == 200
    told = [program.get(EVERYBODY, query_string=on | more) for more in ({"cursor": "1"}, {"fields": "name,phone"}, {"q": "P"})]
    told += [other.get(EVERYBODY, query_string=on), program.get("/ledgers/people.roster", query_string=on)]
    assert [answer.status_code for answer in told] == [422] * 5
    assert all(error["parameter"] == "cursor" for answer in told for error in answer.json["errors"])


def test_the_ends_of_every_range_are_answered(world):
    """The first and the last day there is, the smallest and the largest number, of every parameter of every ledger."""
    program = world.program("east", *world.plugins.permissions)
    tried = 0
    for path, methods in program.get("/openapi.json").json["paths"].items():
        if not path.startswith("/ledgers/") or "get" not in methods:
            continue
        for one in (p for p in methods["get"]["parameters"] if p["in"] == "query"):
            schema = one["schema"]
            ends = ("0001-01-01", "9999-12-31", "today-999999") if schema.get("format") == "date" else (
                schema.get("minimum"), schema.get("maximum")) if schema.get("type") == "integer" else ()
            for value in ends:
                tried += 1
                answer = program.get(path, query_string={one["name"]: value})
                assert answer.status_code in (200, 422), (path, one["name"], value, answer.json)
    assert tried > 200
