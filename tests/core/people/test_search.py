"""Finding people by name: in the order of their sounds, with their units in one statement, guests' own units by name too."""

from __future__ import annotations

from core.base.db import session
from core.people.queries.people import search_people
from core.people.services.links import open_affiliation
from core.people.services.persons import create_person

NAMES = ("张伟", "张伟明", "赵文", "周武", "曾伟", "张薇", "王芳", "章武", "赵伟")
PLACES = ("东关一支部", "东关二支部", "西关支部")


def test_people_found_are_in_order_and_their_units_come_together(world, county):
    for number, name in enumerate(NAMES):
        made = create_person(county.ctx, name=name, org_id=county[PLACES[number % 3]])
    open_affiliation(county.ctx, made.id, kind="volunteer", org_id=county["东关社区"])          # of the branch in the west
    path = county.unit("东关社区").path
    session().commit()
    for text, initials in (("zw", "zw"), ("zhangw", ""), ("zhangwei", ""), ("ZW", "zw"), ("z", "z"), ("张w", ""), ("伟", "")):
        session().expire_all()
        found = [(p.name_full, p.name, p.id) for p in search_people(county.ctx, text, 20)]
        assert found == sorted(found) and found, text
        assert not initials or len(found) == sum(name != "王芳" for name in NAMES), text
    assert [p.name for p in search_people(county.ctx, "zhangwei", 2)] == ["张伟", "张薇"]
    assert search_people(county.ctx, "qqq") == []
    admin, east = world.browser("east"), world.add_user("east", "dongguan", "people.person.read", path=path) and world.browser(
        "east", "dongguan")
    with world.counting() as sent:
        page = admin.get("/search/?q=zw").get_data(as_text=True)
    assert all(place in page for place in PLACES) and "章武" in page and "王芳" not in page
    assert sum("FROM people_org_unit" in one and "IN (" in one and "short_name" in one and "LIKE" not in one for one in sent) == 1
    assert not any("people_org_unit.id = " in one and "people_org_unit.tenant_id = " in one for one in sent)
    for address in ("/search/?q=zw", "/people/?q=zw"):
        page = east.get(address).get_data(as_text=True)
        assert "赵伟" in page and "西关支部" in page and "赵文" not in page, address     # a guest, named with the unit of his own
