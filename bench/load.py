"""A bounded mixed load on the stack as it is deployed: gunicorn (2 workers), PostgreSQL that commits to disk, Redis, a worker.

People of several tenants read and write, with pauses; then the same beside a tenant whose clients never pause and whose requests
are heavy. Rounds of the two kinds take turns. Shown: p50, p95, p99 of reads and writes, errors, and what the others lose.
"""

from __future__ import annotations

import itertools
import random
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from bench.clients import Answers, Ask, drive, part
from bench.frame import Bench, Run
from bench.frame.ground import Ground
from bench.planting import District, plant, writing
from core.base import clock
from core.base.session import session
from core.people.models import OrgUnit
from core.plugin import installed
from core.testing.serving import serving
from core.testing.world import Browser, build_world
from tests import machine
from tests.chaos.stack import Stack, prepare, running
from tests.servers import start_redis

NOISY = "noisy"
PAUSE = 0.25                # seconds a person looks at a page; very short, to have a load
WRITES = 0.15               # of what people do
READ = ("/", "/ledgers/people.roster/", "/work/inbox", "/people/p/{person}/", "/people/o/{branch}/", "/search/?q=wang")
HEAVY = ("/ledgers/people.roster/?q=zhang", "/ledgers/people.roster/?page=20&size=100", "/", "/ledgers/training.hours/?size=100")
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
KINDS = ("alone", "beside a noisy tenant")
BESIDE = 3                  # aim: times that the slow answers of the others take beside a noisy tenant
FAIR, ERRORS = "Load: p95 of the others beside a noisy tenant, of theirs alone", "Load, {}: answers that are errors"
Choose = Callable[[random.Random], Ask]


class Person:
    """Somebody signed in to a tenant who reads, and now and then founds a unit."""

    def __init__(self, slug: str, browser: Browser, district: District, top: int, numbers: Iterator[int]):
        self.slug, self.district, self.top, self.numbers = slug, district, top, numbers
        cookie = browser.client.get_cookie("juheli", path=f"/t/{slug}")
        assert cookie is not None
        self.cookie = cookie.value
        self.token = TOKEN.findall(browser.get("/people/o/new").get_data(as_text=True))[0]

    def ordinary(self, chance: random.Random) -> Ask:
        if chance.random() < WRITES:
            return self.founding()
        path = chance.choice(READ).format(person=self.district.person, branch=self.district.branch)
        return Ask(self.slug, path, self.cookie, f"{self.slug} read")

    def founding(self) -> Ask:
        number = next(self.numbers)
        name = f"bench {number}"
        form = {"name": name, "short_name": name, "kind": "branch", "parent_id": self.top, "once_key": f"bench-{number:020d}"}
        return Ask(self.slug, "/people/o/new", self.cookie, f"{self.slug} write", urlencode(form), self.token)

    def heavy(self, chance: random.Random) -> Ask:
        return Ask(self.slug, chance.choice(HEAVY), self.cookie, f"{self.slug} read")


def measure(run: Run) -> None:
    run.aim(FAIR, most=BESIDE)
    for kind in KINDS:
        run.aim(ERRORS.format(kind), most=0, unit="answers")
    with _site(run) as site:
        if site is None:
            return
        stack, port = site
        slugs = [f"polite{number}" for number in range(run.size["tenants"])]
        numbers = itertools.count(1)
        people = {slug: _people(stack, slug, run.size["members"], run.size["people"], numbers) for slug in slugs}
        noisy = _people(stack, NOISY, run.size["noisy_members"], run.size["noisy"], numbers)
        if stack.postgres:
            _place(stack).superuser("VACUUM ANALYZE")
        polite = [one.ordinary for several in people.values() for one in several]
        _rounds(run, port, polite, [one.heavy for one in noisy], slugs)


@contextmanager
def _site(run: Run) -> Iterator[tuple[Stack, int] | None]:
    """The stack and the port that answers; None where this machine has no PostgreSQL or Redis. Tiny: SQLite, in this process."""
    folder = Path(tempfile.mkdtemp(prefix="juheli-bench-"))
    try:
        if not run.size["servers"]:
            world = build_world(folder, installed())
            with serving(world.app) as address:
                yield Stack(folder, {}, world, 0), int(address.rpartition(":")[2])
            world.database.dispose()
        elif machine.postgres() and machine.redis():
            with running(prepare(folder, installed(), redis_url=start_redis())) as stack:
                stack.web()
                stack.worker("worker-1")
                yield stack, stack.port
        else:
            run.unmeasured("PostgreSQL's server programs or redis-server are missing (Debian packages of those names)")
            yield None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place(stack: Stack) -> Ground:
    server = stack.postgres.url if stack.postgres else ""
    return Ground(stack.world, stack.folder, stack.environment.get("JUHELI_DATABASE_URL", ""), "", server)


