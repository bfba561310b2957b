"""What a user would pick instead: a list page of 50 rows out of 10,000, signed in, each peer on PostgreSQL with its own means.

The pages are not the same: each is the ordinary list of that program. Peers stand in environments of their own with pinned
versions (bench/environments.py); one that cannot be installed is named. CPU of the process and of its database connection.
"""

from __future__ import annotations

from contextlib import ExitStack

from bench.environments import PINS, NotInstalled, Peer, install
from bench.frame import Bench, Run, Within
from bench.frame.ground import ground
from bench.places import empty_database, server_cpu
from bench.planting import changed, plant, writing

PEERS = ("django_tenants", "django_admin", "appbuilder", "pretix")
OURS = "Juheli, the roster"
AIMS = {"django_tenants": 2, "appbuilder": 10, "pretix": 30}       # times as much as ours


def _title(name: str) -> str:
    return PINS[name][0].replace("==", " ") + (", its admin" if name == "django_admin" else "")


def _aim(name: str) -> str:
    return f"A list: what {_title(name)} takes, of ours"


def measure(run: Run) -> None:
    for name in (each for each in AIMS if each in run.size["peers"]):
        run.aim(_aim(name), least=AIMS[name])
    with ground(run.size["engine"]) as here, ExitStack() as stack:
        plugins = tuple(here.world.plugins.by_name.keys() - here.world.plugins.core)
        here.world.open_tenant("east", plugins=plugins)
        with writing(here, "east") as write:
            plant(write, run.size["rows"], 1, 2026)
        here.analyze()
        browser = here.world.browser("east")

        def page(_round: int) -> object:
            return browser.get("/ledgers/people.roster/?page=3&size=50").get_data()

        calls = {OURS: page, "Juheli, just after a change": Within(lambda: changed(here.world, "east"), page)}
        peers = []
        for name in run.size["peers"]:
            try:
                peer = Peer(name, here.folder, stack.enter_context(empty_database(here, name)), str(run.size["rows"]))
            except (NotInstalled, RuntimeError) as error:
                run.unmeasured(f"{_title(name)}: {str(error).strip()[-300:]}")
                continue
            stack.callback(peer.stop)
            peers.append(peer)
            calls[_title(name)] = peer.call("page")
        for call in calls.values():
            (call.call if isinstance(call, Within) else call)(0)
        database = server_cpu(here)
        found = run.turns("A list of 50 rows, signed in", calls, rounds=run.size["rounds"], baseline=OURS,
                          elsewhere=lambda: database() + sum(peer.cpu() for peer in peers))
        for name in AIMS:
            if (title := _title(name)) in calls:
                run.aim(_aim(name), found.line(title).ratio.inverted)


BENCH = Bench("against", "Against what a user would pick instead", measure,
              tiny={"engine": "sqlite", "rows": 200, "rounds": 2, "peers": ()},
              usual={"engine": "postgres", "rows": 10_000, "rounds": 20, "peers": PEERS, "turn": 15, "budget": 60},
              prepare=lambda: install(*PEERS))
