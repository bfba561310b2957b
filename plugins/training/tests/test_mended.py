"""Confirming and importing where places overlap: needs raised above the confirmer, two people of one name."""

from __future__ import annotations

import datetime as dt

from core.work.services import make_step
from plugins.training.models import ClassSession, Need
from plugins.training.services import courses
from plugins.training.taking import find_person, prepare

from .conftest import LATER, TODAY
from .test_flow import ALL_CAME, balances
from .test_refusals import open_sheet

WISH = {"year": 2026, "source": "superior", "subject": "party_work", "title": "不会填台账", "audience": "members"}


def planned_need(county, course_id, org, day=TODAY, **data):
    with county.acting("all", day) as ctx:
        made = courses.raise_need(ctx, org_id=county.orgs[org], **{**WISH, **data})
        make_step(ctx, "training.need", made.id, "plan", data={"course_id": course_id})
        return made.id


def test_hours_are_confirmed_where_a_need_lies_above_the_confirmer(county):
    """The community confirms its branch; the need stands at the street, where the community may not write."""
    county.hire({"hub": ("street_officer", "东关社区")})
    course = county.course()
    after = LATER + dt.timedelta(days=1)
    met, other_year, others, too_late = (
        planned_need(county, course, "城关街道"), planned_need(county, course, "城关街道", year=2027),
        planned_need(county, course, "城关街道", audience="mobile"), planned_need(county, course, "城关街道", after))
    made = county.held(course, ALL_CAME, org="东关一支部")
    county.step(made, "submit", day=LATER)
    county.step(made, "confirm", login="hub", day=after)
    with county.acting("all") as ctx:
        states = [ctx.get(Need, one).state for one in (met, other_year, others, too_late)]
    assert states == ["met", "planned", "planned", "planned"]
    assert balances(county)["李秀兰"][2] == 40


def test_a_line_of_a_sheet_names_the_branch_it_means(county):
    """One 李秀兰 sits in the class; the line means the other, of another branch, who came without a seat."""
    made = open_sheet(county, org="城关街道")
    seated = county.people["李秀兰"]
    other = county.person("李秀兰", "西关支部")
    with county.acting("officer", LATER) as ctx:
        event = ctx.get(ClassSession, made)

        def found(branch):
            errors = {}
            row = {"number": event.number, "name": "李秀兰", "branch": branch}
            person = find_person(row, event, prepare(ctx, [row]), errors)
            return person.id if person else errors

        assert (found(""), found("东关一支部"), found("东关社区"), found("西关支部")) == (seated, seated, seated, other)
        assert "没有 李秀兰" in found("东关二支部")["name"][0] and "没有找到组织" in found("北关")["branch"][0]
