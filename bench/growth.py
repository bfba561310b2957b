"""What each page costs when the members grow: tenants of several sizes in one database, asked in turns.

The pages that the app has for the tenant's admin are asked after a change, so that nothing of the records is remembered: the
total of a list, the figures of the dashboard, the menu; session, grants, rules and lists are. Asked is whatever answers GET
without arguments with 200 and HTML, and what else is listed here; the rest is counted by the answer it gives. Each page is asked
`sweep` times at the smallest and the largest size, at both once more where it seems to grow: the least CPU tells what is flat.
Shown are the pages that people open all day, those that grow most, the yearly ledger of hours, and the plan of every statement
that takes long at the largest size, or at the smallest beside it.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.frame import Bench, Run, Within
from bench.frame.ground import Ground, ground
from bench.plans import slow_statements
from bench.planting import District, changed, plant, writing
from core.base import clock
from core.base.session import begin_write, session
from core.testing.world import Browser
from plugins.training.balances import settle_all
from plugins.training.models import Balance, Tally

DAY = dt.date(2026, 11, 2)
EVERY_DAY = ("/", "/ledgers/people.roster/", "/ledgers/people.roster/?q=zhangwei", "/people/p/{person}/", "/people/o/{branch}/",
             "/work/inbox", "/ledgers/training.hours/", "/training/gap/{top}", "/search/?q=zhangwei")
MORE = ("/ledgers/people.roster/?page=20", "/ledgers/training.hours/?short=1")
PAGE, NAMED = "200 text/html", 12                   # what a page answers; how many of those that do not are named
RECORDS = (("/people/p/", "person"), ("/people/o/", "top"), ("/people/o/", "branch"), ("/training/gap/", "top"),
           ("/training/gap/", "branch"), ("/training/people/", "person"), ("/training/sessions/", "held"))
PLANTING = 0.002            # seconds a member may take to be planted and settled, beside what a part may
ONCE = 1_000_000            # tenants of so many members are settled once, smaller ones twice: the least counts
FLAT = 1.5                  # times the cost at the smallest size: what stays below is flat


@dataclass(frozen=True)
class Sized:
    """One tenant: its name in tables, its slug, what was planted, its admin's browser; CPU seconds a member of the ledger."""

    name: str
    slug: str
    district: District
    browser: Browser
    settling: float

    def path(self, pattern: str) -> str:
        place = self.district
        return pattern.format(top=place.top, branch=place.branch, person=place.person, held=place.held)


def measure(run: Run) -> None:
    with ground(run.size["engine"]) as here, clock.at(dt.datetime.combine(DAY, dt.time(10), clock.SHANGHAI)):
        sizes: list[Sized] = []
        wanted = run.size["members"]
        flat, ledger = _aims(run, wanted)
        for members in wanted:
            with run.part(f"a tenant of {members:,} members", run.size["part"] and run.size["part"] + PLANTING * members):
                sizes.append(_planted(run, here, members))
        if len(sizes) == len(wanted):
            run.aim(ledger, sizes[-1].settling / sizes[0].settling)
        if len(sizes) < 2:
            return
        here.analyze()
        pages, costs = _pages(run, here, sizes), {}
        with run.part("every page, at the smallest and the largest size", run.size["part"]):
            for size in sizes:
                _asked(here, size, pages[0])                # it has its connection now
            for page in pages:
                costs[page] = _costs(here, sizes, page, run.size["sweep"])
        growing, share = _growing(run, sizes, costs)
        if missed := [page for page in pages if page not in costs]:
            run.unmeasured(f"whether these grow: {', '.join(missed)}")
        elif len(sizes) == len(wanted):
            run.aim(flat, share)
        shown = [page for page in EVERY_DAY if page in pages]
        shown += [page for page in growing[:run.size["growing"]] if page not in shown]
        with run.part("the pages shown", run.size["part"]):
            for page in shown:
                _page(run, here, sizes, page)
        with run.part("plans of slow statements", run.size["part"]):
            _plans(run, here, sizes[0], shown)               # few rows beside many: the planner may think of other tenants
            _plans(run, here, sizes[-1], [page for page in pages if page in shown or page in growing])


