"""Every page of the registry, through HTTP, as an admin and as people with smaller rights."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from core.base.db import session
from core.base.scope import narrowed
from core.people.models import Affiliation, Person
from core.people.queries import own_rows
from core.people.queries.person_page import person_page
from core.people.services.membership import transfer
from core.people.services.orgs import create_org, update_org
from core.people.services.persons import create_person
from core.people.services.reorganise import move_org
from core.people.services.root import find_root

PAGES = [
    "/people/", "/people/?q=zs", "/people/?q=nobody", "/people/?q=%00%25", "/people/o/", "/people/o/?q=dg",
    "/people/o/?gone=1",
    "/people/o/?org_id={street}", "/people/o/{street}/below", "/people/arithmetic", "/people/arithmetic?org_id={community}",
    "/people/structure", "/people/structure?org_id={community}", "/people/duplicates", "/people/archive", "/people/checks",
    "/people/p/{zhang}/", "/people/p/{zhang}/?tab=relations", "/people/p/{zhang}/?tab=taking_part",
    "/people/p/{zhang}/?tab=timeline",
    "/people/p/{zhang}/?tab=x", "/people/p/{zhang}/edit", "/people/p/{zhang}/held", "/people/p/{zhang}/merge",
    "/people/p/{zhang}/merge/{twin}", "/people/p/new", "/people/p/new?org_id={branch}", "/people/p/{zhang}/act/transfer",
    "/people/p/{zhang}/act/suspend", "/people/p/{zhang}/act/take-part", "/people/o/{branch}/", "/people/o/{community}/",
    "/people/o/new", "/people/o/new?parent_id={community}", "/people/o/{branch}/edit", "/people/o/{branch}/posts/new",
    "/people/o/{branch}/posts/{post}/end", "/people/o/{branch}/election", "/people/o/{branch}/change/move",
    "/people/o/{branch}/change/split", "/people/o/{branch}/change/merge", "/people/o/{branch}/change/dissolve",
    "/people/g/new", "/people/g/{grid}/", "/search/?q=zs",
]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_opens_without_a_full_number(world, site, lang):
    browser, wrong = world.browser("east"), {}
    browser.client.set_cookie("lang", lang, path="/")
    for path in PAGES:
        answer = browser.get(path.format(**site))
        text = answer.get_data(as_text=True)
        if answer.status_code != 200 or "13800005678" in text or re.search(r"%\(\w+\)s", text):
            wrong[path] = answer.status_code
    assert wrong == {}


def test_arithmetic_refuses_a_period_that_runs_backwards(world, site):
    browser = world.browser("east")
    assert browser.get("/people/arithmetic?start=2026-05-01&end=2026-01-01").status_code == 422
    assert browser.get("/people/arithmetic?start=x&org_id=y").status_code == 422


def test_registering_changing_and_a_stale_form(world, site, county):
    browser = world.browser("east")
    assert browser.post("/people/p/new", {"name": "", "org_id": site["branch"]}).status_code == 422
    made = browser.post("/people/p/new", {"name": "李四", "org_id": site["branch"], "member_kind": "full",
                                          "phone": "139 0000 1111"})
    assert made.status_code == 303
    li = session().scalars(select(Person).where(Person.name == "李四")).one()
    form = {"name": "李四", "member_kind": "full", "version": li.version, "note": "甲", "phone": ""}
    assert browser.post(f"/people/p/{li.id}/edit", form).status_code == 303
    stale = browser.post(f"/people/p/{li.id}/edit", {**form, "note": "乙"})
    assert stale.status_code == 422 and "乙" in stale.get_data(as_text=True)      # both versions side by side
    session().rollback()
    li = session().scalars(select(Person).where(Person.name == "李四")).one()
    assert (li.note, li.phone_mask) == ("甲", "139****1111")


def test_a_number_is_shown_once_after_a_purpose(world, site):
    browser = world.browser("east")
    path = f"/people/p/{site['zhang']}/reveal"
    refused = browser.post(path, {"field": "phone", "reason": ""})
    assert refused.status_code == 422 and "13800005678" not in refused.get_data(as_text=True)
    shown = browser.post(path, {"field": "phone", "reason": "通知参会"})
    assert shown.status_code == 200 and "13800005678" in shown.get_data(as_text=True)
    assert "no-store" in shown.headers.get("Cache-Control", "")


def test_transfer_merge_and_ending_a_link_by_form(world, site):
    browser = world.browser("east")
    link = session().scalars(select(Affiliation.id).where(Affiliation.kind == "volunteer")).one()
    session().rollback()
    assert browser.post(f"/people/p/{site['zhang']}/links/{link}/end").status_code == 303
    assert browser.post(f"/people/p/{site['zhang']}/act/transfer", {"org_id": site["other"]}).status_code == 303
    assert browser.post(f"/people/p/{site['zhang']}/act/transfer", {"org_id": site["other"]}).status_code == 422
    assert browser.get(f"/people/p/{site['zhang']}/act/nonsense").status_code == 404
    path = f"/people/p/{site['zhang']}/merge/{site['twin']}"
    assert browser.post(path, {"reason": ""}).status_code == 422
    assert browser.post(path, {"reason": "同一人"}).status_code == 303
    assert browser.get(f"/people/p/{site['twin']}/").status_code == 404
    assert "同一人" in browser.get("/people/archive").get_data(as_text=True)


def test_organisations_by_form(world, site):
    browser = world.browser("east")
    made = browser.post("/people/o/new", {"name": "中共新支部", "short_name": "新支部", "kind": "branch",
                                          "parent_id": site["community"], "term_start": "2024-01-01", "term_end": "2027-01-01"})
    assert made.status_code == 303
    address = made.headers["Location"].removeprefix("/t/east")
    assert "没有登记书记" in browser.get(address).get_data(as_text=True)
    assert browser.post(f"{address}change/move", {"parent_id": site["other"]}).status_code == 303
    assert browser.post(f"{address}election", {"held_on": "2026-01-05"}).status_code == 303
    assert browser.post(f"{address}change/dissolve").status_code == 303
    assert browser.post(f"{address}edit", {"name": "x", "short_name": "x", "kind": "branch"}).status_code == 422
    assert browser.post("/people/g/new", {"code": "X1", "name": "网格", "org_id": site["community"],
                                          "buildings": "1号楼、2号楼"}).status_code == 303


@pytest.mark.parametrize(("more", "mask"), [({}, "138****5678"), ({"clear_contact_phone": "1"}, "")])
def test_a_contact_phone_left_blank_stays_and_may_be_cleared(world, site, county, more, mask):
    unit = county.unit("东关一支部")
    update_org(county.ctx, unit.id, contact_phone="13800005678")
    form = {"name": unit.name, "short_name": unit.short_name, "kind": unit.kind, "contact_phone": "", **more}
    assert world.browser("east").post(f"/people/o/{unit.id}/edit", form).status_code == 303
    session().expire_all()
    assert county.unit("东关一支部").contact_phone_mask == mask


def test_reader_of_one_community_sees_no_person_of_another(world, site, county):
    world.add_user("east", "dong", "people.person.read", "people.org.read", path=county.unit("东关社区").path)
    session().rollback()
    browser = world.browser("east", "dong")
    assert browser.get(f"/people/p/{site['zhang']}/").status_code == 200
    assert browser.get(f"/people/p/{site['twin']}/").status_code == 404
    other = browser.get(f"/people/o/{site['other']}/")
    assert other.status_code == 200 and "张三" not in other.get_data(as_text=True)
    for path in ("edit", "merge", "act/transfer"):
        assert browser.get(f"/people/p/{site['zhang']}/{path}").status_code == 403
    assert browser.post(f"/people/p/{site['zhang']}/reveal", {"field": "phone", "reason": "好奇"}).status_code == 403
    assert browser.get(f"/people/structure?org_id={site['other']}").status_code == 403
    assert "2 人" not in browser.get("/people/o/").get_data(as_text=True)


def test_another_tenant_sees_nothing(world, site):
    browser = world.browser("west")
    for path in (f"/people/p/{site['zhang']}/", f"/people/o/{site['branch']}/", f"/people/g/{site['grid']}/"):
        assert browser.get(path).status_code == 404
    assert "张三" not in browser.get("/people/?q=zs").get_data(as_text=True)


def test_a_single_root_opens_unfolded_and_the_list_of_units_follows_the_tree(world, site, county):
    ctx = county.ctx
    root = find_root()
    move_org(ctx, site["street"], parent_id=root.id)
    create_org(ctx, name="某物业公司", short_name="A物业", kind="unit", unit_kind="property", parent_id=site["community"])
    browser = world.browser("east")
    page = browser.get("/people/o/").get_data(as_text=True)
    assert "<details open>" in page and "城关街道" in page
    listed = browser.get("/ledgers/people.orgs/").get_data(as_text=True)
    names = re.findall(r'class="g-name" href="/t/east/people/o/\d+/">([^<]+)<', listed)
    assert names == ["East County", "城关街道", "东关社区", "东关一支部", "东关二支部", "西关社区", "西关支部"]
    assert "A物业" in browser.get("/ledgers/people.units/").get_data(as_text=True)


def test_the_timeline_keeps_to_the_readers_part(world, county):
    person = create_person(county.ctx, name="张三", org_id=county["西关支部"])
    transfer(county.ctx, person.id, org_id=county["东关一支部"], document_no="临转〔2026〕9号")
    world.add_user("east", "branch", "people.person.read", path=county.unit("东关一支部").path)
    page = world.browser("east", "branch").get(f"/people/p/{person.id}/?tab=timeline").text
    told = re.findall(r'<ol class="g-line">(.*?)</ol>', page, re.S)
    assert "转入" in told[0] and "转出" not in told[0]
    assert "转出" in world.browser("east").get(f"/people/p/{person.id}/?tab=timeline").text


def asked_for(world, browser, path: str) -> list[str]:
    """The tables that a page asks, in order."""
    assert browser.get(path).status_code == 200
    with world.counting() as sent:
        assert browser.get(path).status_code == 200
    return [re.search(r"FROM (\w+)", statement).group(1) for statement in sent if "FROM" in statement]


def test_a_persons_page_asks_for_each_thing_once_and_only_for_what_its_tab_shows(world, site):
    world.add_user("east", "reader", "people.person.read")
    reader, zhang = world.browser("east", "reader"), f"/people/p/{site['zhang']}/"
    rows = ["people_affiliation", "people_post_holding", "people_member_change"]
    page = ["tenancy_tenant", "people_person", *rows]
    shown = asked_for(world, reader, zhang)
    assert shown[:5] == page and set(shown[5:]) <= {"people_person_extra", "people_org_unit"} and len(shown) <= 7
    assert asked_for(world, reader, f"{zhang}?tab=timeline") == page
    assert asked_for(world, reader, f"{zhang}?tab=relations") == [*page, "people_archive"]
    with world.acting("east", "reader") as ctx:
        seen, known = person_page(ctx, site["zhang"]), own_rows.links(site["zhang"])
        assert seen.links and {link.id for link, _unit in seen.links} == {link.id for link, _unit in known}


def test_rows_of_a_person_are_read_anew_outside_a_page_and_in_another_scope(world, county, site):
    zhang = site["zhang"]
    with own_rows.read_once():
        whole = own_rows.changes(zhang)
        assert own_rows.changes(zhang) is whole
        with narrowed(("9999",)):
            assert own_rows.changes(zhang) == []
    assert whole and own_rows.changes(zhang) is not whole
