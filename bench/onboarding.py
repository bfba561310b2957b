"""Opening one tenant: here rows in tables that stand, with django-tenants a schema with as many tables. In turns, one server."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack

from bench.environments import NotInstalled, Peer, install
from bench.frame import Bench, Run
from bench.frame.ground import Ground, ground
from bench.places import empty_database, server_cpu
from core.base.db import Base

FASTER = 100                # aim: times as fast as a schema per tenant
AIM = "Opening a tenant: what a schema under django-tenants takes, of ours"
OURS, THEIRS = "Juheli", "django-tenants, a schema of as many tables"


def measure(run: Run) -> None:
    if run.size["peer"]:
        run.aim(AIM, least=FASTER)
    with ground(run.size["engine"]) as here, ExitStack() as stack:
        plugins = tuple(here.world.plugins.by_name.keys() - here.world.plugins.core)
        calls = {OURS: lambda number: here.world.open_tenant(f"a{number}", plugins=plugins),
                 f"{OURS}, no plugin on": lambda number: here.world.open_tenant(f"b{number}", plugins=())}
        peer = _peer(run, here, stack) if run.size["peer"] else None
        here.world.open_tenant("first", plugins=plugins)         # both have their connections now; the peer opened one, too
        if peer:
            calls[THEIRS] = peer.call("tenant t{}")
        found = run.turns("Opening a tenant", calls, rounds=run.size["rounds"], baseline=OURS, elsewhere=_elsewhere(here, peer),
                          note="The ratio is of CPU, both databases counted; wall time is what the operator waits for.")
        if peer:
            run.aim(AIM, found.line(THEIRS).ratio.inverted)


def _peer(run: Run, here: Ground, stack: ExitStack) -> Peer | None:
    os.environ["PEER_TABLES"] = str(tenant_tables() - 12)        # two of its own, ten of Django's
    try:
        peer = Peer("django_tenants", here.folder, stack.enter_context(empty_database(here, "schemas")), "50")
    except NotInstalled as error:
        run.unmeasured(f"django-tenants, because it cannot be installed here: {error}")
        return None
    stack.callback(peer.stop)
    return peer


def tenant_tables() -> int:
    return sum(table.info.get("tenancy") == "tenant" for table in Base.metadata.sorted_tables)


def _elsewhere(here: Ground, peer: Peer | None) -> Callable[[], float]:
    databases = server_cpu(here)
    return lambda: databases() + (peer.cpu() if peer else 0.0)


BENCH = Bench("onboarding", "Onboarding: one more tenant", measure, tiny={"engine": "sqlite", "rounds": 1, "peer": False},
              usual={"engine": "postgres", "rounds": 8, "peer": True, "turn": 20, "budget": 60},
              prepare=lambda: install("django_tenants"))