def _aims(run: Run, wanted: Sequence[int]) -> tuple[str, str]:
    """What is aimed at for the largest size that is wanted: the share of pages, the yearly ledger."""
    most, logarithmic = f"{wanted[-1]:,} members", _logarithmic(wanted[0], wanted[-1])
    flat = f"Growth to {most}: pages flat or growing with the logarithm (at most {logarithmic:.2g} times)"
    ledger = f"Growth to {most}: the yearly ledger of hours, CPU a member, of that at {wanted[0]:,} members"
    run.aim(flat, least=1.0)
    run.aim(ledger, most=logarithmic)
    return flat, ledger


def _logarithmic(least: int, most: int) -> float:
    return max(FLAT, math.log(most) / math.log(least))


def _growing(run: Run, sizes: list[Sized], costs: dict[str, tuple[float, float]]) -> tuple[list[str], float]:
    """Pages that are not flat, the most expensive first, and the share that is flat or logarithmic; tells how many there are."""
    times = {page: most / least for page, (least, most) in costs.items()}
    logarithmic = _logarithmic(sizes[0].district.members, sizes[-1].district.members)
    run.figure(f"pages that are flat from {sizes[0].name} to {sizes[-1].name}", sum(each <= FLAT for each in times.values()),
               "pages", f"of {len(times)}; at most {FLAT:g} times the cost at the smallest size")
    share = sum(each <= logarithmic for each in times.values()) / max(1, len(times))
    return sorted((page for page in times if times[page] > FLAT), key=lambda page: -costs[page][1]), share


def _planted(run: Run, here: Ground, members: int) -> Sized:
    """A tenant of that size, its year of hours written by the product."""
    slug, name = f"m{members}", f"{members:,} members"
    here.world.open_tenant(slug, name, plugins=tuple(here.world.plugins.by_name.keys() - here.world.plugins.core))
    began = time.perf_counter()
    with writing(here, slug) as write:
        district = plant(write, members, run.size["hours"], DAY.year)
    planted = time.perf_counter() - began
    here.analyze()
    if members == run.size["members"][0]:
        _settle(here, slug)                                 # what is compiled and read once is not the first one's to pay
    spent = min(_settle(here, slug) for _again in range(1 if members >= ONCE else 2))
    run.figure(f"yearly ledger of hours written anew, {name}, {district.hours:,} entries", spent, "s CPU",
               f"{1e6 * spent / members:.0f} µs a member; planting took {planted:.0f} s")
    return Sized(name, slug, district, here.world.browser(slug), spent / members)


def _settle(here: Ground, slug: str) -> float:
    """CPU seconds, the database's included, of the yearly ledger for a tenant that has none of it."""
    for model in (Balance, Tally):
        here.superuser(f"DELETE FROM {model.__tablename__} WHERE tenant_id = {here.world.tenants[slug].id}")  # noqa: S608
    with here.world.inside(slug):
        begin_write()
        session().connection()                              # the one whose CPU is counted
        elsewhere = here.elsewhere()
        before = time.process_time() + elsewhere()
        settle_all(DAY.year)
        session().commit()
        return time.process_time() + elsewhere() - before


