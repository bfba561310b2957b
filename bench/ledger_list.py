"""A ledger page of 50 rows out of 100,000 members on SQLite, against a hand-written sqlite3 + Jinja page of the same rows.

    python -m bench.ledger_list [--members 100000] [--rounds 60]

Both answer signed in, with look-ups of session and grants, through Flask's test client in this process; CPU time is
taken in turns, medians are printed. The hand-written page has no fence, no scope, no filters, no menu: it is the floor.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask, request
from jinja2 import Environment
from sqlalchemy import insert

from core.base.crypto import token_hash
from core.base.db import begin_write, new_ids, session
from core.base.pinyin import name_keys
from core.people.models import OrgUnit, Person
from core.plugin import installed
from core.testing.world import World, build_world

STREETS, COMMUNITIES, BRANCHES = 22, 183, 2000
PERMISSIONS = ("people.person.read", "people.org.read", "people.person.export")
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<nav>{{ who }}</nav><form><input name="q"><button>go</button></form>
<table><thead><tr>{% for h in heads %}<th>{{ h }}</th>{% endfor %}</tr></thead><tbody>
{% for r in rows %}<tr>{% for cell in r[1:] %}<td>{% if loop.first %}<a href="/person/{{ r[0] }}">{{ cell or '' }}</a>
{%- else %}{{ cell or '' }}{% endif %}</td>{% endfor %}</tr>
{% endfor %}</tbody></table><p>{{ total }}</p></body></html>"""
ROWS = """select p.id, p.name, p.gender, p.birth_date, p.education, p.joined_on, p.confirmed_on, p.member_kind, o.short_name,
 p.phone_mask, p.note from (select id from people_person where tenant_id = ?1 and is_formal = 1
 order by org_path, name_full, id limit 50 offset ?2) k
 cross join people_person p on p.tenant_id = ?1 and p.id = k.id
 cross join people_org_unit o on o.tenant_id = ?1 and o.id = p.org_id order by p.org_path, p.name_full, p.id"""
COUNT = "select count(*) from people_person p where p.tenant_id = ? and p.is_formal = 1"
SESSION = """select u.id, u.name from accounts_session s join accounts_user u on u.tenant_id = s.tenant_id
 and u.id = s.user_id where s.tenant_id = ? and s.token_hash = ? and s.revoked_at is null and u.state = 'active'"""
GRANTS = """select r.permissions, g.org_path from access_grant g join access_role r on r.tenant_id = g.tenant_id
 and r.id = g.role_id where g.tenant_id = ? and g.user_id = ? and g.revoked_at is null"""


def fill(members: int) -> None:
    """A district with its tree and members, in the tenant in scope."""
    begin_write()
    tenant = session().info["scope"].tenant_id
    made = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    common = {"tenant_id": tenant, "version": 1, "created_at": made}
    ids = new_ids(1 + STREETS + COMMUNITIES + BRANCHES)
    units: list[dict[str, object]] = []
    for number, new in enumerate(ids):
        above = None
        if number > STREETS + COMMUNITIES:
            above = units[1 + STREETS + number % COMMUNITIES]
        elif number > STREETS:
            above = units[1 + number % STREETS]
        elif number:
            above = units[0]
        path = f"{above['path'] if above else ''}{number:04d}"
        units.append({**common, "id": new, "name": f"unit {number}", "short_name": f"unit {number}", "kind": "branch",
                      "ordinal": 9000 + number, "path": path, "parent_id": above["id"] if above else None})
    for unit in units:
        session().execute(insert(OrgUnit), unit)
    branches = units[-BRANCHES:]
    names = [a + b for a in "\u5f20\u738b\u674e\u8d75\u66fe" for b in "\u4f1f\u82b3\u5a1c\u654f\u9759\u660e"]
    keys = {name: name_keys(name) for name in names}
    for start in range(0, members, 5000):
        rows = []
        for number, new in enumerate(new_ids(min(5000, members - start)), start):
            name, unit = names[number % len(names)], branches[number % BRANCHES]
            rows.append({**common, "id": new, "name": name, "name_full": keys[name].full, "name_initials": keys[name].initials,
                         "org_id": unit["id"], "org_path": unit["path"], "gender": "", "member_kind": "full",
                         "birth_date": dt.date(1940 + number % 60, 1 + number % 12, 1),
                         "joined_on": dt.date(1970 + number % 50, 7, 1),
                         "phone_mask": f"138****{number % 10000:04d}", "is_formal": True})
        session().execute(insert(Person), rows)
    session().commit()


