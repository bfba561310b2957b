"""Pages on many members: lists of 50 rows, a person, the inbox, the dashboard, against the same pages written by hand.

(a) "by hand": Flask, SQL straight to the driver, Jinja. (b) "plain SQLAlchemy": entities and relationships. Both look up tenant,
session and grants, read the same rows and columns and write the markup of our own page (bench/by_hand). Ours has every safety on
and runs through the same test client. "Ours" remembers what the stamps say is unchanged; "ours, after a change" is the page after
somebody saved a member: all that is made of people is read anew. By hand the total is counted on each page; "total kept" counts
it once.
The lists' cells are compared before anything is timed: all pages show the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bench.by_hand.alchemy import Alchemy
from bench.by_hand.driver import Driver
from bench.by_hand.markup import cells_of, template_of
from bench.by_hand.site import Site
from bench.frame import Bench, Ground, Run, Within, ground
from bench.members import county, token_of
from bench.planting import stamps
from core.base.i18n import use_locale
from core.base.session import session
from core.people.models import Person
from core.people.words import GENDERS, MEMBER_KINDS
from core.settings.dictionaries import labels
from core.testing.world import Browser

ROSTER = "/ledgers/people.roster/?size=50"
LISTS = {"List, whole tenant": ("clerk", "&page={}", "page={}"),
         "List, one street": ("street", "&page={}", "page={}"),
         "List, two filters": ("clerk", "&gender=female&member_kind=probationary&page={}",
                               "gender=female&member_kind=probationary&page={}"),
         "List, a search": ("clerk", "&q=zw&page={}", "q=zw&page={}")}
OF_BY_HAND = 0.6            # aim: the list page does at least so much of what one written by hand does
OURS = ("ours", "ours, after a change")
AIM = "{}: {}, of the page by hand (a)"
PLACES = {"100,000": "total", ">clerk<": "'>'|safe + who.name + '<'|safe"}


@dataclass
class Stage:
    """Everything the contestants need over one installation."""

    ground: Ground
    browsers: dict[str, Browser] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    _stamp: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @contextmanager
    def changed(self) -> Iterator[None]:
        """As if somebody had saved a member in between."""
        stamp = next(self._stamp)
        told = ", ".join(f"{name} = {stamp}" for name in stamps("people_person", "audit_entry"))
        self.ground.superuser(f"UPDATE access_revision SET {told}")
        yield

    def open(self, stack: ExitStack) -> None:
        world = self.ground.world
        self.browsers = {login: world.browser("east", login) for login in ("clerk", "street", "officer")}
        with world.inside("east"), use_locale("zh"):
            self.numbers = list(session().scalars(select(Person.id).order_by(Person.id).limit(40)))
            known: dict[str, Any] = {**GENDERS, **MEMBER_KINDS, **labels("people.education")}
            words = {code: str(label) for code, label in known.items()}
        sources = self._sources(words)
        for name, store in (("by hand", Driver(self.ground)), ("plain SQLAlchemy", Alchemy(self.ground))):
            stack.callback(store.close)
            self.sites[name] = Site(store, sources, words, {})

    def _sources(self, words: Mapping[str, str]) -> dict[str, str]:
        """Templates by hand, from what our own pages look like."""
        with self.ground.world.inside("east"):
            person = session().get(Person, (self.ground.world.tenants["east"].id, self.numbers[0]))
            assert person is not None
        of_person = {f">{person.name}<": "'>'|safe + p.name + '<'|safe", person.phone_mask: "p.phone_mask",
                     str(person.birth_date): "birth_date", f"<dd>{words[person.member_kind]}": "'<dd>'|safe + kind"}
        return {
            "list": template_of(self.ours("clerk", ROSTER), PLACES),
            "person": template_of(self.ours("clerk", f"/people/p/{self.numbers[0]}/"), of_person),
            "inbox": template_of(self.ours("officer", "/work/inbox?size=50"), {}) + "{{ choices|length }}{{ badges }}",
            "dashboard": template_of(self.ours("officer", "/"), {}) + "{{ [figures, places, units, posted, items, badges] }}"}

    def ours(self, login: str, path: str) -> str:
        answer = self.browsers[login].get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.get_data(as_text=True))

    def by_hand(self, site: str, login: str) -> Callable[[str], str]:
        client, token = self.sites[site].app.test_client(), token_of(self.browsers[login])
        client.set_cookie("juheli", token)

        def ask(path: str) -> str:
            answer = client.get(f"/east/{path}")
            assert answer.status_code == 200, (path, answer.status_code)
            return answer.get_data(as_text=True)
        return ask

    def contestants(self, login: str, ours: str, by_hand: str, over: list[Any]) -> dict[str, Callable[[int], object] | Within]:
        """Both hand-written pages and ours; `over`: what stands for {} in the two addresses, in turn."""
        def page(number: int) -> object:
            return self.ours(login, ours.format(over[number % len(over)]))

        def asking(ask: Callable[[str], str], more: str = "") -> Callable[[int], object]:
            return lambda number: ask(by_hand.format(over[number % len(over)]) + more)
        found: dict[str, Callable[[int], object] | Within] = {
            f"{name} ({letter})": asking(self.by_hand(name, login)) for letter, name in zip("ab", self.sites, strict=True)}
        if "page=" in by_hand:
            found["by hand, total kept"] = asking(self.by_hand("by hand", login), "&kept=1")
        return found | {"ours": page, "ours, after a change": Within(self.changed, page)}


def agree(stage: Stage) -> None:
    """Raises AssertionError unless every list shows the same cells, whoever wrote the page."""
    for title, (login, ours, by_hand) in LISTS.items():
        shown = cells_of(stage.ours(login, ROSTER + ours.format(1)))
        assert shown, title
        for name in stage.sites:
            assert cells_of(stage.by_hand(name, login)(f"list?{by_hand.format(1)}")) == shown, (title, name)


def measure(run: Run) -> None:
    for title, name in itertools.product(LISTS, OURS):
        run.aim(AIM.format(title, name), least=OF_BY_HAND)
    with ground(run.size["engine"], **county(run.size["members"], run.size["items"])) as here, ExitStack() as stack:
        stage = Stage(here)
        stage.open(stack)
        agree(stage)
        rounds, pages = run.size["rounds"], list(range(1, run.size["pages"] + 1))
        elsewhere = here.elsewhere()
        for title, (login, ours, by_hand) in LISTS.items():
            over = pages if "filters" not in title else pages[:1]
            found = run.turns(title, stage.contestants(login, ROSTER + ours, f"list?{by_hand}", over), rounds=rounds,
                              elsewhere=elsewhere)
            for name in OURS:
                run.aim(AIM.format(title, name), found.line(name).ratio)
        for title, login, ours, by_hand in (("Person", "clerk", "/people/p/{}/", "person/{}"),
                                            ("Inbox, 50 items", "officer", "/work/inbox?size=50", "inbox"),
                                            ("Dashboard", "officer", "/", "")):
            over = stage.numbers if "{" in ours else [0]
            run.turns(title, stage.contestants(login, ours, by_hand, over), rounds=rounds, elsewhere=elsewhere)
        _tell(run, stage)


def _tell(run: Run, stage: Stage) -> None:
    run.note(f"{run.size['members']:,} members, {run.size['items']:,} items in the inbox; {stage.ground.engine}; test client, "
             "one process, every safety and all plugins on.")
    for login, path in (("clerk", f"{ROSTER}&page=2"), ("clerk", f"/people/p/{stage.numbers[1]}/"),
                        ("officer", "/work/inbox?size=50"), ("officer", "/")):
        stage.ours(login, path)
        with stage.ground.world.counting() as warm:
            size = len(stage.ours(login, path).encode())
        with stage.changed(), stage.ground.world.counting() as cold:
            stage.ours(login, path)
        run.figure(f"statements of {path.partition('?')[0]}", len(warm), "", f"{len(cold)} after a change; {size:,} bytes")


BENCH = Bench("pages", "Pages", measure, tiny={"engine": "sqlite", "members": 600, "items": 60, "pages": 2, "rounds": 1},
              usual={"engine": "postgres", "members": 100_000, "items": 1000, "pages": 20, "rounds": 40, "turn": 8, "budget": 60})
