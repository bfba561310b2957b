"""What pages keep drawn: the menu and the filters are those of whoever asks, in his language, and hold nothing secret."""

from __future__ import annotations

import re

import pytest
from flask import g, request
from sqlalchemy import select

from core.accounts.models import User
from core.base.session import begin_write, session
from core.notify.models import Notice
from core.web import parts
from core.web.shell import Group, Link, Shell

LIST = "/ledgers/people.roster/"


def page(browser, path=LIST):
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def between(text, start, end):
    return text.partition(start)[2].partition(end)[0]


def menu(text):
    return between(text, '<nav class="g-side"', "</nav>")


def test_everybody_sees_his_own_menu_and_filters(world, east, west):
    world.add_user("east", "reader", "people.person.read")
    for _again in range(2):
        here, there, reader = (page(world.browser(*who)) for who in (("east",), ("west",), ("east", "reader")))
        assert "/t/west/" not in here and "/t/east/" not in there
        assert "公告管理" in menu(here) and "公告管理" not in menu(reader)
        assert 'hx-get="/t/west/ledgers/people.roster/"' in there
        assert 'aria-current="page"' in menu(here)
    english = world.browser("east")
    english.client.set_cookie("lang", "en", path="/t/east")
    assert not re.search("[一-龥]", menu(page(english)))
    assert menu(page(world.browser("east"))) == menu(here)


def test_a_figure_in_the_menu_is_the_newest(world, east):
    browser = world.browser("east")
    assert "g-count" not in menu(page(browser))
    with world.inside("east") as ctx:
        begin_write()
        user = session().scalars(select(User.id).where(User.login_name == "admin")).one()
        session().add(Notice(user_id=user, title="new", at=ctx.now()))
        session().commit()
    assert "g-count" in menu(page(browser))


def test_filters_show_what_is_chosen_and_words_searched_are_not_kept(world, east):
    browser = world.browser("east")
    plain, chosen = page(browser), page(browser, f"{LIST}?gender=female")
    assert 'value="female" selected' in chosen and 'value="female" selected' not in plain
    assert 'value="曾宪梓"' in page(browser, f"{LIST}?q=曾宪梓")
    assert not any("曾宪梓" in str(kept) for kept in parts._drawn._kept.values())


def test_no_token_stands_in_what_is_kept(world, east):
    browser = world.browser("east")
    token = re.search(r'name="csrf-token" content="([^"]+)"', page(browser)).group(1)
    for store in (parts._drawn, parts._frames):
        assert store._kept and not any(token in str(kept) for kept in store._kept.values())


def test_only_the_named_parts_are_parts(world, east):
    with world.app.test_request_context("/"), pytest.raises(KeyError):
        parts.part("parts/header.html")


def test_icons_are_ornaments_unless_they_say_something(world):
    with world.app.test_request_context("/"):
        assert 'aria-hidden="true"' in parts.icon("list") and "#list" in parts.icon("list")
        assert 'role="img" aria-label="a &lt;b&gt;"' in parts.icon("list", "a <b>")


def test_tenants_with_the_same_menu_share_what_is_drawn_and_nothing_of_theirs_stands_in_it(world):
    world.open_tenant("south", "South <County>", "county")
    parts._frames._kept.clear()
    first = page(world.browser("east"))
    drawn = set(parts._frames._kept)
    other = page(world.browser("south"))
    assert set(parts._frames._kept) == drawn and len(drawn) == 3
    assert "/t/east/" not in other and "East County" not in other and "/t/south/" not in first
    assert menu(other) == menu(first).replace("/t/east/", "/t/south/") and "/t/south/people/" in menu(other)
    assert "<b>South &lt;County&gt;</b>" in other and "<b>East County</b>" in first
    assert not any(parts.ROOT in text or parts.NAME in text for text in (first, other))
    assert not any("/t/" in str(kept) or "County" in str(kept) for kept in parts._frames._kept.values())


def test_what_is_drawn_from_its_key_alone_is_kept_once_unless_it_names_the_tenant(world):
    asked = []

    def draw(what):
        asked.append(what)
        return f"{what} {request.script_root}" if what == "rooted" else what

    for what, times in (("plain", 1), ("rooted", 2)):
        for root in ("/t/east", "/t/south", "/t/east"):
            with world.app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
                said = parts.kept(("test.once", what), draw, what)
                assert said == (f"rooted {root}" if what == "rooted" else what)
        assert asked.count(what) == times
    for root in ("/t/east", "/t/south"):                # more is given than the key says
        with world.app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            assert parts.kept(("test.more", "a"), lambda what, more: what + more, "a", root) == f"a{root}"


def test_a_place_without_an_address_of_its_own_shares_with_its_like_only(world):
    for root in ("", "/t/east", ""):
        with world.app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            link = Link(label="x", url=f"{root}/people/")
            g.shell = Shell(nav=(Group(label="a", links=(link,)),), tenant_name="n")
            assert f'href="{root}/people/"' in parts.part("parts/nav.html")
