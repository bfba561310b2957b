"""The shipped configuration, running: nginx in front of two gunicorns on PostgreSQL and Redis, through HTTP and TLS."""

from __future__ import annotations

import http.client
import re
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
import redis as redis_client
from sqlalchemy import select

from core.accounts.models import User
from core.base import clock
from core.base.passwords import hash_password
from core.base.session import begin_write, session
from core.files import storage
from core.files.models import StoredFile
from tests.servers import free_port

from .client import Clerk, Ledger, Load, tls_line
from .conftest import clerks, rounds
from .servers import Process, nginx, wait_ready
from .stack import METRICS_TOKEN, Stack
from .verdict import judge

pytestmark = pytest.mark.xdist_group("chaos")
PASSWORD = "Juheli-chaos-2026"


HANGING = """
import time
from flask import request
from core.wsgi import app
view = app.view_functions["search.index"]
def hang(*arguments, **named):
    if "hang" in request.args:
        time.sleep(600)
    return view(*arguments, **named)
hang.needs, hang.audience = view.needs, view.audience
app.view_functions["search.index"] = hang
"""


@dataclass
class Site:
    """The TLS port of nginx, and the two servers behind it by port. The second one has a page that hangs when told to."""

    stack: Stack
    second: int
    port: int = 0
    servers: dict[int, Process] = field(default_factory=dict)

    def start_second(self) -> None:
        path = f"{self.stack.environment['PYTHONPATH']}:{self.stack.folder}"
        self.servers[self.second] = self.stack.web(self.second, "hanging_app:app", JUHELI_HANG="4", JUHELI_WORKERS="1",
                                                   PYTHONPATH=path)


@pytest.fixture(scope="module")
def site(stack: Stack) -> Iterator[Site]:
    (Path(stack.folder) / "hanging_app.py").write_text(HANGING)
    made = Site(stack, free_port(), servers={stack.port: stack.processes[0]})
    made.start_second()
    process, made.port = nginx(stack.folder, (stack.port, made.second), {})
    yield made
    process.stop(signal.SIGQUIT)
    made.servers[made.second].stop()


def test_a_person_signs_in_and_works_through_the_whole_stack(site: Site) -> None:
    """Password form → session → page → record → next page from the session in Redis; figures and logs tell it."""
    world = site.stack.world
    world.add_user("east", "newcomer", "people.org.read", "people.org.manage")
    with world.inside("east"):
        begin_write()
        user = session().scalars(select(User).where(User.login_name == "newcomer")).one()
        user.password_hash, user.password_set_at = hash_password(PASSWORD), clock.now()
        session().commit()
    page = raw_get(site, "/t/east/accounts/sign-in")
    cookie = re.search(rb"(?i)set-cookie: (juheli_pre=[^;]+)", page)[1].decode()
    token = re.search(rb'name="csrf-token" content="([^"]+)"', page)[1].decode()
    answer = raw_post(site, "/t/east/accounts/sign-in", {"login": "newcomer", "password": PASSWORD, "csrf_token": token}, cookie)
    assert b" 303 " in answer.split(b"\r\n", 1)[0], answer[:400]
    person = Clerk(Ledger(), site.port, "east", "", site.stack.roots["east"], tls=True)
    person.headers["Cookie"] = re.search(rb"(?i)set-cookie: (__Secure-juheli=[^;]+)", answer)[1].decode()
    assert b"Strict-Transport-Security" in answer or b"strict-transport-security" in answer
    assert person.found_unit("stackproof"), person.ledger.outcomes
    assert redis_client.Redis.from_url(site.stack.environment["JUHELI_REDIS_URL"]).keys("*:session:*")
    text = "".join(server.said() for server in site.servers.values())
    answer = raw_get(site, f"/t/east/people/?q={PASSWORD}")
    assert status(answer) in (302, 303) and b"/t/east/people/" in (accesses := (site.stack.folder / "access.log").read_bytes())
    assert PASSWORD.encode() not in accesses, "nginx writes down what somebody searched for"
    assert '"event": "request"' in text and '"endpoint": "people.new_org"' in text and PASSWORD not in text


def raw_post(site: Site, path: str, fields: dict[str, str], cookie: str) -> bytes:
    body = urlencode(fields).encode()
    with tls_line(site.port) as line:
        line.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {cookie}\r\n"
                     f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        return b"".join(iter(lambda: line.recv(65536), b""))


