"""Forms, files, sheets and the statement; no input answers 500."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import func, select

from core.base.session import session
from core.contracts.errors import Conflict
from core.people.services.orgs import create_org
from core.people.services.persons import create_person
from core.service import service, unit_of_work
from plugins.pairing import hooks
from plugins.pairing.models import NeedItem, Pairing, PartnerUnit
from plugins.pairing.services import gifts, units

from .conftest import TODAY

GOOD_CODE = "91350100M000100Y43"
NEED = {"title": "安装路灯", "kind": "facility", "wanted_by": "2026-12-31", "budget_fen": "60,000"}


def count(county, model):
    with county.acting("all"):
        return session().scalar(select(func.count(model.id)))


def test_units_know_their_credit_code_and_are_registered_once(county):
    officer = county.browser("officer")
    street = str(county.orgs["城关街道"])
    new = {"name": "惠民药房", "kind": "private", "parent_id": street, "credit_code": GOOD_CODE}
    wrong = officer.post("/pairing/units/new", {**new, "credit_code": GOOD_CODE[:-1] + "9"})
    assert wrong.status_code == 422 and "校验" in wrong.text
    made = officer.post("/pairing/units/new", new)
    assert made.status_code == 303 and GOOD_CODE in officer.client.get(made.location).text
    assert officer.post("/pairing/units/new", {**new, "name": "惠民药房二店"}).status_code == 422       # the code is taken
    assert officer.post("/pairing/units/new", {"org_id": str(county.orgs["永丰厂"])}).status_code == 422
    assert officer.post("/pairing/units/new", {}).status_code == 422
    edit = {"name": "永丰针织厂", "kind": "soe", "version": "1"}
    path = f"/pairing/units/{county.units['永丰厂']}"
    assert officer.post(path + "/edit", edit).status_code == 303
    assert officer.post(path + "/edit", {**edit, "name": "永丰针织总厂"}).status_code == 409            # somebody saved first
    county.pair()
    assert officer.post(path + "/retire").status_code == 303
    with county.acting("all") as ctx:
        assert ctx.get(PartnerUnit, county.units["永丰厂"]).left_on is None
        assert county.browser("street").post("/pairing/units/new",
            {**new, "parent_id": "1", "credit_code": ""}).status_code == 422


def test_the_form_of_a_pairing_brings_its_paper(county):
    factory = county.browser("factory")
    page = factory.get("/pairing/pairs/new").text
    assert "永丰厂" in page and "实验小学" not in page
    form = {"kind": "co_construction", "unit_id": str(county.units["永丰厂"]), "org_id": str(county.orgs["东关社区"]),
        "starts_on": "2026-11-23",
            "ends_on": "2027-11-22", "goals": "办好周末托管班"}

    def send(name, data):
        return factory.post("/pairing/pairs/new", {**form, "paper": (io.BytesIO(data), name)}, content_type="multipart/form-data")

    for name, data in (("协议.exe", b"MZ"), ("协议.pdf", b"PK\x03\x04"), ("协议.pdf", b""), ("协议.jpg", b"%PDF-")):
        assert send(name, data).status_code == 422, name
    assert factory.post("/pairing/pairs/new", {**form, "unit_id": str(county.units["实验小学"])}).status_code == 422
    made = send("../../协议.pdf", b"%PDF-1.7 paper")
    assert made.status_code == 303 and count(county, Pairing) == 1
    page = factory.client.get(made.location).text
    assert "协议.pdf" in page and "代表单位签署" in page and "代表社区签署" not in page
    href = page.split("/agreements/")[1].split("/file")[0]
    answer = factory.get(f"/pairing/agreements/{href}/file")
    assert answer.data == b"%PDF-1.7 paper" and answer.headers["Content-Disposition"].startswith("attachment")
    dongguan = county.browser("dongguan")
    assert "代表社区签署" in dongguan.client.get(made.location).text
    for browser, path in ((factory, "sign-unit"), (dongguan, "sign-community")):
        assert browser.post(f"/pairing/agreements/{href}/{path}").status_code == 303
        assert browser.post(f"/pairing/agreements/{href}/{path}").status_code == 409
    assert "共建中" in factory.client.get(made.location).text


def test_publishing_twice_saves_once_and_a_claimed_need_stands(county):
    dongguan = county.browser("dongguan")
    form = {**NEED, "org_id": str(county.orgs["东关社区"]), "once_key": "n" * 20}
    first = dongguan.post("/pairing/needs/new", form)
    assert first.status_code == 303 and dongguan.post("/pairing/needs/new", form).location == first.location
    assert count(county, NeedItem) == 1
    assert dongguan.post("/pairing/needs/new",
        {**form, "org_id": str(county.orgs["西关社区"]), "once_key": "o" * 20}).status_code == 422
    path = first.location.removeprefix("/t/east")
    assert dongguan.post(path + "/edit", {**NEED, "detail": "身份证110101199003071233"}).status_code == 422
    assert dongguan.post(path + "/edit", {**NEED, "title": "装路灯"}).status_code == 303
    county.delivered(county.pair(), int(path.rsplit("/", 1)[1]))
    assert dongguan.post(path + "/edit", NEED).status_code == 409


def test_the_statement_holds_all_communities_and_only_what_both_confirmed(county):
    for org, login, amount in (("东关社区", "dongguan", 60_000_00), ("西关社区", "xiguan", 40_000_00)):
        pair_id, need_id = county.pair(org=org), county.need(login, org, title=f"{org}路灯")
        project_id = county.delivered(pair_id, need_id)
        county.step(login, "project", project_id, "accept", rating="good")
        with county.acting("factory") as ctx:
            for state in ("confirmed", "open"):
                gift = gifts.state_gift(ctx, project_id, pair_id=pair_id, kind="cash", what=f"{org}{state}", on=TODAY,
                    amount_fen=amount,
                                        source="=cmd()", receipt_no="S1").id
        county.step(login, "contribution", gift, "confirm_receipt")
    factory = county.browser("factory")
    path = f"/pairing/units/{county.units['永丰厂']}/statement/2026"
    page = factory.get(path).text
    assert "东关社区路灯" in page and "西关社区路灯" in page and "100,000.00" in page and "东关社区confirmed" not in page
    answer = factory.post(path)
    sheet = load_workbook(io.BytesIO(answer.data)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert len(cells) == 4 and sum(row[5] or 0 for row in cells if row[5] not in ("", None)) == 100_000
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    own = county.browser("dongguan").get(path).text
    assert "东关社区路灯" in own and "西关社区路灯" not in own                        # a community sees its own part
    assert factory.get(path.replace("2026", "2030")).status_code == 404


def test_sheets_of_units_and_pairings_are_taken_in_and_back(county, plugins):
    with county.acting("all") as ctx:
        create_org(ctx, name="县司法局（测试）", short_name="县司法局", kind="unit", unit_kind="agency",
            parent_id=county.orgs["城关街道"])
        kind = plugins.import_kinds["pairing.units"]
        row = {"name": "县司法局", "kind": "agency", "credit_code": GOOD_CODE, "party_org": "司法局党支部"}
        names = kind.prepare(ctx, [row])
        assert kind.check(ctx, row, names) == {}
        assert list(kind.check(ctx, {**row, "credit_code": "91350100M000100Y49"}, names)) == ["credit_code"]
        assert list(kind.check(ctx, {"name": "没有这家", "kind": "agency"}, names)) == ["parent"]
        with unit_of_work(ctx):
            _kind, unit_id, outcome, kept = put(ctx, kind, row, names)
            assert outcome == "created" and put(ctx, kind, row, names)[2] == "unchanged"
            changed = put(ctx, kind, {**row, "liaison_name": "李干事"}, names)
            assert changed[2] == "updated" and changed[3]["before"] == {"liaison_name": ""}
            with pytest.raises(Conflict):
                back(ctx, kind, unit_id, kept)
            with session().begin_nested() as taken_back:
                court = {"name": "县法院", "kind": "agency", "parent": "城关街道"}
                assert put(ctx, kind, court, names)[2] == "created" and put(ctx, kind, court, names)[2] == "unchanged"
                taken_back.rollback()
            assert names.unit(court) is None
        kind = plugins.import_kinds["pairing.pairs"]
        row = {"unit": "县司法局", "org": "东关社区", "kind": "joint_creation", "signed_on": dt.date(2026, 3, 1),
               "ends_on": dt.date(2027, 2, 28), "goals": "普法"}
        names = kind.prepare(ctx, [row])
        assert kind.check(ctx, row, names) == {}
        for change, field in (({"unit": "没有"}, "unit"), ({"org": "没有"}, "org"), ({"ends_on": dt.date(2026, 1, 1)}, "ends_on"),
                              ({"signed_on": dt.date(2027, 1, 1)}, "signed_on"), ({"goals": "认领数排名"}, "goals")):
            assert list(kind.check(ctx, {**row, **change}, names)) == [field], field
        with unit_of_work(ctx):
            _kind, pair_id, outcome, kept = put(ctx, kind, row, names)
            pair = ctx.get(Pairing, pair_id)
            assert (outcome, pair.state, pair.agreement_no) == ("created", "active", 1)
            assert put(ctx, kind, row, names)[2] == "unchanged"
            assert list(kind.check(ctx, {**row, "signed_on": dt.date(2026, 4, 1)}, names)) == ["signed_on"]       # overlaps
            back(ctx, kind, pair_id, kept)
        assert count(county, Pairing) == 0


@service(None, action="pairing.test.write")
def put(ctx, kind, row, names):
    return kind.write(ctx, dict(row), names)


@service(None, action="pairing.test.undo")
def back(ctx, kind, record_id, kept):
    kind.undo(ctx, record_id, kept)


def test_a_person_is_told_what_is_held_and_stays_while_needed(county):
    with county.acting("all") as ctx:
        branch = create_org(ctx, name="东关支部（测试）", short_name="东关支部", kind="branch", parent_id=county.orgs["东关社区"])
        person = create_person(ctx, org_id=branch.id, name="王小明")
        units.update_unit(ctx, county.units["永丰厂"], liaison_id=person.id)
        held = [str(row) for data in hooks.personal_data(person.id, ctx) for row in data.rows]
        assert any("永丰厂" in row for row in held)
        said = list(hooks.check_person_removal(person, None, ctx))
        assert "联络员" in str(said[0].text) and said[0].blocking
        path = f"/people/p/{person.id}/"
    page = county.browser("admin").get(path).text
    assert "联络员：" in page and "永丰厂" in page
    assert "永丰厂 — 东关社区" not in county.browser("admin").get(f"/people/o/{county.orgs['东关社区']}/").text
    county.pair()
    assert "永丰厂 — 东关社区" in county.browser("admin").get(f"/people/o/{county.orgs['东关社区']}/").text


TEXT = st.one_of(st.text(max_size=40),
    st.sampled_from(["", "0", "-1", "9" * 30, "2026-02-30", "\x00", "<b>", "facility", "2026-11-01"]))
FIELDS = {
    "/pairing/pairs/new": ("kind", "unit_id", "org_id", "starts_on", "ends_on", "goals", "document_no"),
    "/pairing/needs/new": ("org_id", *NEED, "beneficiaries", "skills", "detail"),
    "/pairing/resources/new": ("unit_id", "title", "kind", "until"),
    "/pairing/projects/new": ("pair_id", "title", "kind", "due_on", "resource_id"),
    "/pairing/visits/new": ("pair_id", "kind", "on", "topic", "people", "result"),
    "/pairing/units/new": ("org_id", "name", "kind", "parent_id", "credit_code", "office_phone", "liaison_id"),
    "/pairing/councils/new": ("name", "kind", "org_id", "founded_on"),
    "/pairing/pairs/{pair}/renew": ("starts_on", "ends_on", "goals", "version"),
    "/pairing/pairs/{pair}/summary": ("year", "quarter", "done"),
    "/pairing/pairs/{pair}/review": ("year", "rating", "results"),
    "/pairing/projects/{project}/gift": ("pair_id", "kind", "on", "what", "amount_fen", "quantity", "source", "receipt_no"),
    "/pairing/projects/{project}/spending": ("on", "amount_fen", "purpose", "voucher_no"),
    "/pairing/needs/{need}/claim/{pair}": ("owner_name", "means", "resource_id"),
}


def test_no_form_answers_500(county):
    pair_id, need_id = county.pair(), county.need()
    ids = {"pair": pair_id, "need": need_id, "project": county.delivered(pair_id, county.need())}
    admin = county.browser("admin")
    admin.get("/pairing/")

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def answer(data):
        path = data.draw(st.sampled_from(sorted(FIELDS)))
        fields = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS[path], TEXT)))
        assert admin.post(path.format(**ids), fields).status_code < 500
        assert admin.get(path.format(**ids), query_string=fields).status_code < 500

    answer()
