"""The API on 100,000 members on SQLite: a list of 50 and one person, against hand-written sqlite3 and json.dumps.

    python -m bench.api_list [--members 100000] [--rounds 100]

Both look up the token and the grants and answer the same fields, through Flask's test client in this process; CPU time is
taken in turns, medians are printed. By hand there is no fence, no scope, no check of the query: it is the floor.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
from pathlib import Path

from flask import Flask, Response, request
from sqlalchemy import select

from bench.ledger_list import GRANTS, PERMISSIONS, measure, prepare
from core.access.models import AccessToken
from core.base.session import session
from core.people.api_told import PersonOut
from core.people.models import Person
from core.testing.world import Program, World

FIELDS = ("name", "gender", "birth_date", "joined_on", "member_kind", "phone")
ROWS = """select p.id, p.name, p.gender, substr(p.birth_date, 1, 7), substr(p.joined_on, 1, 7), p.member_kind, p.phone_mask
 from people_person p where p.tenant_id = ?1 and p.is_formal = 1 order by p.org_path, p.name_full, p.id limit 50 offset ?2"""
COUNT = "select count(*) from people_person p where p.tenant_id = ? and p.is_formal = 1"
TOKEN = """select t.user_id from access_token t join accounts_user u on u.tenant_id = t.tenant_id and u.id = t.user_id
 where t.tenant_id = ? and t.mac = ? and t.revoked_at is null and u.state = 'active'"""


def by_hand(path: Path, tenant: int, mac: str) -> Flask:
    """The two answers as one would write them with nothing but sqlite3 and json."""
    app = Flask("by_hand")
    connection = sqlite3.connect(path, check_same_thread=False)
    columns = {column.name for column in Person.__table__.columns}
    wanted = {name: field.attribute or name for name, field in PersonOut().fields.items() if (field.attribute or name) in columns}
    one = f"select {', '.join(wanted.values())} from people_person where tenant_id = ? and id = ?"

    def admit() -> None:
        assert request.headers["Authorization"]
        user = connection.execute(TOKEN, (tenant, mac)).fetchone()
        grants = connection.execute(GRANTS, (tenant, user[0])).fetchall()
        assert any("people.person.read" in permissions for permissions, _path in grants)

    def answer(data: object) -> Response:
        return Response(json.dumps(data, ensure_ascii=False, separators=(",", ":")), mimetype="application/json")

    @app.get("/list")
    def listed() -> Response:
        admit()
        rows = connection.execute(ROWS, (tenant, (int(request.args["page"]) - 1) * 50)).fetchall()
        total = connection.execute(COUNT, (tenant,)).fetchone()[0]
        return answer({"items": [dict(zip(("id", *FIELDS), row, strict=True)) for row in rows], "total": total, "next": None})

    @app.get("/person/<int:number>")
    def person(number: int) -> Response:
        admit()
        row = connection.execute(one, (tenant, number)).fetchone()
        return answer(dict(zip(wanted, row, strict=True)))

    return app


def floor_of(world: World, folder: Path) -> tuple[Program, Flask, list[int]]:
    """A program, the floor that admits it, and a few persons to ask for."""
    program = world.program("east", *PERMISSIONS)
    with world.inside("east"):
        mac = session().scalars(select(AccessToken.mac).order_by(AccessToken.id.desc())).first()
        numbers = list(session().scalars(select(Person.id).order_by(Person.id).limit(40)))
    return program, by_hand(folder / "juheli.db", world.tenants["east"].id, mac or ""), numbers


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--members", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=100)
    chosen = arguments.parse_args()
    world, folder = prepare(chosen.members)
    program, app, numbers = floor_of(world, folder)
    floor = Program(app.test_client(), "", program.secret)
    roster = f"/ledgers/people.roster?limit=50&fields={','.join(FIELDS)}"
    following = program.get(f"{roster}&cursor=").json["next"]
    bearer = {"Authorization": f"Bearer {program.secret}"}
    found = measure({
        "list, by hand": lambda n: floor.client.get(f"/list?page={n % 10 + 1}", headers=bearer).get_data(),
        "list, page": lambda n: program.get(f"{roster}&page={n % 10 + 1}").get_data(),
        "list, cursor": lambda _n: program.get(f"{roster}&cursor={following}").get_data(),
        "one, by hand": lambda n: floor.client.get(f"/person/{numbers[n]}", headers=bearer).get_data(),
        "one": lambda n: program.get(f"/people/persons/{numbers[n]}").get_data(),
    }, chosen.rounds)
    world.database.dispose()
    shutil.rmtree(folder)
    print(f"{chosen.members:,} members, medians of {chosen.rounds}")
    for name, (cpu, wall) in found.items():
        base = found[f"{name.split(',')[0]}, by hand"][0]
        print(f"{name:16} {cpu:8.2f} ms CPU {wall:8.2f} ms wall   {base / cpu:6.0%} of the floor")


if __name__ == "__main__":
    main()
