"""Fields that plugins add to persons and organisations: page, form, register, file, API, sheet, privacy, merge, life cycle."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.audit.models import AuditEntry
from core.base.session import begin_write, session
from core.contracts.errors import Conflict, Forbidden, Invalid, PluginArchived
from core.imports.trial import weighed
from core.ledgers.export import plan_export, write_file
from core.people.models import Archive, OrgExtra, Person, PersonExtra
from core.people.queries.person_page import held_data, person_page
from core.people.services.merge import merge, take_out
from core.people.services.orgs import create_org, update_org
from core.people.services.persons import create_person, update_person
from core.people.services.unmerge import undo_merge
from core.plugin import CHOICE, NUMBER, PERSON, TEXT, ExtraField, installed
from core.service import unit_of_work
from core.tenancy.lifecycle import archive_plugin, disable_plugin, enable_plugin

TEACHES, UNTIL, SEATS = "training__teaches", "training__teaches_until", "training__seats"
BY, LENDS = "liaison__reached_by", "pairing__lends_rooms"
DAY = dt.date(2027, 5, 1)
MAY = {TEACHES: "党史 急救", UNTIL: DAY, BY: "visit"}


@pytest.fixture
def wang(county):
    return create_person(county.ctx, name="王五", org_id=county["东关一支部"], **MAY)


def values(person_id: int) -> dict[str, object]:
    rows = session().scalars(select(PersonExtra).where(PersonExtra.person_id == person_id, PersonExtra.was_of == 0))
    return {r.field: r.text or r.day or r.number or r.flag for r in rows}


def lines(ctx, person_id: int) -> dict[str, str]:
    return {label: text for _title, rows in person_page(ctx, person_id).extras for label, text in rows}


def now(world, slug: str = "east"):
    """The tenant's context as the next request has it."""
    return world.inside(slug)


def test_values_are_checked_audited_and_move_the_version(world, county, wang):
    ctx, before = county.ctx, wang.version
    update_person(ctx, wang.id, **{TEACHES: "党史", BY: None})
    assert wang.version == before + 1 and values(wang.id) == {"training.teaches": "党史", "training.teaches_until": DAY}
    update_person(ctx, wang.id, **{TEACHES: "党史"})
    assert wang.version == before + 1
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "people.person.update").order_by(
        AuditEntry.id)).first()
    assert entry.detail["changes"] == {TEACHES: ["…", "…"], BY: ["…", "…"]}          # never a personal value in clear
    for wrong in ({TEACHES: "长" * 201}, {BY: "pigeon"}):
        with pytest.raises(Invalid):
            update_person(ctx, wang.id, **wrong)
    for wrong in ({UNTIL: "2027-05-01"}, {"training__nothing": "x"}, {SEATS: 3}):
        with pytest.raises(TypeError):
            update_person(ctx, wang.id, **wrong)
    unit = update_org(ctx, county["东关社区"], **{SEATS: 60, LENDS: False})
    assert {r.field: (r.number, r.flag) for r in session().scalars(select(OrgExtra).where(OrgExtra.org_id == unit.id))} == {
        "training.seats": (60, None), "pairing.lends_rooms": (None, False)}
    with pytest.raises(Invalid):
        update_org(ctx, unit.id, **{SEATS: 5001})
    world.add_user("east", "reader", "people.person.read", "people.org.read", "people.person.update", path=wang.org_path)
    with world.acting("east", "reader") as other:
        with pytest.raises(Forbidden):
            update_org(other, unit.id, **{SEATS: 1})
        assert update_person(other, wang.id, **{TEACHES: ""}) and values(wang.id) == {"training.teaches_until": DAY}


def test_declarations_that_cannot_be_are_named():
    said = {"purpose": "x", "ground": "x", "keep": "x"}
    bad = (ExtraField(name="A.b", of=PERSON, kind=TEXT, label="x", **said),
           ExtraField(name="a.b", of="cat", kind=TEXT, label="x"),
           ExtraField(name="a.b", of=PERSON, kind="money", label="x", **said),
           ExtraField(name="a.b", of=PERSON, kind=CHOICE, label="x", **said),
           ExtraField(name="a.b", of=PERSON, kind=NUMBER, label="x", choices={1: "x"}, **said),
           ExtraField(name="a.b", of=PERSON, kind=TEXT, label="x", longest=501, **said),
           ExtraField(name="a.b", of=PERSON, kind=TEXT, label="x"))
    assert all(len(one.problems()) == 1 for one in bad)
    assert not [p for one in installed().extra_fields.values() for p in one.problems()]


