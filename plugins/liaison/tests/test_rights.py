"""Fewer rights, a module that is off, numbers where none may stand, and forms with nothing chosen."""

from __future__ import annotations

import datetime as dt

import pytest

from core.access.models import Role, RoleGrant
from core.base.session import session
from core.contracts.errors import Invalid, NotFound
from core.people.queries.person_page import held_data
from core.people.services.membership import transfer_out
from core.people.services.merge import merge, take_out
from core.tenancy.lifecycle import disable_plugin, enable_plugin
from plugins.liaison.models import MobileRecord
from plugins.liaison.services import contacts, records, stations

from .conftest import TODAY
from .test_deadlines import cared_for, pass_time
from .test_flow import STAY, register

NUMBER = "请打 13812345678"


def station(county, org: str) -> int:
    with county.acting("all") as ctx:
        return stations.save_station(ctx, org_id=county.orgs[org], name=f"{org}联络站").id


def switch(county, on: bool) -> None:
    with county.acting("all") as ctx:
        (enable_plugin if on else disable_plugin)(ctx, "liaison")


# -- stations
def test_a_branch_notes_services_of_its_communitys_station_and_no_other(county):
    own, other, record_id = station(county, "东关社区"), station(county, "西关社区"), register(county)
    home = county.browser("home")
    form = home.get("/liaison/services/new").text
    assert "东关社区联络站" in form and "西关社区联络站" not in form
    said = {"kind": "policy", "what": "解答医保政策", "on": TODAY.isoformat(), "record_id": record_id}
    assert home.post("/liaison/services/new", {**said, "station_id": own}).status_code == 303
    assert home.post("/liaison/services/new", {**said, "station_id": other}).status_code == 422
    assert "解答医保政策" in home.get(f"/liaison/records/{record_id}").text
    with county.acting("home") as ctx, pytest.raises(Invalid, match="本单位或上级"):
        stations.log_service(ctx, station_id=other, kind="policy", what="x")


def test_stations_elsewhere_are_not_changed(county):
    other = station(county, "西关社区")
    with county.acting("community") as ctx:
        for call in (lambda: stations.close_station(ctx, other),
                     lambda: stations.save_station(ctx, other, org_id=county.orgs["东关社区"], name="我的站")):
            with pytest.raises(NotFound):
                call()


def test_a_station_with_members_is_not_closed(county):
    place = station(county, "东关社区")
    record_id = register(county, station_id=place)
    with county.acting("community") as ctx:
        with pytest.raises(Invalid, match="还有 1 名"):
            stations.close_station(ctx, place)
        records.update_record(ctx, record_id, **{**STAY, "station_id": None})
        stations.close_station(ctx, place)


# -- what the page offers is what may be done
def test_buttons_stand_where_the_right_is_held(county):
    record_id = register(county)
    user_id = county.world.add_user("east", "two", "liaison.contact.write", path=county.paths["西关社区"])
    with county.acting("all"):
        session().add(RoleGrant(user_id=user_id, role_id=session().query(Role.id).filter(Role.key == "inspector").scalar(),
                                org_path="", starts_on=dt.date(2020, 1, 1)))
        session().commit()
    for login, offered in (("two", False), ("home", True)):
        page = county.browser(login).get(f"/liaison/records/{record_id}")
        assert page.status_code == 200 and (f"/records/{record_id}/contact" in page.text) == offered


# -- the module off and on again
def test_people_are_merged_while_the_module_is_off(county):
    record_id, double = register(county), county.member("王小明（重复）")
    switch(county, False)
    with county.acting("all") as ctx:
        with pytest.raises(Invalid, match="合并"):
            take_out(ctx, county.people["王小明"], reason="录错")
        assert any("流动党员登记" in str(one.title) for one in held_data(ctx, county.people["王小明"])[1])
        merge(ctx, double, county.people["王小明"], reason="重复登记")
    switch(county, True)
    with county.acting("all") as ctx:
        record = ctx.get(MobileRecord, record_id)
        assert (record.person_id, record.open_of, record.state) == (double, double, "registered")


def test_what_the_registry_did_meanwhile_is_made_up_for(county):
    gone, stays = register(county), register(county, "李秀兰")
    switch(county, False)
    with county.acting("all") as ctx:
        transfer_out(ctx, county.people["王小明"], to_place="深圳市某支部")
    county.world.run_jobs()
    switch(county, True)
    with county.on(TODAY + dt.timedelta(days=1)):
        county.world.run_jobs()
    with county.acting("all") as ctx:
        assert ctx.get(MobileRecord, gone).state == "transferred"
        assert ctx.get(MobileRecord, stays).state == "registered"


# -- numbers of persons in free text
def test_free_text_holds_no_numbers(county):
    record_id = cared_for(county)
    place, late = station(county, "东关社区"), dt.date(2027, 3, 1)
    pass_time(county, late)
    with county.acting("officer", late) as ctx:
        for field, call in {
            "evidence": lambda: contacts.log_search(ctx, record_id, started_on=late, ended_on=late, means=["phone"], asked="家属",
                                                    evidence=NUMBER),
            "opinion": lambda: contacts.write_review(ctx, record_id, year=2026, opinion=NUMBER),
            "what": lambda: stations.log_service(ctx, station_id=place, kind="policy", what=NUMBER),
            "contact_person": lambda: records.update_record(ctx, record_id, **{**STAY, "contact_person": NUMBER}),
            "needs": lambda: contacts.log_contact(ctx, record_id, outcome="no_answer", means="phone", needs=NUMBER),
        }.items():
            with pytest.raises(Invalid) as refused:
                call()
            assert list(refused.value.errors) == [field]


# -- forms with nothing chosen
def test_a_round_of_calls_with_nobody_chosen_keeps_what_was_typed(county):
    register(county)
    home = county.browser("home")
    answer = home.post("/liaison/contacts", {"outcome": "reached", "means": "phone", "needs": "想了解招聘信息"})
    assert answer.status_code == 422 and "想了解招聘信息" in answer.text and "此项必填" in answer.text
    many = [str(number) for number in range(1, 502)]
    assert home.post("/liaison/contacts", {"record_ids": many, "outcome": "reached", "means": "phone"}).status_code == 422
    assert home.post("/liaison/contacts", {"ledger": "liaison.outflow", "ids": many}).status_code == 422
