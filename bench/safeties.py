"""What each safety costs: the list page and a saved change, with one safety after the other switched off inside this bench only.

Nothing in the product can do this: the fence's layers are left out of a database object made here, row level security is bypassed
by a role that may (PostgreSQL's superuser), everything else is patched for the length of one call. Ratios are to the page with
every safety on: above 100 % is what leaving it out would gain.

While session, grants, menu and totals are remembered (the first group) a page does not look them up, and cannot say what looking
them up costs; where nothing is remembered (the second) it can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from sqlalchemy import select

from bench.frame import Bench, Ground, Run, Within, ground
from bench.members import populate, token_of
from core import service
from core.access import revision
from core.access.contexts import user_context
from core.access.known import known
from core.accounts.models import User
from core.app import create_app
from core.base import memo
from core.base.engine import Database, Layers
from core.base.scope import tenant_scope
from core.base.session import session
from core.doors import pipeline
from core.people.models import Person
from core.people.services.persons import update_person
from core.plugin import Hooks
from core.service import Context
from core.testing.world import World

LIST = "/ledgers/people.roster/?size=50&page={}"
# The filter stays in all of them: its condition is what every index begins with. Left out as well (measured once), the page took
# twice as long, for the database then had to find the tenant's rows by row level security alone.
LAYERS = {"without the compile and execution guards": (Layers.ALL & ~Layers.GUARD, False),
          "without row level security": (Layers.ALL, True),
          "with nothing but the tenant's condition": (Layers.FILTER, True)}
Call = Callable[[int], object]


def _nothing(*_args: Any, **_named: Any) -> None:
    return None


class Cut:
    """The installation with less: apps of their own over the same database."""

    def __init__(self, here: Ground, stack: ExitStack):
        self.here, self.stack = here, stack
        self.token = token_of(here.world.browser("east", "clerk"))
        self.worlds = {"every safety": here.world}
        for name, (layers, bypass) in LAYERS.items():
            if here.server or not bypass:
                self.worlds[name] = self._world(here.bypass_url if bypass else here.url, layers)

    def _world(self, url: str, layers: Layers) -> World:
        whole = self.here.world
        database = Database(url, layers=layers)
        self.stack.callback(database.dispose)
        app = create_app(whole.app.extensions["juheli.config"], plugins=whole.plugins, database=database)
        return World(app, database, whole.plugins, whole.tenants)

    def page(self, world: World) -> Call:
        client = world.app.test_client()
        client.set_cookie("juheli", self.token, path="/t/east")

        def ask(number: int) -> None:
            answer = client.get("/t/east" + LIST.format(1 + number % 20))
            assert answer.status_code == 200, answer.status_code
        return ask

    def pages(self, cut: Callable[[], Any] = _nothing) -> dict[str, Call | Within]:
        """The page in each world, and with each patch in the whole one. `cut` is in force for all of them."""
        with self.here.world.inside("east") as ctx:
            signed_in = known(self.token, ctx.tenant.stamps.access)
        whole = self.page(self.here.world)
        patches: dict[str, Callable[[], Any]] = {
            "without looking up session and grants": lambda: patch.object(pipeline, "known", lambda *_: signed_in),
            "without permissions and scope": lambda: patch.object(Context, "subtrees", lambda *_: ("",)),
            "without hooks": lambda: patch.object(Hooks, "collect", lambda *_, **__: []),
            "without log line and headers": lambda: patch.object(self.here.world.app, "after_request_funcs", {})}
        found: dict[str, Call | Within] = {
            name: self._within(self.page(world), cut) for name, world in self.worlds.items()}
        return found | {name: self._within(whole, cut, each) for name, each in patches.items()}

    @staticmethod
    def _within(call: Call, *contexts: Callable[[], Any]) -> Within:
        @contextmanager
        def both() -> Iterator[None]:
            with ExitStack() as stack:
                for each in contexts:
                    if (made := each()) is not None:
                        stack.enter_context(made)
                yield
        return Within(both, call)

    def writes(self) -> dict[str, Call | Within]:
        """A note saved by a service, with and without what goes with it."""
        found: dict[str, Call | Within] = {name: self._write(world) for name, world in self.worlds.items()}
        whole = self._write(self.here.world)
        return found | {
            "without audit": Within(lambda: patch.object(service, "write_facts", _nothing), whole),
            "without stamps of what changed": Within(lambda: patch.object(revision, "_set", _nothing), whole),
            "without permissions and scope": Within(lambda: patch.object(Context, "subtrees", lambda *_: ("",)), whole)}

    def _write(self, world: World) -> Call:
        tenant = self.here.world.tenants["east"]
        with self.here.world.inside("east") as ctx:
            enabled = ctx.enabled
            user = session().scalars(select(User.id).where(User.login_name == "clerk")).one()
            person = session().scalars(select(Person.id).limit(1)).one()

        def save(number: int) -> None:
            with world.database.use(), tenant_scope(tenant.id):
                who = user_context(tenant, enabled, user)
                assert who is not None
                update_person(replace(who), person, note=f"{id(world)} {number} {id(save)}"[:100])
        return save


def forgetful() -> Any:
    """Nothing is remembered: session, grants, menu, totals, rules and lists are read on each page.

    `recall` and `keep` were imported by name into several modules; both ask this for the place of an entry.
    """
    return patch.object(memo, "_place", _nothing)


def measure(run: Run) -> None:
    with ground(run.size["engine"]) as here, ExitStack() as stack:
        populate(here, run.size["members"], more=("people.person.update",))
        cut = Cut(here, stack)
        rounds = run.size["rounds"]
        for call in cut.pages().values():
            with call.context() if isinstance(call, Within) else ExitStack():
                (call.call if isinstance(call, Within) else call)(0)
        elsewhere = here.elsewhere()
        run.turns("List page, what may be remembered is", cut.pages(), rounds=rounds, elsewhere=elsewhere)
        run.turns("List page, nothing remembered", cut.pages(forgetful), rounds=rounds, elsewhere=elsewhere)
        run.turns("A note saved", cut.writes(), rounds=rounds, elsewhere=elsewhere)
        run.note(f"{run.size['members']:,} members; {here.engine}; signed in, all plugins on; each line leaves out one thing.")
        run.note("Where session, grants and menu are remembered no line can tell what looking them up, or asking hooks, costs.")


BENCH = Bench("safeties", "What each safety costs", measure, tiny={"engine": "sqlite", "members": 300, "rounds": 1},
              usual={"engine": "postgres", "members": 20_000, "rounds": 40, "turn": 12, "budget": 30})