def raw_get(site: Site, path: str, headers: str = "") -> bytes:
    with tls_line(site.port) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n".encode())
        return b"".join(iter(lambda: line.recv(65536), b""))


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_figures_and_readiness_are_not_for_the_outside(site: Site) -> None:
    told = f"Authorization: Bearer {METRICS_TOKEN}\r\n"
    assert [status(raw_get(site, path, told)) for path in ("/metrics", "/readyz", "/healthz")] == [404, 404, 200]
    port = next(iter(site.servers))
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read().decode()
    assert 'juheli_up{part="database"} 1.0' in text and "juheli_queue_jobs" in text and "juheli_requests_total{" in text


def test_files_are_sent_by_nginx_on_the_apps_word(site: Site) -> None:
    storage.use_root(site.stack.folder / "files")
    with site.stack.world.inside("east"):
        stored = storage.store(lambda path: path.write_bytes(b"x" * 50_000) and None)
        begin_write()
        owner = session().scalars(select(User.id).where(User.login_name == "staff1")).one()
        file = StoredFile(kind="test", key=stored.key, name="名册.xlsx", media="application/octet-stream", size=stored.size,
                          sha256=stored.sha256, owner_id=owner, owner_name="x", permission="")
        session().add(file)
        session().commit()
        number = file.id
    storage.use_root(None)
    cookie = f"Cookie: __Secure-juheli={site.stack.sessions['east'][1]}\r\n"
    mine = raw_get(site, f"/t/east/files/{number}", cookie)
    assert status(mine) == 200 and mine.endswith(b"x" * 50_000) and b"attachment" in mine and b"accel" not in mine.lower()
    other = f"Cookie: __Secure-juheli={site.stack.sessions['east'][2]}\r\n"
    assert status(raw_get(site, f"/t/east/files/{number}", other)) == 404
    assert status(raw_get(site, f"/_stored/{stored.key}", cookie)) == 404


def test_slow_clients_do_not_hold_up_others(site: Site) -> None:
    lines = [tls_line(site.port) for _ in range(rounds(40, 190))]
    for n, line in enumerate(lines):
        line.sendall(b"GET /t/east/ HTTP/1.1\r\nHost: x\r\nX-A: " if n % 2 else
                     b"POST /t/east/people/o/new HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nname=")
    clerk, times = clerks(site.stack, Ledger(), site.port, tls=True)[0], []
    for _ in range(10):
        for line in lines:
            line.sendall(b"a")
        began = time.monotonic()
        assert clerk.send("GET", "/people/o/new")[0] == 200
        times.append(time.monotonic() - began)
    for line in lines:
        line.close()
    print(f"\nCHAOS {len(lines)} slow clients at nginx: a page in {sorted(times)[5]:.2f} s, slowest {max(times):.2f} s")


def test_a_restart_behind_nginx_fails_no_request(site: Site) -> None:
    """A server is stopped and started under load; nginx sends people to the other one meanwhile."""
    ledger = Ledger()
    with Load(ledger, clerks(site.stack, ledger, site.port, tls=True)[::4], pause=0.3):
        restarts = rounds(1, 20)
        for _ in range(restarts):
            assert site.servers[site.second].stop(signal.SIGTERM) == 0
            site.start_second()
    judge(site.stack, ledger, "restart of one of two servers behind nginx", restarts)
    assert set(ledger.outcomes) <= {"303", "303 again"} and ledger.given_up == []


def test_a_hanging_page_ends_its_process_and_service_goes_on(site: Site) -> None:
    """The watchdog says where it hangs and ends the process; the server starts another; other people get their pages."""
    server, told = site.servers[site.second], []
    clerk, other = clerks(site.stack, Ledger(), site.second)[:2]

    def ask() -> None:
        try:
            told.append(clerk.send("GET", "/search/?hang=1", timeout=60))
        except (OSError, http.client.HTTPException) as error:
            told.append(error)

    before, thread, began = server.children(), threading.Thread(target=ask), time.monotonic()
    thread.start()
    assert other.send("GET", "/people/o/new", timeout=20)[0] == 200
    thread.join(60)
    freed = time.monotonic() - began
    wait_ready(server, site.second)
    print(f"\nCHAOS hung page: process ended after {freed:.1f} s, service again after {time.monotonic() - began:.1f} s")
    assert not isinstance(told[0], tuple) and not thread.is_alive() and server.children() != before
    assert "a handler hangs" in server.said() and "in hang" in server.said()
