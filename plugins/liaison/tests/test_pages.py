"""The pages: every form by browser, on either side, in the other tenant, and with the module switched off."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.base.session import session
from core.people.services.membership import transfer
from core.service import service, unit_of_work
from core.tenancy.lifecycle import disable_plugin
from core.work.services import make_step
from plugins.liaison.models import ContactLog, Gathering, GatheringAttendance, MobileRecord, Station
from plugins.liaison.services import gatherings, records, stations

from .conftest import TODAY
from .test_flow import FLOW, STAY, register

PATHS = ("/", "/records/1", "/records/outflow", "/records/inflow", "/records/1/edit", "/records/1/contact", "/contacts",
         "/stations/1", "/stations/new", "/services/new", "/gatherings/new", "/gatherings/1", "/gatherings/1/sheet",
         "/static/x.css", "/nothing")
FORM = {"since": "2026-01-10", "reason": "work", "region": "广东深圳", "contact_person": "孙书记"}


def count(county, model):
    with county.acting("all"):
        return session().scalar(select(func.count(model.id)))


def test_registering_calling_and_reading(county):
    home = county.browser("home")
    assert home.get("/liaison/records/outflow").status_code == 200
    bad = home.post("/liaison/records/outflow", {**FORM, "person_id": county.people["王小明"], "region": "深圳市科技园路1号"})
    assert bad.status_code == 422 and "太细" in bad.get_data(as_text=True)
    form = {**FORM, "person_id": county.people["王小明"], "once_key": "a" * 20}
    made = home.post("/liaison/records/outflow", form)
    assert made.status_code == 303
    again = home.post("/liaison/records/outflow", form)
    assert again.location == made.location and count(county, MobileRecord) == 1
    page = home.client.get(made.location)
    assert page.status_code == 200 and "138****5678" in page.text and "通知流入地" in page.text
    path = made.location.removeprefix("/t/east")
    for tail in ("/contact", "/edit", "/review"):
        assert home.get(path + tail).status_code == 200
    contact = {"outcome": "reached", "means": "phone", "needs": "想了解医保", "happened_on": TODAY.isoformat()}
    assert home.post(path + "/contact", contact).status_code == 303
    assert home.post(path + "/contact", {**contact, "happened_on": "2027-01-01"}).status_code == 422
    assert "想了解医保" in home.client.get(made.location).text
    assert home.post(path + "/review", {"year": "2026", "opinion": "合格"}).status_code == 303
    for name in ("outflow", "inflow", "contacts", "returned", "searches", "stations", "services", "attendance"):
        assert home.get(f"/ledgers/liaison.{name}/").status_code == 200
    assert "王小明" in home.get("/ledgers/liaison.outflow/?open=1").text
    assert "王小明" in home.get("/search/?q=wxm").text
    assert home.get("/liaison/").status_code == 200


def test_nobody_else_sees_it(county):
    record_id = register(county)
    path = f"/liaison/records/{record_id}"
    for login in ("other", "there"):
        browser = county.browser(login)
        assert browser.get(path).status_code == 404
        assert browser.post(path + "/contact", {"outcome": "reached", "means": "phone"}).status_code == 404
        assert "王小明" not in browser.get("/ledgers/liaison.outflow/").text
    west = county.world.browser("west")
    assert west.get(path).status_code == 404 and "王小明" not in west.get("/ledgers/liaison.outflow/").text
    reader = county.browser("reader")
    assert reader.get(path).status_code == 200
    assert reader.post(path + "/contact", {"outcome": "reached", "means": "phone"}).status_code == 403


def test_receiving_side_confirms_on_its_page(county):
    record_id = register(county)
    with county.acting("home") as ctx:
        make_step(ctx, FLOW, record_id, "notify", data={"receiving_org_id": county.orgs["西关支部"]})
    there = county.browser("there")
    page = there.get(f"/liaison/records/{record_id}")
    assert page.status_code == 200 and "确认接收" in page.text
    step = f"/work/step/{FLOW}/{record_id}/receive"
    assert there.get(step).status_code == 200
    sent = {"receiving_org_id": county.orgs["西关支部"], "contact_person": "钱委员", "happened_on": TODAY.isoformat()}
    assert there.post(step, sent).status_code == 303
    assert "王小明" in there.get("/ledgers/liaison.inflow/").text


def test_arrivals_stations_services_and_gatherings(county):
    community, home = county.browser("community"), county.browser("home")
    sent = {**FORM, "name": "外来党员", "home_org_name": "某县某支部", "receiving_org_id": county.orgs["东关一支部"]}
    assert community.post("/liaison/records/inflow", {**sent, "home_org_name": ""}).status_code == 422
    assert community.post("/liaison/records/inflow", sent).status_code == 303
    station = {"name": "东关联络站", "org_id": county.orgs["东关社区"], "opened_on": "2026-01-01"}
    made = community.post("/liaison/stations/new", station)
    assert made.status_code == 303 and community.client.get(made.location).status_code == 200
    assert community.post("/liaison/stations/new", station).status_code == 422
    with county.acting("all"):
        station_id = session().scalars(select(Station.id)).one()
    served = {"station_id": station_id, "kind": "policy", "what": "解答医保政策", "on": TODAY.isoformat()}
    assert community.post("/liaison/services/new", served).status_code == 303
    assert community.post(f"/liaison/stations/{station_id}/close", {"closed_on": "2025-01-01"}).status_code == 422
    register(county)
    event = {"title": "返乡教育", "org_id": county.orgs["东关社区"], "on": TODAY.isoformat(), "minutes": "90"}
    made = community.post("/liaison/gatherings/new", event)
    assert made.status_code == 303
    path = made.location.removeprefix("/t/east")
    assert "王小明" in community.get(path).text and community.get(path + "/sheet").status_code == 200
    assert community.post(path + "/confirm").status_code == 303          # nobody present yet: said, not done
    assert community.post(path + "/names", {"names": "李秀兰、没有此人"}).status_code == 303
    assert "没有此人" in community.get(path).text
    assert community.post(path + "/tick", {"present": [county.people["王小明"]]}).status_code == 303
    assert community.post(path + "/confirm").status_code == 303
    assert community.post(path + "/confirm").status_code == 409
    assert home.get(path).status_code == 404
    assert count(county, GatheringAttendance) == 1 and count(county, Gathering) == 1


def test_switched_off_means_not_there(county):
    with county.acting("all") as ctx:
        disable_plugin(ctx, "liaison")
    admin = county.browser("admin")
    missing = admin.get("/no/such/page").status_code
    for path in PATHS:
        for method in ("get", "post", "put", "delete", "options", "head"):
            assert getattr(admin.client, method)("/t/east/liaison" + path).status_code == missing == 404
    assert admin.get("/ledgers/liaison.outflow/").status_code == 404
    assert "流动党员" not in admin.get("/").text


def test_a_transfer_ends_the_stay(county):
    record_id = register(county)
    with county.acting("all") as ctx:
        transfer(ctx, county.people["王小明"], org_id=county.orgs["西关支部"])
    with county.on(TODAY + dt.timedelta(days=1)):
        county.world.run_jobs()
    with county.acting("all") as ctx:
        record = ctx.get(MobileRecord, record_id)
        assert (record.home_org_id, record.org_path) == (county.orgs["西关支部"], county.paths["西关支部"])


def test_pages_keep_their_budget(county):
    for number in range(30):
        county.member(f"党员{number}")
        register(county, f"党员{number}")
    home = county.browser("home")
    home.get("/liaison/")
    for path in ("/liaison/", "/ledgers/liaison.outflow/"):
        with county.world.counting() as sent:
            assert home.get(path).status_code == 200
        assert len(sent) <= 45, "\n".join(sent)


TEXT = st.one_of(st.text(max_size=40), st.sampled_from(["", "0", "-1", "9" * 30, "2026-02-30", "True", "\x00", "<b>", "work"]))
FIELDS = {
    "/liaison/records/outflow": ("person_id", *FORM, "receiving_org_id", "transferable", "graduated_on", "station_id", "version"),
    "/liaison/records/inflow": ("name", "home_org_name", "receiving_org_id", "since", "reason", "id_no", "phone"),
    "/liaison/contacts": ("record_ids", "outcome", "means", "needs", "happened_on", "ids"),
    "/liaison/stations/new": ("name", "org_id", "phone", "opened_on"),
    "/liaison/services/new": ("station_id", "kind", "on", "record_id", "what"),
    "/liaison/gatherings/new": ("title", "org_id", "on", "minutes"),
}


@pytest.mark.parametrize("path", FIELDS)
def test_no_form_answers_500(county, path):
    officer = county.browser("officer")
    officer.get("/liaison/")

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS[path], TEXT)))
    def answer(data):
        assert officer.post(path, data).status_code < 500
        assert officer.get(path, query_string=data).status_code < 500

    answer()


def test_import_writes_completes_and_is_taken_back(county, plugins):
    kind = plugins.import_kinds["liaison.outflow"]
    row = {"name": "王小明", "branch": "东关一支部", "since": dt.date(2026, 1, 1), "reason": "work", "region": "深圳",
           "contact_person": "孙书记", "transfer": "无固定单位", "last_contact_on": dt.date(2026, 10, 1)}
    with county.acting("all") as ctx:
        names = kind.prepare(ctx, [row])
        assert kind.check(ctx, row, names) == {}
        assert list(kind.check(ctx, {**row, "name": "没有此人"}, names)) == ["name"]
        assert list(kind.check(ctx, {**row, "region": "深圳市科技园路1号"}, names)) == ["region"]
        assert list(kind.check(ctx, {**row, "last_contact_on": dt.date(2027, 1, 1)}, names)) == ["last_contact_on"]
        with unit_of_work(ctx):
            _kind, record_id, outcome, kept = _written(ctx, kind, row, names)
            record = ctx.get(MobileRecord, record_id)
            assert (outcome, record.state, record.why_not_transferred) == ("created", "active", "无固定单位")
        with unit_of_work(ctx):
            assert _written(ctx, kind, row, names)[2] == "unchanged"
        with unit_of_work(ctx):
            _taken_back(ctx, kind, record_id, kept)
        assert session().scalars(select(MobileRecord)).all() == []


@service("liaison.record.register", action="liaison.test.write")
def _written(ctx, kind, row, names):
    return kind.write(ctx, dict(row), names)


@service("liaison.record.register", action="liaison.test.undo")
def _taken_back(ctx, kind, record_id, kept):
    kind.undo(ctx, record_id, kept)


def test_stations_and_gatherings_outside_one_s_care(county):
    with county.acting("community") as ctx:
        with pytest.raises(Exception, match="负责范围"):
            stations.save_station(ctx, org_id=county.orgs["西关社区"], name="越界站")
        with pytest.raises(Exception, match="负责范围"):
            gatherings.save_gathering(ctx, org_id=county.orgs["西关社区"], title="x", on=TODAY, minutes=30)
    assert count(county, ContactLog) == 0 and records.FOUR and STAY
