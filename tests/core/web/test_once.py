"""A form posted twice does its work once and gets the same answer twice."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import redirect, request
from sqlalchemy import func, select

from core.base import clock
from core.base.session import session
from core.contracts.errors import Invalid
from core.service import service
from core.web import Pages, ctx, once
from core.web.models import Once
from core.web.pages import SIGNED_IN
from core.web.prefs import YEAR

KEY = "k" * 24
done: list[str] = []
pages = Pages("trial", __name__, audience="tenant")


@service(None, action="trial.add")
def add(_ctx, name):
    if name == "bad":
        raise Invalid(errors={"name": ["不行"]})
    done.append(name)
    return len(done)


@pages.post("/add", needs=SIGNED_IN)
def add_page():
    try:
        number = add(ctx(), request.form["name"])
    except Invalid:
        return "again", 422
    if request.form.get("second"):
        add(ctx(), request.form["second"])
    if request.form["name"] == "crash":
        raise RuntimeError("after the commit")
    return redirect(f"{request.script_root}/trial/{number}", 303)


@pytest.fixture
def staff(world):
    done.clear()
    world.app.register_blueprint(pages)
    return world.browser("east")


def post(browser, name="one", key=KEY, **more):
    return browser.post("/trial/add", {"name": name, "once_key": key, **more})


def rows(world):
    with world.inside("east"):
        return session().scalar(select(func.count()).select_from(Once))


def test_the_second_post_gets_the_first_answer(staff):
    first, second = post(staff), post(staff)
    assert done == ["one"]
    assert (
        (first.status_code, first.location)
        == (second.status_code, second.location)
        == (303, "/t/east/trial/1")
    )


def test_another_key_is_another_form(staff):
    post(staff)
    post(staff, key="m" * 24)
    assert done == ["one", "one"]


@pytest.mark.parametrize("key", ["", "short", "x" * 500, "ключ" * 10, "a b" * 10])
def test_without_a_proper_key_nothing_is_remembered(staff, world, key):
    post(staff, key=key)
    post(staff, key=key)
    assert done == ["one", "one"] and rows(world) == 0


def test_a_refused_form_may_be_posted_again(staff, world):
    assert post(staff, "bad").status_code == 422
    assert rows(world) == 0
    assert post(staff, "good").status_code == 303 and done == ["good"]


def test_two_services_in_one_form(staff, world):
    post(staff, second="two")
    post(staff, second="two")
    assert done == ["one", "two"] and rows(world) == 1


def test_a_crash_after_the_commit_does_not_repeat_the_work(staff, monkeypatch):
    monkeypatch.setattr(once, "PATIENCE", 0.0)
    staff.client.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert post(staff, "crash").status_code == 500
    again = post(staff, "crash")
    assert done == ["crash"] and again.status_code == 303 and again.location == "/t/east/"
    assert "已经提交过" in staff.get("/search/").text


def test_keys_belong_to_one_account(staff, world):
    world.add_user("east", "second")
    post(staff)
    post(world.browser("east", "second"))
    post(world.browser("west"))
    assert done == ["one", "one", "one"]


def test_old_keys_are_forgotten(staff, world):
    post(staff)
    with world.inside("east"):
        assert once.forget_old() == 0
        with clock.at(clock.now() + dt.timedelta(hours=25)):
            assert once.forget_old() == 1
    assert rows(world) == 0


def test_reading_preferences_are_kept_and_lead_back(staff):
    staff.get("/search/")
    answer = staff.post("/look/", {"lang": "en", "fs": "huge", "next": "/t/east/search/?q=a"})
    assert answer.status_code == 303 and answer.location == "/t/east/search/?q=a"
    cookie = staff.client.get_cookie("lang")
    assert cookie.value == "en" and cookie.max_age == YEAR and cookie.http_only
    assert staff.client.get_cookie("fs") is None
    assert 'lang="en"' in staff.get("/search/").text


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/t/west/", "\\evil", "/platform/", ""]
)
def test_preferences_never_lead_elsewhere(staff, target):
    assert staff.post("/look/", {"fs": "lg", "next": target}).location == "/t/east/"


def test_what_one_tenant_says_is_not_heard_in_another(staff, world):
    with world.app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/t/east"}):
        serializer = world.app.session_interface.get_signing_serializer(world.app)
        said = serializer.dumps({"_flashes": [("done", "悄悄话")]})
    for slug, heard in (("east", True), ("west", False)):
        browser = world.browser(slug)
        browser.client.set_cookie("juheli_said", said, path=browser.root)
        assert ("悄悄话" in browser.get("/search/").text) == heard
