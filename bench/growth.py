"""What each page costs when the members grow: tenants of several sizes in one database, asked in turns.

The pages that the app has for the tenant's admin are asked after a change, so that nothing of the records is remembered: the
total of a list, the figures of the dashboard, the menu; session, grants, rules and lists are. Left out are forms for something
new, sign-in, the API, calendars, templates of files, the operator's probes and the report on isolation (LEFT_OUT), and what does
not answer 200 with HTML. Each is asked `sweep` times at the smallest and the largest size: the least CPU says whether it is flat.
Shown are the pages that people open all day, those that grow most, the yearly ledger of hours, and the plan of every statement
that takes long at the largest size.
"""

from __future__ import annotations

import datetime as dt
import functools
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.frame import Bench, Run, Within
from bench.frame.ground import Ground, ground
from bench.plans import slow_statements
from bench.planting import District, changed, plant, writing
from core.base import clock
from core.base.session import begin_write, session
from core.testing.world import Browser
from plugins.training.balances import settle_all

DAY = dt.date(2026, 11, 2)
EVERY_DAY = ("/", "/ledgers/people.roster/", "/ledgers/people.roster/?q=zhangwei", "/people/p/{person}/", "/people/o/{branch}/",
             "/work/inbox", "/ledgers/training.hours/", "/training/gap/{top}", "/search/?q=zhangwei")
MORE = ("/ledgers/people.roster/?page=20", "/ledgers/training.hours/?short=1")
RECORDS = (("/people/p/", "person"), ("/people/o/", "top"), ("/people/o/", "branch"), ("/training/gap/", "top"),
           ("/training/gap/", "branch"), ("/training/people/", "person"), ("/training/sessions/", "held"))
FLAT = 1.5                  # times the cost at the smallest size: what stays below is flat
LEFT_OUT = ("static", "api/", "api-docs", ".ics", "sign-in", "/new", "template", "metrics", "healthz", "readyz", "isolation")
Asked = Callable[[int], object]


@dataclass(frozen=True)
class Sized:
    """One tenant: its name in tables, its slug, what was planted, its admin's browser."""

    name: str
    slug: str
    district: District
    browser: Browser

    def path(self, pattern: str) -> str:
        place = self.district
        return pattern.format(top=place.top, branch=place.branch, person=place.person, held=place.held)


def measure(run: Run) -> None:
    with ground(run.size["engine"]) as here, clock.at(dt.datetime.combine(DAY, dt.time(10), clock.SHANGHAI)):
        sizes = [_planted(run, here, members) for members in run.size["members"]]
        here.analyze()
        pages = _pages(here, sizes, run.size["every"])
        costs = {page: _costs(here, sizes, page, run.size["sweep"]) for page in pages}
        growing = sorted((page for page in pages if costs[page][1] > FLAT * costs[page][0]), key=lambda page: -costs[page][1])
        run.figure("pages of the app that were asked", len(pages), "pages", "GET pages without arguments, every ledger and "
                   "indicator, and pages of a person, a branch, the district and a class; without forms for something new, "
                   "sign-in, API, calendars, templates, probes and the report on isolation")
        run.figure(f"of them flat: at most {FLAT:g} times the cost at the smallest size", len(pages) - len(growing), "pages")
        shown = [page for page in EVERY_DAY if page in pages]
        for page in [*shown, *(each for each in growing[:run.size["growing"]] if each not in shown)]:
            _page(run, here, sizes, page)
        _plans(run, here, sizes[-1], [page for page in pages if page in shown or page in growing])


def _planted(run: Run, here: Ground, members: int) -> Sized:
    """A tenant of that size, its year of hours written by the product."""
    slug, name = f"m{members}", f"{members:,} members"
    here.world.open_tenant(slug, name, plugins=tuple(here.world.plugins.by_name.keys() - here.world.plugins.core))
    began = time.perf_counter()
    with writing(here, slug) as write:
        district = plant(write, members, run.size["hours"], DAY.year)
    planted = time.perf_counter() - began
    here.analyze()
    began = time.perf_counter()
    with here.world.inside(slug):
        begin_write()
        settle_all(DAY.year)
        session().commit()
    spent = time.perf_counter() - began
    run.figure(f"yearly ledger of hours written anew, {name}, {district.hours:,} entries", spent, "s",
               f"{1e6 * spent / members:.0f} µs a member; planting took {planted:.0f} s")
    return Sized(name, slug, district, here.world.browser(slug))


def _pages(here: Ground, sizes: list[Sized], every: int) -> list[str]:
    """Every page (or every so-many-th) that answers the admin of each tenant with 200 and HTML."""
    rules = [rule for rule in here.world.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    bare = [rule.rule for rule in rules if not rule.arguments]
    ledgers = [f"/ledgers/{name}/" for name in here.world.plugins.ledgers]
    indicators = [f"/indicators/{name}/" for name in here.world.plugins.indicators]
    records = [rule.rule.replace("<int:record_id>", f"{{{what}}}") for rule in rules for start, what in RECORDS
               if rule.rule.startswith(start) and rule.arguments == {"record_id"}]
    asked = [page for page in dict.fromkeys([*bare, *ledgers, *indicators, *records, *EVERY_DAY, *MORE])
             if not any(word in page for word in LEFT_OUT)]
    return [page for page in asked[::every] if _answers(sizes[0], page)]


def _answers(size: Sized, page: str) -> bool:
    answer = size.browser.get(size.path(page))
    return answer.status_code == 200 and answer.mimetype == "text/html"


def _calls(here: Ground, sizes: list[Sized], page: str) -> dict[str, Within]:
    def ask(size: Sized, _round: int) -> object:
        return size.browser.get(size.path(page)).get_data()

    return {size.name: Within(functools.partial(changed, here.world, size.slug), functools.partial(ask, size)) for size in sizes}


def _costs(here: Ground, sizes: list[Sized], page: str, rounds: int) -> tuple[float, float]:
    """The least CPU seconds of a page at the smallest and at the largest size."""
    found, elsewhere = [], here.elsewhere()
    for size in (sizes[0], sizes[-1]):
        spent = []
        for _round in range(rounds):
            with changed(here.world, size.slug):
                before = time.process_time() + elsewhere()
                size.browser.get(size.path(page)).get_data()
                spent.append(time.process_time() + elsewhere() - before)
        found.append(min(spent))
    return found[0], found[1]


def _page(run: Run, here: Ground, sizes: list[Sized], page: str) -> None:
    run.turns(page, _calls(here, sizes, page), rounds=run.size["rounds"], baseline=sizes[0].name, elsewhere=here.elsewhere())


def _plans(run: Run, here: Ground, size: Sized, pages: list[str]) -> None:
    """The plan of every statement that takes long at the largest size, once each."""
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


USUAL = {"members": (1_000, 10_000, 100_000), "hours": 3, "rounds": 6, "sweep": 3, "growing": 8, "every": 1, "slow_ms": 10.0,
         "engine": "postgres"}
TINY = {"members": (50, 100), "hours": 1, "rounds": 1, "sweep": 1, "growing": 1, "every": 40, "slow_ms": 1000.0,
        "engine": "sqlite"}
BENCH = Bench("growth", "Growth: more members, the same page", measure, tiny=TINY, usual=USUAL,
              large={**USUAL, "members": (1_000, 10_000, 100_000, 1_000_000), "slow_ms": 20.0})
