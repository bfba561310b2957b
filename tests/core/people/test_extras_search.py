"""What a search in a register costs: plugins' fields stand in a table of their own, which is not asked for every row."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.base.session import session
from core.people.models import OrgUnit
from core.people.services.persons import create_person

TEACHES, BY, UNTIL = "training__teaches", "liaison__reached_by", "training__teaches_until"
DAY = dt.date(2027, 5, 1)


def test_values_beside_the_rows_are_looked_up_once(world, county):
    create_person(county.ctx, name="王五", org_id=county["东关一支部"], **{TEACHES: "密语", BY: "visit", UNTIL: DAY})
    create_person(county.ctx, name="赵六", org_id=county["西关支部"], **{TEACHES: "理论"})
    place = county.unit("西关社区").path
    session().commit()
    admin, west, far = world.browser("east"), world.browser("west"), world.program("east", "people.person.read", path=place)
    for asked in ("q=密语", f"{BY}=visit", f"{BY}=visit&{BY}=phone", f"{UNTIL}_from=2027-05-01&{UNTIL}_to=2027-05-01"):
        with world.counting() as sent:
            page = admin.get(f"/ledgers/people.roster/?cols=name&{asked}").get_data(as_text=True)
        assert "王五" in page and "赵六" not in page, asked
        searched = [one for one in sent if "people_person_extra" in one]
        if asked.startswith("q="):          # looked up first, and then named: no other part of a search could use its index else
            assert ["LIKE" in one for one in searched] == [False, True]         # is there any value at all; whose is this one
            assert all(one.startswith("SELECT people_person_extra.person_id") for one in searched)
        else:
            assert searched and all("people_person.id IN (SELECT people_person_extra.person_id" in one for one in searched)
        assert all("people_person_extra.person_id = people_person.id" not in one for one in searched)
        assert all("people_person_extra.tenant_id = " in one for one in searched)
        assert far.get(f"/ledgers/people.everybody?{asked}").json["items"] == []
        assert "王五" not in west.get(f"/ledgers/people.roster/?{asked}").get_data(as_text=True)
    with world.counting() as sent:                  # nobody in the west has a value, which is known by now
        west.get("/ledgers/people.roster/?cols=name&q=理论")
    assert not [one for one in sent if "people_person_extra" in one]
    with world.inside("west") as ctx:
        unit = session().scalars(select(OrgUnit.id).order_by(OrgUnit.path)).first()
        create_person(ctx, name="孙七", org_id=unit, **{TEACHES: "理论"})
    assert "孙七" in west.get("/ledgers/people.roster/?cols=name&q=理论").get_data(as_text=True)
