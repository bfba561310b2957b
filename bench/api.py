"""The API on many members: a list of 50, the walk with a cursor, one person, against the same written by hand.

Both look up the token and the grants and answer the same fields, through Flask's test client in this process. By hand there is no
fence and no check of the query (bench/by_hand).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from sqlalchemy import select

from bench.by_hand.alchemy import Alchemy
from bench.by_hand.driver import Driver
from bench.by_hand.site import Site
from bench.frame import Bench, Ground, Run, ground
from bench.members import PERMISSIONS, county
from core.access.models import AccessToken
from core.base.session import session
from core.people.api_told import PersonOut
from core.people.models import Person
from core.testing.world import Program

FIELDS = ("name", "gender", "birth_date", "joined_on", "member_kind", "phone")
ROSTER = f"/ledgers/people.roster?limit=50&fields={','.join(FIELDS)}"
OF_BY_HAND = 0.5            # aim: the list does at least so much of what one written by hand does
OURS = ("ours, by pages", "ours, with a cursor")
AIM = "API, list of 50: {}, of the list by hand (a)"
Ask = Callable[[str], Any]


def by_hand(here: Ground, program: Program, mac: str, stack: ExitStack) -> dict[str, Ask]:
    """The two hand-written sites, which admit the program's token."""
    columns = {column.name for column in Person.__table__.columns}
    wanted = {name: field.attribute or name for name, field in PersonOut().fields.items() if (field.attribute or name) in columns}
    found: dict[str, Ask] = {}
    for name, store in (("by hand (a)", Driver(here)), ("plain SQLAlchemy (b)", Alchemy(here))):
        stack.callback(store.close)
        site = Site(store, {}, {}, wanted)
        site.mac = lambda _header: mac
        client = site.app.test_client()
        found[name] = lambda path, client=client: _data(
            client.get(f"/east/api/{path}", headers={"Authorization": f"Bearer {program.secret}"}))
    return found


def _data(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.get_data()
    return bytes(answer.get_data())


def agree(program: Program, others: dict[str, Ask]) -> None:
    """Raises AssertionError unless all answer the same persons in the same order."""
    ours = [row["id"] for row in json.loads(_data(program.get(f"{ROSTER}&page=2")))["items"]]
    for name, ask in others.items():
        assert [row["id"] for row in json.loads(ask("list?page=2"))["items"]] == ours, name


def measure(run: Run) -> None:
    for name in OURS:
        run.aim(AIM.format(name), least=OF_BY_HAND)
    with ground(run.size["engine"], **county(run.size["members"], run.size["items"])) as here, ExitStack() as stack:
        program = here.world.program("east", *PERMISSIONS)
        here.analyze()
        with here.world.inside("east"):
            mac = session().scalars(select(AccessToken.mac).order_by(AccessToken.id.desc())).first() or ""
            numbers = list(session().scalars(select(Person.id).order_by(Person.id).limit(40)))
        others = by_hand(here, program, mac, stack)
        agree(program, others)
        following = program.get(f"{ROSTER}&cursor=").json["next"]
        elsewhere, rounds = here.elsewhere(), run.size["rounds"]
        listing = {name: lambda n, ask=ask: ask(f"list?page={1 + n % 10}") for name, ask in others.items()}
        found = run.turns("List of 50", {
            **listing, "by hand, total kept": lambda n: others["by hand (a)"](f"list?page={1 + n % 10}&kept=1"),
            OURS[0]: lambda n: _data(program.get(f"{ROSTER}&page={1 + n % 10}")),
            OURS[1]: lambda _n: _data(program.get(f"{ROSTER}&cursor={following}"))},
            rounds=rounds, elsewhere=elsewhere)
        for name in OURS:
            run.aim(AIM.format(name), found.line(name).ratio)
        run.turns("One person", {
            **{name: lambda n, ask=ask: ask(f"person/{numbers[n % 40]}") for name, ask in others.items()},
            "ours": lambda n: _data(program.get(f"/people/persons/{numbers[n % 40]}"))}, rounds=rounds, elsewhere=elsewhere)
        run.note(f"{run.size['members']:,} members; {here.engine}; test client, one process, every safety and all plugins on.")


BENCH = Bench("api", "API", measure, tiny={"engine": "sqlite", "members": 600, "items": 60, "rounds": 1},
              usual={"engine": "postgres", "members": 100_000, "items": 1000, "rounds": 40, "turn": 10, "budget": 50})
