"""What is seen from outside: a line per request, figures, readiness; and nothing personal in any of them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.accounts.models import User
from core.base import logs, tally
from core.base.engine import Database
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.base.traces import scrubbed
from core.doors.meters import Meters
from core.jobs.queue import TASKS, enqueue, job
from core.testing.world import World

NAME, PHONE, ID_NUMBER = "金丝雀", "13912345678", "110101199003074578"
CANARIES = (NAME, PHONE, ID_NUMBER, "canary@example.cn", "Juheli-canary-1")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """All the process logs meanwhile, as the JSON lines of production."""
    written = io.StringIO()
    kept = {name: (logging.getLogger(name).handlers, logging.getLogger(name).propagate) for name in ("juheli", "gunicorn.error")}
    handler = logs.configure(logs.JSON, written)
    logging.getLogger("sqlalchemy").addHandler(handler)
    yield written
    logging.getLogger("sqlalchemy").removeHandler(handler)
    for name, (handlers, propagate) in kept.items():
        logging.getLogger(name).handlers, logging.getLogger(name).propagate = handlers, propagate


def read(lines: io.StringIO, event: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    return [line for line in found if line["event"] == event]


def test_a_line_per_request_says_who_where_and_how_long(world: World, lines: io.StringIO) -> None:
    answer = world.browser("east").get("/people/?q=" + NAME)
    [line] = read(lines, "request")
    with world.inside("east"):
        admin = session().scalar(select(User.id).where(User.login_name == "admin"))
    assert {key: line[key] for key in ("tenant", "tenant_id", "actor_id", "method", "status", "level")} == {
        "tenant": "east", "tenant_id": world.tenants["east"].id, "actor_id": admin, "method": "GET",
        "status": answer.status_code, "level": "info"}
    assert line["queries"] >= 3 and line["ms"] >= line["db_ms"] > 0 and line["at"].endswith("Z")
    assert line["request_id"] == answer.headers["X-Request-ID"] and line["route"].startswith("/people")


def test_the_proxys_number_is_taken_only_behind_a_proxy(world: World) -> None:
    given = {"X-Request-ID": "0123456789abcdef0123"}
    assert world.browser("east", None).get("/accounts/sign-in", headers=given).headers["X-Request-ID"] != given["X-Request-ID"]
    world.app.extensions["juheli.config"] = world.app.extensions["juheli.config"].__class__(testing=True, proxies=1)
    for number, taken in ((given["X-Request-ID"], True), ("a b\tc", False), ("x" * 500, False)):
        answer = world.browser("east", None).get("/accounts/sign-in", headers={"X-Request-ID": number})
        assert (answer.headers["X-Request-ID"] == number) is taken


def test_no_canary_reaches_any_line(world: World, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches, forms, wrong passwords, crashes that quote their data, failing jobs, slow and failing statements."""
    monkeypatch.setattr(tally, "SLOW_MS", 0.0)

    @job("tenancy.canary", retries=0)
    def broken(ctx: Any, running: Any, name: str) -> None:
        logging.getLogger("juheli.test").error("cannot read %s of %s", PHONE, name)
        raise ValueError(f"no phone {PHONE} for {name}") from KeyError(ID_NUMBER)

    def crash() -> None:
        raise ZeroDivisionError(f"{NAME} of {current_app.name}, {ID_NUMBER}")

    view = world.app.view_functions["search.index"]
    crash.needs, crash.audience = view.needs, view.audience  # type: ignore[attr-defined]
    monkeypatch.setitem(world.app.view_functions, "search.index", crash)
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    browser = world.browser("east")
    for path in (f"/people/?q={NAME}", f"/search/?q={PHONE}", f"/{NAME}/{ID_NUMBER}", f"/ledgers/people.members/?q={ID_NUMBER}"):
        browser.get(path)
    browser.post("/accounts/me", {"name": NAME, "phone": PHONE, "email": "canary@example.cn"})
    browser.post("/people/new", {"name": NAME, "id_number": ID_NUMBER, "phone": PHONE})
    world.browser("east", None).post("/accounts/sign-in", {"login": PHONE, "password": "Juheli-canary-1"})
    with world.inside("east"):
        begin_write()
        enqueue("tenancy.canary", {"name": NAME})
        session().commit()
    world.run_jobs()
    with world.inside("east"):
        begin_write()
        session().add_all([User(login_name="admin", name=NAME), User(login_name="admin", name=PHONE)])
        with pytest.raises(Exception, match="(?i)unique") as failed:
            session().commit()
        logging.getLogger("juheli.test").exception("not saved", exc_info=failed.value)
    del TASKS["tenancy.canary"]
    text = lines.getvalue()
    assert len(text.splitlines()) > 10 and "ZeroDivisionError" in text and "ValueError" in text and "IntegrityError" in text
    assert [canary for canary in CANARIES if canary in text] == []