def by_hand(path: Path, tenant: int) -> Flask:
    """The page as one would write it with nothing but sqlite3 and Jinja."""
    app = Flask("by_hand")
    template = Environment(autoescape=True).from_string(PAGE)
    connection = sqlite3.connect(path, check_same_thread=False)
    heads = ["name", "gender", "birth", "education", "joined", "confirmed", "kind", "branch", "phone", "note"]

    @app.get("/list")
    def show() -> str:
        user = connection.execute(SESSION, (tenant, token_hash(request.cookies["juheli"]))).fetchone()
        grants = connection.execute(GRANTS, (tenant, user[0])).fetchall()
        assert any("people.person.read" in permissions for permissions, _path in grants)
        offset = (int(request.args["page"]) - 1) * 50
        rows = connection.execute(ROWS, (tenant, offset)).fetchall()
        total = connection.execute(COUNT, (tenant,)).fetchone()[0]
        return template.render(title="list", who=user[1], heads=heads, rows=rows, total=total)

    return app


def measure(calls: dict[str, Callable[[int], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """name -> median (CPU ms, wall ms) of calls made in turns."""
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for number in range(rounds + 5):
        for name, call in calls.items():
            cpu, wall = time.process_time(), time.perf_counter()
            call(1 + number % 20)
            if number >= 5:
                spent[name].append((1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)))
    return {name: (statistics.median(c for c, _wall in each), statistics.median(w for _cpu, w in each))
            for name, each in spent.items()}


def prepare(members: int) -> tuple[World, Path]:
    folder = Path(tempfile.mkdtemp(prefix="juheli-bench-"))
    world = build_world(folder, installed())
    world.open_tenant("east", "East", "county")
    with world.inside("east"):
        fill(members)
    world.add_user("east", "clerk", *PERMISSIONS)
    world.add_user("east", "street", *PERMISSIONS, path="00000001")
    with world.database.maintenance("bench: statistics") as connection:
        connection.exec_driver_sql("ANALYZE")
    return world, folder


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--members", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=60)
    chosen = arguments.parse_args()
    world, folder = prepare(chosen.members)
    clerk, street = world.browser("east", "clerk"), world.browser("east", "street")
    cookie = clerk.client.get_cookie("juheli", path="/t/east")
    assert cookie is not None
    floor = by_hand(folder / "juheli.db", world.tenants["east"].id).test_client()
    floor.set_cookie("juheli", cookie.value)
    roster = "/ledgers/people.roster/?size=50&page="
    found = measure({
        "by hand": lambda n: floor.get(f"/list?page={n}").get_data(),
        "ledger, whole tenant": lambda n: clerk.get(f"{roster}{n}").get_data(),
        "ledger, one street": lambda n: street.get(f"{roster}{n}").get_data(),
        "ledger, search": lambda n: clerk.get(f"{roster}1&q=zw").get_data(),
    }, chosen.rounds)
    world.database.dispose()
    shutil.rmtree(folder)
    base = found["by hand"][0]
    print(f"{chosen.members:,} members, 50 rows, medians of {chosen.rounds}")
    for name, (cpu, wall) in found.items():
        print(f"{name:22} {cpu:8.2f} ms CPU {wall:8.2f} ms wall   {base / cpu:6.0%} of the floor")


if __name__ == "__main__":
    main()