def test_pages_forms_and_registers_show_them_while_the_plugin_is_on(world, county, wang):
    number, unit = wang.id, county["东关社区"]
    update_org(county.ctx, unit, **{SEATS: 60, LENDS: True})
    session().rollback()
    admin = world.browser("east")
    page = admin.get(f"/people/p/{number}/").get_data(as_text=True)
    assert "可讲授的内容" in page and "党史 急救" in page and "上门或见面" in page
    assert "培训场地座位数" in admin.get(f"/people/o/{unit}/").get_data(as_text=True)
    form = admin.get(f"/people/p/{number}/edit").get_data(as_text=True)
    assert 'name="training__teaches"' in form and "党史 急救" in form and 'value="2027-05-01"' in form
    held = {"name": "王五", "member_kind": "full", TEACHES: "理论", BY: "phone", "version": str(wang.version)}
    assert admin.post(f"/people/p/{number}/edit", held).status_code == 303
    listed = f"/ledgers/people.roster/?cols=name,{TEACHES},{BY},{UNTIL}"
    found = admin.get(f"{listed}&{BY}=phone&q=理论").get_data(as_text=True)
    assert "王五" in found and "理论" in found and "打电话" in found
    assert "王五" not in admin.get(f"{listed}&{BY}=visit").get_data(as_text=True)
    assert "王五" in admin.get(f"{listed}&{UNTIL}_blank=1&sort=-{TEACHES}").get_data(as_text=True)     # the form left it blank
    orgs = world.program("east", "people.org.read").get(
        f"/ledgers/people.orgs?{SEATS}_from=50&{LENDS}=1&fields=short_name,{LENDS}")
    assert [(row["short_name"], row[LENDS]) for row in orgs.json["items"]] == [("东关社区", True)]
    with now(world) as ctx:
        disable_plugin(ctx, "training")
    for path in (f"/people/p/{number}/", f"/people/p/{number}/edit", listed):
        assert "可讲授的内容" not in admin.get(path).get_data(as_text=True)
    assert "理论" in admin.get(f"/people/p/{number}/held").get_data(as_text=True)          # kept, hence told
    with now(world) as ctx:
        enable_plugin(ctx, "training")
    assert "理论" in admin.get(f"/people/p/{number}/").get_data(as_text=True)
    with now(world) as ctx:
        archive_plugin(ctx, "training")
    assert "理论" in admin.get(f"/people/p/{number}/").get_data(as_text=True)
    assert 'name="training__teaches"' not in admin.get(f"/people/p/{number}/edit").get_data(as_text=True)
    with now(world) as ctx, pytest.raises(PluginArchived):
        update_person(ctx, number, **{TEACHES: "x"})


def test_a_list_costs_as_many_statements_for_fifty_as_for_one(world, county, wang, tmp_path: Path):
    path, admin = f"/ledgers/people.roster/?size=50&cols=name,{TEACHES},{BY},{UNTIL}", world.browser("east")
    program = world.program("east", "people.person.read", "people.person.export")
    many, sent = ["/people/persons?q=王&limit=100", f"/ledgers/people.roster?fields=name,{TEACHES}"], []

    def count() -> list[int]:
        admin.get(path)
        with world.counting() as page:
            assert admin.get(path).status_code == 200
        found = [len(page)]
        for each in many:
            with world.counting() as asked:
                assert program.get(each).status_code == 200
            found.append(len(asked))
        return found

    sent.append(count())
    with now(world), unit_of_work(county.ctx):
        begin_write()
        for n in range(49):
            one = create_person(county.ctx, name=f"王{n}", org_id=county["东关一支部"], **MAY)
        assert one.id
    sent.append(count())
    assert sent[1] <= sent[0] and all(sent[0])
    answer = program.get(many[0]).json["items"]
    assert len(answer) == 50 and {p[TEACHES] for p in answer} == {"党史 急救"}
    with now(world) as ctx:
        plan = plan_export(ctx, "people.roster", [("cols", f"name,{TEACHES},{UNTIL}")], "csv")
        assert write_file(ctx, plan, "csv", tmp_path / "out.csv") == 50
    assert "2027-05-01" in (tmp_path / "out.csv").read_text("utf-8-sig")