def test_slow_statements_are_told_with_their_tenant_and_without_values(world: World, lines: io.StringIO) -> None:
    with world.inside("east"):
        tally._tell("SELECT 1 FROM accounts_user WHERE name = ?", 812.34, "people.index")
    [line] = read(lines, "slow query")
    assert (line["tenant_id"], line["ms"], line["where"]) == (world.tenants["east"].id, 812.3, "people.index")
    assert "accounts_user" in line["sql"]


def test_a_statement_that_fails_late_is_told_too(world: World, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slowest statements run into their time-out: nothing is heard of them after their execution."""
    database = Database(world.database.engine.url.render_as_string(hide_password=False), slow_ms=0.0)
    with database.use(), tenant_scope(world.tenants["east"].id), tally.tallied("here") as counted:
        begin_write()
        session().add(User(login_name="admin", name=NAME))
        with pytest.raises(IntegrityError):
            session().commit()
        assert counted.queries >= 1
    database.dispose()
    assert "INSERT INTO accounts_user" in " ".join(line["sql"] for line in read(lines, "slow query"))


def test_made_up_methods_and_broken_hooks_in_the_figures(world: World) -> None:
    """A client cannot make a figure per method it invents; what a module's hooks did is summed over processes."""
    figures = Meters()
    for method in ("GET", "BREW", "XYZZY"):
        figures._request({"method": method, "endpoint": "people.index", "status": 200, "ms": 1.0, "queries": 1, "tenant": ""})
    figures.emit(logging.makeLogRecord({"name": "juheli.plugin", "plugin": "liaison", "hook": "tiles"}))
    text = figures.text(world.database).decode()
    assert 'method="other",status="200"} 2.0' in text and "BREW" not in text
    assert 'juheli_hook_failures_total{module="liaison"} 1.0' in text


def test_figures_are_for_the_monitoring_only(world: World) -> None:
    token = "t" * 40
    world.app.extensions["juheli.config"] = world.app.extensions["juheli.config"].__class__(testing=True, metrics_token=token)
    client = world.app.test_client()
    nothing = client.get("/no-such-page")
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": token[:-1]}):
        answer = client.get("/metrics", headers=headers)
        assert answer.status_code == 404 and answer.data == nothing.data
    admin = world.browser("east")
    assert admin.client.get("/metrics").status_code == 404
    assert admin.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 404, "nor below a tenant"
    world.add_user("east", "canary", name=NAME)
    world.browser("east", "canary").get(f"/people/?q={NAME}")
    figures = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    text = figures.get_data(as_text=True)
    assert figures.status_code == 200 and [canary for canary in CANARIES if canary in text] == []
    for line in ('juheli_tenant_requests_total{tenant="east"}', 'juheli_queue_jobs{state="dead"} 0.0',
                 'juheli_up{part="database"} 1.0', 'juheli_request_seconds_bucket{le="0.1",module="people"}'):
        assert line in text, line


def test_ready_means_that_the_database_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = world.app.test_client()
    assert (client.get("/readyz").status_code, client.get("/healthz").data) == (200, b"ok\n")
    monkeypatch.setattr("core.doors.health.REMEMBERED", 0)
    monkeypatch.setattr("core.doors.health._good_until", {})
    monkeypatch.setattr(world.database, "has_tables", lambda: 1 / 0)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.data) == (503, b"not ready\n"), "and others learn no more"
    assert client.get("/healthz").status_code == 200


def test_scrubbed_keeps_what_a_programmer_needs() -> None:
    assert scrubbed("no such job: people.daily (attempt 3)") == "no such job: people.daily (attempt 3)"
    for canary in CANARIES[:4]:
        assert canary not in scrubbed(f"cannot read {canary}, 2 tries")
    assert "\n" not in scrubbed("one\nforged line")
