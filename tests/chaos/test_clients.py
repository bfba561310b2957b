"""Clients that are many, slow, impatient or malicious, at the stack as it is deployed."""

from __future__ import annotations

import re
import secrets
import socket
import threading
from collections import Counter
from html import unescape
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from core.base.session import session
from core.people.models import OrgUnit

from .client import Ledger
from .conftest import clerks, rounds
from .stack import Stack

pytestmark = pytest.mark.xdist_group("chaos")
FIELD = re.compile(r'<input[^>]*\bname="(?P<name>[a-z_]+)"[^>]*>')
VALUE = re.compile(r'\bvalue="([^"]*)"')
CHOSEN = re.compile(r'<select[^>]*\bname="([a-z_]+)".*?</select>', re.DOTALL)
OPTION = re.compile(r'<option value="([^"]*)"[^>]*\bselected')
MALFORMED = (b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
             b"Content-Length: 100\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nname=a")


def at_once(calls: list) -> list:
    found: list = [None] * len(calls)

    def run(n: int) -> None:
        found[n] = calls[n]()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_one_form_posted_many_times_at_once_counts_once(stack: Stack) -> None:
    ledger = Ledger()
    forms, at_a_time = rounds(2, 100), 50
    for _ in range(forms):
        name, key = secrets.token_hex(6), secrets.token_urlsafe(18)
        clerk = clerks(stack, ledger)[0]
        clerk.found_unit(secrets.token_hex(6))
        assert all(at_once([lambda c=clerk, n=name, k=key: c.found_unit(n, k)] * at_a_time))
        with stack.world.inside(clerk.tenant):
            assert session().scalar(select(func.count()).select_from(OrgUnit).where(OrgUnit.short_name == name)) == 1
    print(f"\nCHAOS double submit: {forms} forms posted {at_a_time} times at once, each stored once; "
          f"answers {dict(ledger.outcomes)}")


def fields_of(page: str) -> dict[str, str]:
    """What a browser would post back from the page's main form."""
    form = page[page.index('name="version"') - 4000:]
    found = {m["name"]: unescape(v[1]) if (v := VALUE.search(m[0])) else "" for m in FIELD.finditer(form)}
    for m in CHOSEN.finditer(form):
        if chosen := OPTION.search(m[0]):
            found[m[1]] = unescape(chosen[1])
    return found


def test_two_who_edit_the_same_record_do_not_overwrite_each_other(stack: Stack) -> None:
    ledger = Ledger()
    people = [c for c in clerks(stack, ledger) if c.tenant == "east"]
    name = secrets.token_hex(6)
    people[0].found_unit(name)
    with stack.world.inside("east"):
        number = session().scalar(select(OrgUnit.id).where(OrgUnit.short_name == name))
    path, outcomes = f"/people/o/{number}/edit", Counter()
    for turn in range(rounds(3, 50)):
        posts = []
        for n, clerk in enumerate(people):
            page = clerk.send("GET", path)[1]
            clerk.token = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]
            fields = fields_of(page) | {"note": f"{turn} {n}", "once_key": secrets.token_urlsafe(18)}
            posts.append(lambda c=clerk, f=fields: c.send("POST", path, urlencode(f), headers={"X-CSRFToken": c.token}))
        answers = [answer[0] for answer in at_once(posts)]
        outcomes.update(answers)
        assert answers.count(303) == 1 and set(answers) <= {303, 409, 422}, answers
        with stack.world.inside("east"):
            assert session().scalar(select(OrgUnit.note).where(OrgUnit.id == number)) == f"{turn} {answers.index(303)}"
    print(f"\nCHAOS concurrent edit: {dict(outcomes)}")


@pytest.mark.parametrize("body", MALFORMED, ids=["bad chunk", "cut chunk", "cut body"])
def test_broken_requests_are_refused_and_leave_nothing(stack: Stack, body: bytes) -> None:
    """Never a 500, and the thread comes back."""
    with socket.create_connection(("127.0.0.1", stack.port), timeout=10) as line:
        cookie = f"Cookie: juheli={stack.sessions['east'][0]}\r\n".encode()
        line.sendall(b"POST /t/east/people/o/new HTTP/1.1\r\nHost: localhost\r\n" + cookie + body)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while part := line.recv(65536):
            answer += part
    assert not answer or answer.split(b" ", 2)[1] == b"400", answer[:200]
    assert clerks(stack, Ledger())[0].send("GET", "/people/o/new")[0] == 200