def _people(stack: Stack, slug: str, members: int, count: int, numbers: Iterator[int]) -> list[Person]:
    """A tenant with members, and its admin signed in several times."""
    world = stack.world
    world.open_tenant(slug, plugins=tuple(world.plugins.by_name.keys() - world.plugins.core))
    with writing(_place(stack), slug) as write:
        district = plant(write, members, 1, clock.today().year)
    with world.inside(slug):
        top = session().scalars(select(OrgUnit.id).where(OrgUnit.path == "0001")).one()
    return [Person(slug, world.browser(slug), district, top, numbers) for _one in range(count)]


def _rounds(run: Run, port: int, polite: list[Choose], noisy: list[Choose], slugs: list[str]) -> None:
    kinds = dict(zip(KINDS, (polite, [*polite, *noisy]), strict=True))
    late: dict[str, dict[str, list[float]]] = {share: defaultdict(list) for share in ("p50", "p95", "p99")}
    whole: dict[str, Answers] = {kind: Answers() for kind in kinds}
    with run.part("the rounds", run.size["part"]):
        for number in range(run.size["rounds"] + 1):
            for kind, clients in kinds.items():
                answers = drive(port, run.size["seconds"], clients, PAUSE, len(polite))
                if not number:
                    continue
                mine = [ms for group, each in answers.ms.items() if not group.startswith(NOISY) for ms in each]
                for share, found in late.items():
                    found[kind].append(part(mine, float(share[1:]) / 100))
                for group, each in answers.ms.items():
                    whole[kind].ms.setdefault(group, []).extend(each)
                whole[kind].errors += answers.errors
                whole[kind].seconds += answers.seconds
    if len(late["p95"]) == len(kinds):                      # else it was cut off before each had its turn
        groups = {share: run.samples(f"{share} of {len(slugs)} tenants with {len(polite)} people", dict(found), unit="ms",
                                     baseline=KINDS[0]) for share, found in late.items()}
        run.aim(FAIR, groups["p95"].line(KINDS[1]).ratio.inverted)
    for kind, answers in whole.items():
        if answers.seconds:
            _told(run, kind, answers, slugs)


def _told(run: Run, kind: str, answers: Answers, slugs: list[str]) -> None:
    mine = {group: each for group, each in answers.ms.items() if not group.startswith(NOISY)}
    for what in ("read", "write"):
        times = [ms for group, each in mine.items() if group.endswith(what) for ms in each]
        run.figure(f"{what}s, {kind}", part(times, 0.5), "ms p50",
                   f"p95 {part(times, 0.95):.0f}, p99 {part(times, 0.99):.0f} ms; {len(times)} answers")
    counts = [sum(len(each) for group, each in mine.items() if group.split()[0] == slug) for slug in slugs]
    run.figure(f"the tenant answered least, of the one answered most, {kind}", 100 * min(counts) / max(*counts, 1), "%",
               f"{answers.rate:.0f} req/s together, {sum(counts) / answers.seconds:.0f} of them for these tenants")
    wrong = ", ".join(f"{count} × {what}" for what, count in answers.errors.items())
    run.aim(ERRORS.format(kind), sum(answers.errors.values()))
    if wrong:
        run.note(f"Errors, {kind}: {wrong}.")


BENCH = Bench("load", "Load: several tenants at once, one of them noisy", measure,
              tiny={"servers": False, "tenants": 2, "people": 1, "noisy": 1, "members": 50, "noisy_members": 50, "rounds": 1,
                    "seconds": 0.5, "part": 0},
              usual={"servers": True, "tenants": 5, "people": 2, "noisy": 6, "members": 1_000, "noisy_members": 20_000,
                     "rounds": 6, "seconds": 4.0, "part": 120, "budget": 90},
              large={"servers": True, "tenants": 20, "people": 3, "noisy": 12, "members": 5_000, "noisy_members": 100_000,
                     "rounds": 6, "seconds": 15.0, "part": 360, "budget": 280})
