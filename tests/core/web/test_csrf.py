"""A change needs proof that one of our own pages asked for it, in this session and tenant."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask import g

from core.base.scope import tenant_scope
from core.web.csrf import COOKIE, StalePage, check_csrf, csrf_token
from tests.core.web.kit_app import make_app

HOST = "http://localhost"


@pytest.fixture
def app():
    return make_app()


def token_for(app, *, tenant=None, session=None, cookie="v" * 30):
    headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
    with app.test_request_context("/", headers=headers):
        g.signed_in = SimpleNamespace(session_id=session) if session else None
        if tenant is None:
            return csrf_token()
        with tenant_scope(tenant):
            return csrf_token()


def refused(app, token, *, tenant=None, session=None, cookie="v" * 30, header=False, **headers):
    sent = {
        **headers,
        **({"Cookie": f"{COOKIE}={cookie}"} if cookie else {}),
        **({"X-CSRFToken": token} if header else {}),
    }
    data = {} if header else {"csrf_token": token}
    with app.test_request_context("/save", method="POST", data=data, headers=sent):
        g.signed_in = SimpleNamespace(session_id=session) if session else None
        try:
            if tenant is None:
                check_csrf()
            else:
                with tenant_scope(tenant):
                    check_csrf()
        except StalePage:
            return True
    return False


@pytest.mark.parametrize("header", [False, True])
def test_right_token_passes(app, header):
    assert not refused(app, token_for(app, tenant=7, session=3), tenant=7, session=3, header=header)
    assert not refused(app, token_for(app), header=header)


def test_a_token_counts_for_one_session_and_one_tenant(app):
    token = token_for(app, tenant=7, session=3)
    assert refused(app, token, tenant=7, session=4)
    assert refused(app, token, tenant=8, session=3)
    assert refused(app, token, tenant=7)
    assert refused(app, token_for(app, tenant=7), tenant=7, session=3)


def test_a_visitors_token_is_bound_to_the_cookie(app):
    assert refused(app, token_for(app), cookie="w" * 30)
    assert refused(app, token_for(app), cookie="")


@pytest.mark.parametrize("token", ["", "0" * 64, "é" * 10, "x" * 100_000])
def test_wrong_tokens_are_refused_without_a_crash(app, token):
    assert refused(app, token, session=3)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_another_site_is_refused_even_with_the_token(app, headers):
    assert refused(app, token_for(app, session=3), session=3, **headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": HOST},
        {"Origin": HOST, "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_our_own_pages_pass(app, headers):
    assert not refused(app, token_for(app, session=3), session=3, **headers)


def test_reading_needs_no_token(app):
    assert app.test_client().get("/page").status_code == 200


def test_a_visitor_gets_the_cookie_with_the_page(app):
    client = app.test_client()
    assert client.post("/save").status_code == 400
    cookie = client.get_cookie(COOKIE)
    assert cookie and cookie.http_only and cookie.same_site == "Lax"
    with app.test_request_context("/", headers={"Cookie": f"{COOKIE}={cookie.value}"}):
        token = csrf_token()
    assert client.post("/save", data={"csrf_token": token}).text == "saved"