def _pages(run: Run, here: Ground, sizes: list[Sized]) -> list[str]:
    """Every page (or every so-many-th) that answers the admin with 200 and HTML; tells what the others answered."""
    rules = [rule for rule in here.world.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    bare = [rule.rule for rule in rules if not rule.arguments]
    ledgers = [f"/ledgers/{name}/" for name in here.world.plugins.ledgers]
    indicators = [f"/indicators/{name}/" for name in here.world.plugins.indicators]
    records = [rule.rule.replace("<int:record_id>", f"{{{what}}}") for rule in rules for start, what in RECORDS
               if rule.rule.startswith(start) and rule.arguments == {"record_id"}]
    asked = list(dict.fromkeys([*bare, *ledgers, *indicators, *records, *EVERY_DAY, *MORE]))[::run.size["every"]]
    answers = {page: _answer(sizes[0], page) for page in asked}
    pages = [page for page, answer in answers.items() if answer == PAGE]
    run.figure("pages asked", len(pages), "pages", "GET without arguments, every ledger and indicator, and pages of a person, a "
               "branch, the district and a class")
    others: dict[str, list[str]] = {}
    for page, answer in answers.items():
        if answer != PAGE:
            others.setdefault("the API" if page.startswith("/api/") else answer, []).append(page)
    for answer, some in others.items():
        run.note(f"Left out, {answer}: {len(some)} ({', '.join(f'`{page}`' for page in some[:NAMED])}"
                 f"{', …' if len(some) > NAMED else ''}).")
    return pages


def _answer(size: Sized, page: str) -> str:
    answer = size.browser.get(size.path(page))
    return f"{answer.status_code} {answer.mimetype}"


def _calls(here: Ground, sizes: list[Sized], page: str) -> dict[str, Within]:
    def ask(size: Sized, _round: int) -> object:
        return size.browser.get(size.path(page)).get_data()

    return {size.name: Within(functools.partial(changed, here.world, size.slug), functools.partial(ask, size)) for size in sizes}


def _costs(here: Ground, sizes: list[Sized], page: str, rounds: int) -> tuple[float, float]:
    """The least CPU seconds of a page at the smallest and at the largest size."""
    elsewhere, ends = here.elsewhere(), (sizes[0], sizes[-1])
    small, large = (min(_cost(here, size, page, elsewhere) for _round in range(rounds)) for size in ends)
    if large > FLAT * small:
        small, large = (min(least, _cost(here, size, page, elsewhere)) for least, size in zip((small, large), ends, strict=True))
    return small, large


def _cost(here: Ground, size: Sized, page: str, elsewhere: Callable[[], float]) -> float:
    with changed(here.world, size.slug):
        before = time.process_time() + elsewhere()
        size.browser.get(size.path(page)).get_data()
        return time.process_time() + elsewhere() - before


def _page(run: Run, here: Ground, sizes: list[Sized], page: str) -> None:
    for size in sizes:
        _asked(here, size, page)                            # a part that was cut off may have cost the connection
    run.turns(page, _calls(here, sizes, page), rounds=run.size["rounds"], baseline=sizes[0].name, elsewhere=here.elsewhere())


def _plans(run: Run, here: Ground, size: Sized, pages: list[str]) -> None:
    """The plan of every statement that takes long at that size, once each."""
    told: set[str] = set()
    for page in pages:
        for found in slow_statements(here, run.size["slow_ms"], lambda page=page: _asked(here, size, page)):
            if found.kind not in told:
                told.add(found.kind)
                run.note(f"`{page}`, {size.name}: {found}")
    run.figure(f"statements above {run.size['slow_ms']:g} ms at {size.name}", len(told), "statements", "one plan of each below")


def _asked(here: Ground, size: Sized, page: str) -> object:
    with changed(here.world, size.slug):
        return size.browser.get(size.path(page)).get_data()


USUAL = {"members": (1_000, 10_000, 100_000), "hours": 3, "rounds": 8, "sweep": 2, "growing": 8, "every": 1, "slow_ms": 10.0,
         "engine": "postgres", "turn": 4, "part": 75, "budget": 120}
TINY = {"members": (50, 100), "hours": 1, "rounds": 1, "sweep": 1, "growing": 1, "every": 40, "slow_ms": 1000.0, "part": 0,
        "engine": "sqlite"}
BENCH = Bench("growth", "Growth: more members, the same page", measure, tiny=TINY, usual=USUAL,
              large={**USUAL, "members": (1_000, 10_000, 100_000, 1_000_000), "rounds": 3, "slow_ms": 50.0, "turn": 20,
                     "part": 600, "budget": 1800})
