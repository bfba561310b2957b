"""The book of hours and its sums: credited once from whatever source, following the person, the rules and the posts."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from core.base.session import session
from core.contracts.events import LearningHoursEarned
from core.people.services.membership import transfer
from core.people.services.merge import merge, take_out
from core.people.services.posts import appoint
from core.rules.overrides import set_override
from core.service import Context, service
from plugins.training.models import Balance, HourEntry, Seat, Tally
from plugins.training.tenths import of_minutes, shown

from .conftest import LATER, TODAY
from .test_flow import ALL_CAME, balances

GATHERING = {"title": "返乡教育", "on": TODAY, "minutes": 90, "place": "东关社区"}


@service(None, action="test.tell")
def tell(ctx: Context, event: LearningHoursEarned) -> None:
    ctx.publish(event)


def entries(county):
    with county.acting("all"):
        rows = session().scalars(select(HourEntry).order_by(HourEntry.id)).all()
        return [(row.person_name, row.tenths, row.source, row.source_id, row.note) for row in rows]


def test_return_home_education_is_credited_once_and_linked(county):
    """Both modules on: what liaison confirms arrives here, with the gathering behind it."""
    home = county.browser("home")
    with county.acting("all") as ctx:
        flow = ctx.plugins.by_name["liaison"].package
    assert flow == "plugins.liaison"
    stay = {"person_id": county.people["李秀兰"], "since": "2026-01-10", "reason": "work", "region": "广东深圳",
            "contact_person": "孙书记"}
    assert home.post("/liaison/records/outflow", stay).status_code == 303
    community = county.browser("community")
    made = community.post("/liaison/gatherings/new", {
        "title": "返乡教育", "org_id": county.orgs["东关社区"], "on": TODAY.isoformat(), "minutes": "90"})
    path = made.location.removeprefix("/t/east")
    assert community.post(path + "/tick", {"present": [county.people["李秀兰"]]}).status_code == 303
    assert community.post(path + "/confirm").status_code == 303
    county.world.run_jobs()
    gathering_id = int(path.rsplit("/", 1)[1])
    assert entries(county) == [("李秀兰", 15, "liaison.gathering", gathering_id, "")]
    event = LearningHoursEarned(person_id=county.people["李秀兰"], on=TODAY.isoformat(), minutes=90, title="返乡教育",
                                source="liaison.gathering", source_id=gathering_id)
    with county.acting("all") as ctx:
        tell(ctx, event)
        tell(ctx, event)
    county.world.run_jobs()
    assert len(entries(county)) == 1 and balances(county)["李秀兰"] == ("member", 320, 15, 305, 0)
    page = county.browser("home").get(f"/training/people/{county.people['李秀兰']}").get_data(as_text=True)
    assert f'href="/t/east{path}"' in page and "集中返乡教育" in page


def test_an_event_is_cut_to_what_the_day_allows(county):
    person = county.people["李秀兰"]
    with county.acting("all") as ctx:
        for number, minutes in enumerate((400, 200, 60)):
            tell(ctx, LearningHoursEarned(person_id=person, on=TODAY.isoformat(), minutes=minutes, title=f"党课{number}",
                                          source="orglife.lecture", source_id=number))
    county.world.run_jobs()
    assert [(row[1], bool(row[4])) for row in entries(county)] == [(67, False), (13, True)]
    assert balances(county)["李秀兰"][2] == 80


def test_minutes_are_converted_by_the_tenants_rule(county):
    with county.acting("all") as ctx:
        assert [shown(of_minutes(n)) for n in (90, 45, 60, 1, 0)] == ["1.5", "0.8", "1", "0", "0"]
        override(ctx, "training.minutes_per_hour", 45)
        assert [shown(of_minutes(n)) for n in (90, 45)] == ["2", "1"]


@service(None, action="test.override")
def override(ctx: Context, key: str, value: int | str, since: dt.date = dt.date(2026, 1, 1)) -> None:
    set_override(key, value, document_no="临组〔2026〕3号", effective_from=since, set_by=1)


def test_own_numbers_change_what_is_due(county):
    with county.acting("all") as ctx:
        override(ctx, "training.hours_member", 24)
    assert county.settle() == 2
    assert balances(county)["李秀兰"][1] == 240 and balances(county)["王小明"][1] == 560
    page = county.browser("home").get(f"/training/people/{county.people['李秀兰']}").get_data(as_text=True)
    assert "临组〔2026〕3号" in page and "不少于32学时" in page


def test_the_heaviest_duty_counts_and_follows_posts(county):
    with county.acting("all") as ctx:
        appoint(ctx, person_id=county.people["李秀兰"], org_id=county.orgs["东关社区"], post="grid_worker", starts_on=TODAY)
        assert session().scalar(select(func.count(Balance.id)).where(Balance.worker.is_(True))) == 1
    assert county.settle() == 1 and county.settle() == 0
    assert balances(county)["李秀兰"][:2] == ("community_worker", 400)


def test_a_year_is_a_year(county):
    county.confirmed(county.course(), ALL_CAME)
    assert county.settle(dt.date(2027, 1, 1)) == 4
    assert balances(county, 2026)["李秀兰"][2] == 40 and balances(county, 2027)["李秀兰"][2:4] == (0, 320)


def test_hours_follow_a_transfer_and_a_merge(county):
    county.confirmed(county.course(), ALL_CAME)
    with county.acting("all", LATER) as ctx:
        transfer(ctx, county.people["李秀兰"], org_id=county.orgs["西关支部"])
    with county.on(LATER):
        county.world.run_jobs()
    with county.acting("all", LATER) as ctx:
        assert {row.org_path for row in session().scalars(select(HourEntry).where(HourEntry.person_name == "李秀兰"))} == {
            county.paths["西关支部"]}
        sums = dict(session().execute(select(Tally.org_id, func.sum(Tally.got)).group_by(Tally.org_id)).all())
        assert sums[county.orgs["西关支部"]] == 40 and sums[county.orgs["东关一支部"]] == 40
        with pytest.raises(Exception, match="合并"):
            take_out(ctx, county.people["李秀兰"], reason="录错")
        merge(ctx, county.people["赵大海"], county.people["李秀兰"], reason="重复登记")
        assert session().scalars(select(Seat.person_id).where(Seat.person_name == "赵大海")).all() == [county.people["赵大海"]]
    found = balances(county)
    assert found["赵大海"][2] == 40 and "李秀兰" not in found


def test_whoever_has_no_record_can_be_taken_out(county):
    with county.acting("all") as ctx:
        take_out(ctx, county.people["赵大海"], reason="录错")
    assert county.settle() == 0 and "赵大海" not in balances(county)
    with county.acting("all"):
        assert session().scalars(select(Tally.people).where(Tally.org_id == county.orgs["西关支部"])).all() == []


def test_what_is_held_is_told(county):
    county.confirmed(county.course(certificate=True), ALL_CAME)
    with county.acting("all") as ctx:
        held = {str(one.value.title): one.value.rows for one in ctx.collect("personal_data", person_id=county.people["李秀兰"])}
    assert {"培训报名和签到", "学时", "年度学时", "结业证书"} <= set(held)
    assert held["年度学时"] == (("2026", "应达 32，已获 4"),)