def test_the_api_takes_and_tells_exactly_what_is_on(world, county, wang):
    program = world.program("east", "people.person.read", "people.person.update", "people.org.read", "people.org.manage")
    path, number = f"/people/persons/{wang.id}", wang.id

    def described() -> tuple[dict, dict]:
        paths = program.get("/openapi.json").json["paths"]["/people/persons/{person_id}"]
        return (paths["get"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"],
                paths["patch"]["requestBody"]["content"]["application/json"]["schema"]["properties"])

    answer, body = described()
    assert {TEACHES, UNTIL, BY} <= set(answer) & set(body) and SEATS not in body
    assert body[BY]["enum"] == ["phone", "message", "visit", "family"] and body[TEACHES]["maxLength"] == 200
    read = program.get(path)
    assert (read.json[TEACHES], read.json[UNTIL], read.json[BY]) == ("党史 急救", "2027-05-01", "visit")
    changed = program.ask("PATCH", path, json={TEACHES: None, BY: "phone"}, headers={"If-Match": read.headers["ETag"]})
    assert program.get(path, headers={"If-None-Match": changed.headers["ETag"]}).status_code == 304
    assert changed.status_code == 200 and changed.json[TEACHES] is None and changed.json[BY] == "phone"
    wrong = program.ask("PATCH", path, json={BY: "pigeon"}, headers={"If-Match": changed.headers["ETag"]})
    assert wrong.status_code == 422 and BY in wrong.get_data(as_text=True)
    unit = program.get(f"/people/orgs/{county['东关社区']}")
    assert program.ask("PATCH", f"/people/orgs/{county['东关社区']}", json={LENDS: True, SEATS: 20}, headers={
        "If-Match": unit.headers["ETag"]}).json[LENDS] is True
    columns = next(x for x in program.get("/ledgers").json["items"] if x["name"] == "people.roster")["columns"]
    assert TEACHES in columns
    with now(world) as ctx:
        disable_plugin(ctx, "training")
    answer, body = described()
    assert TEACHES not in answer and TEACHES not in body and BY in body
    assert TEACHES not in program.get(f"/people/persons/{number}", headers={"If-None-Match": changed.headers["ETag"]}).json
    assert program.ask("PATCH", path, json={TEACHES: "x"}, headers={"If-Match": "*"}).status_code == 422
    assert program.get(f"/ledgers/people.roster?fields=name,{TEACHES}").status_code == 422


def test_a_reader_of_one_subtree_sees_only_values_there(world, county, wang):
    other = create_person(county.ctx, name="赵六", org_id=county["西关支部"], **{TEACHES: "密语"})
    number, place = other.id, county.unit("东关社区").path
    world.add_user("east", "near", "people.person.read", "people.org.read", path=place)
    session().rollback()
    assert world.browser("east", "near").get(f"/people/p/{number}/").status_code == 404
    near = world.program("east", "people.person.read", path=place)
    rows = near.get(f"/ledgers/people.everybody?fields=name,{TEACHES}").json["items"]
    assert [row[TEACHES] for row in rows] == ["党史 急救"]
    assert near.get("/ledgers/people.everybody?q=密语").json["items"] == []
    assert world.browser("west").get(f"/people/p/{number}/").status_code == 404


def test_a_sheet_fills_them_in_and_can_be_taken_back(county, wang):
    ctx, roster, orgs = county.ctx, installed().import_kinds["people.roster"], installed().import_kinds["people.org_units"]
    schema = roster.made(ctx)
    assert {TEACHES, UNTIL, BY} <= set(schema.fields) and SEATS in orgs.made(ctx).fields
    rows = [schema.load(row) for row in ({"name": "王五", "branch": "东关一支部", TEACHES: "党史", BY: "打电话"},
                                         {"name": "孙七", "branch": "东关一支部", UNTIL: "2028-01-01"})]
    done = []
    with unit_of_work(ctx):
        state = roster.prepare(ctx, rows)
        for row in rows:
            assert weighed(roster.check(ctx, row, state))[0] == {}
            done.append(roster.write(ctx, row, state))
    assert [one[2] for one in done] == ["updated", "created"]
    assert values(wang.id) == {"training.teaches": "党史", "training.teaches_until": DAY, "liaison.reached_by": "phone"}
    assert roster.write(ctx, rows[0], roster.prepare(ctx, rows))[2] == "unchanged"
    with unit_of_work(ctx):
        for _kind, number, _outcome, kept in done:
            roster.undo(ctx, number, kept)
    assert values(wang.id) == {"training.teaches": "党史 急救", "training.teaches_until": DAY, "liaison.reached_by": "visit"}
    assert session().scalar(select(func.count()).select_from(PersonExtra)) == 3
    unit = orgs.made(ctx).load({"name": "中共北关支部委员会", "short_name": "北关支部", "kind": "党支部", "parent": "东关社区",
                                SEATS: "40"})
    with unit_of_work(ctx):
        made = orgs.write(ctx, unit, orgs.prepare(ctx, [unit]))
        again = orgs.write(ctx, unit | {SEATS: 50}, orgs.prepare(ctx, [unit]))
    assert again[2] == "updated" and session().scalars(select(OrgExtra.number)).one() == 50
    with unit_of_work(ctx):
        orgs.undo(ctx, made[1], again[3])
        assert session().scalars(select(OrgExtra.number)).one() == 40
        with pytest.raises(Conflict):
            orgs.undo(ctx, made[1], {"version": 0})


def test_a_merge_keeps_them_and_taking_it_back_parts_them(world, county, wang):
    ctx = county.ctx
    twin = create_person(ctx, name="王五", org_id=county["西关支部"], **{TEACHES: "理论", UNTIL: DAY, BY: "phone"})
    twin_id = twin.id
    update_person(ctx, wang.id, **{UNTIL: None})
    session().rollback()
    page = world.browser("east").get(f"/people/p/{wang.id}/merge/{twin_id}").get_data(as_text=True)
    assert f'name="take_{TEACHES}"' in page and "理论" in page
    merge(ctx, wang.id, twin_id, take={TEACHES: "gone"}, reason="同一人登记了两次")
    assert values(wang.id) == {"training.teaches": "理论", "training.teaches_until": DAY, "liaison.reached_by": "visit"}
    _person, told = held_data(ctx, wang.id)
    shown = [line for section in told for line in section.rows if line[0].startswith(("可讲授", "希望的"))]
    assert len(shown) == 4 and sum("合并前" in label for label, _text in shown) == 2
    undo_merge(ctx, session().scalars(select(Archive.id)).one(), reason="不是同一人")
    assert values(wang.id) == {"training.teaches": "党史 急救", "liaison.reached_by": "visit"}
    assert values(twin_id) == {"training.teaches": "理论", "training.teaches_until": DAY, "liaison.reached_by": "phone"}
    take_out(ctx, twin_id, reason="误录")
    assert session().scalar(select(func.count()).select_from(PersonExtra).where(PersonExtra.person_id == twin_id)) == 0
    assert session().get(Person, (ctx.tenant.id, twin_id)) is None


def test_a_merge_while_the_plugin_is_off_loses_nothing(world, county, wang):
    twin = create_person(county.ctx, name="王五", org_id=county["西关支部"], **{TEACHES: "理论"})
    twin_id, number = twin.id, wang.id
    disable_plugin(county.ctx, "training")
    with now(world) as ctx:
        merge(ctx, number, twin_id, reason="同一人")
        enable_plugin(ctx, "training")
    with now(world) as ctx:
        assert lines(ctx, number)["可讲授的内容"] == "党史 急救"
        undo_merge(ctx, session().scalars(select(Archive.id)).one(), reason="不是同一人")
        assert lines(ctx, twin_id)["可讲授的内容"] == "理论" and lines(ctx, number)["可讲授的内容"] == "党史 急救"


def test_a_new_unit_takes_them_too(county):
    unit = create_org(county.ctx, name="中共南关支部委员会", short_name="南关支部", kind="branch", parent_id=county["东关社区"],
                      **{SEATS: 0, LENDS: False})
    row, = session().scalars(select(OrgExtra).where(OrgExtra.org_id == unit.id, OrgExtra.field == "training.seats"))
    assert row.number == 0
