"""One installation with one to many tenants (3,000 in the large run): throughput, p95, memory of a worker, start.

Every size is a database of its own on one PostgreSQL server, with gunicorn (2 workers, 4 threads) before it. Each round drives
each of them for a moment: four clients ask the list, a person, the dashboard of one of its tenants. Twice: of any of them, all
visited before, where one of a thousand is seldom met again while it is remembered; and of the first ten, while the others lie
there.
"""

from __future__ import annotations

import random
import secrets
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack

from bench.clients import Answers, Ask, drive, family_cpu, once_each, part, private_mb, whole_mb
from bench.frame import Bench, Run
from bench.frame.ground import Ground, drop_database, ground
from bench.many import TEMPLATE, Served, copies, multiply, served, slug
from bench.planting import District, plant, writing
from core.base import clock
from core.testing.serving import serving

CLIENTS = 4
AT_WORK = 10
ANY, TEN = "tenants visited at random", "ten tenants at work"
FLAT = 0.9                  # aim: at least so much of what the fewest tenants get
FLATS = ("throughput", "p95", "CPU")
Choose = Callable[[random.Random], Ask]


def _wanted(run: Run, who: str) -> list[int]:
    """The sizes that are compared: with ten at work those that have ten."""
    return [number for number in run.size["tenants"] if who == ANY or number >= AT_WORK]


def _aim(run: Run, who: str, what: str) -> str:
    sizes = _wanted(run, who)
    return f"Tenants, {min(sizes):,} to {max(sizes):,}, {who}: {what} flat, the worst of them"


def measure(run: Run) -> None:
    for who in (ANY, TEN):
        for what in FLATS if _wanted(run, who) else ():
            run.aim(_aim(run, who, what), least=FLAT)
    with ground(run.size["engine"]) as here, ExitStack() as stack:
        district, cookie = _first(here, run.size["members"])
        if not here.server:
            if run.size["engine"] == "postgres":
                run.unmeasured("many tenants: PostgreSQL's server programs are missing (Debian package postgresql)")
            _alone(run, here, district, cookie, stack)
            return
        tenant = here.world.tenants[TEMPLATE].id
        here.world.database.dispose()
        sites: dict[int, Served] = {}
        for number in run.size["tenants"]:
            with run.part(f"an installation with {_name(number)}", run.size["part"]):
                copied = copies(here, f"bench_{number}_{secrets.token_hex(3)}")
                stack.callback(drop_database, copied.server, copied.url)
                multiply(copied, tenant, number)
                sites[number] = stack.enter_context(served(copied, str(number)))
        with run.part("the first visit to each tenant", run.size["part"]):
            _first_visits(run, sites, district, cookie)
        for who in (ANY, TEN):
            _throughput(run, who, {number: site for number, site in sites.items() if number in _wanted(run, who)},
                        {number: _choosing(number if who == ANY else AT_WORK, district, cookie) for number in sites})
        _memory(run, sites)
        with run.part("the start of gunicorn", run.size["part"]):
            _start(run, sites)


def _alone(run: Run, here: Ground, district: District, cookie: str, stack: ExitStack) -> None:
    """One tenant on SQLite, served in this process."""
    port = int(stack.enter_context(serving(here.world.app)).rpartition(":")[2])
    _throughput(run, ANY, {1: Served(here, None, port)}, {1: _choosing(1, district, cookie)})


def _first(here: Ground, members: int) -> tuple[District, str]:
    """The tenant that is copied, and its admin's cookie (the copies know the same session)."""
    plugins = tuple(here.world.plugins.by_name.keys() - here.world.plugins.core)
    here.world.open_tenant(TEMPLATE, "county", plugins=plugins)
    with writing(here, TEMPLATE) as write:
        district = plant(write, members, 1, clock.today().year)
    cookie = here.world.browser(TEMPLATE).client.get_cookie("juheli", path=f"/t/{TEMPLATE}")
    assert cookie is not None
    return district, cookie.value


def _paths(district: District) -> tuple[str, ...]:
    return "/ledgers/people.roster/", f"/people/p/{district.person}/", "/"


def _choosing(tenants: int, district: District, cookie: str) -> Choose:
    paths = _paths(district)
    return lambda chance: Ask(slug(1 + chance.randrange(tenants)), chance.choice(paths), cookie, group="all")


def _first_visits(run: Run, sites: dict[int, Served], district: District, cookie: str) -> None:
    """The list of each tenant, asked once in a server that knows none of them."""
    found = {}
    for number, site in sites.items():
        once_each(site.port, [Ask(slug(1), path, cookie) for path in _paths(district) * 8], CLIENTS)
        lists = [Ask(slug(n + 1), _paths(district)[0], cookie, "all") for n in range(number)]
        found[number] = once_each(site.port, lists, CLIENTS)
    most = max(sites)
    run.figure(f"first visit to each of {most:,} tenants, median", statistics.median(found[most].all), "ms",
               f"{CLIENTS} clients at once; {sum(found[most].errors.values())} errors")


def _throughput(run: Run, who: str, sites: dict[int, Served], asks: dict[int, Choose]) -> None:
    if not sites:
        return
    rates, late, spent = defaultdict(list), defaultdict(list), defaultdict(list)
    errors, fewest = 0, _name(min(sites))
    with run.part(f"the rounds of all installations, {who}", run.size["part"]):
        for number in range(run.size["rounds"] + 1):
            for tenants in _shifted(list(sites), number):
                answers, cpu = _round(sites[tenants], asks[tenants], run.size["seconds"])
                errors += sum(answers.errors.values())
                if number:
                    rates[_name(tenants)].append(answers.rate)
                    late[_name(tenants)].append(part(answers.all, 0.95))
                    spent[_name(tenants)].append(1000 * cpu / max(1, len(answers.all)))
    if len(spent) < len(sites):
        return
    groups = {FLATS[0]: run.samples(f"Throughput, {who}", _in_order(rates), unit="req/s", baseline=fewest, more=True),
              FLATS[1]: run.samples(f"p95, {who}", _in_order(late), unit="ms", baseline=fewest),
              FLATS[2]: run.samples(f"CPU of a request, workers and database, {who}", _in_order(spent), unit="ms CPU",
                                        baseline=fewest)}
    run.figure(f"requests that failed, {who}", errors, "")
    for what, group in groups.items():
        worst = min(group.lines[1:] or group.lines, key=lambda line: line.ratio.median)
        if len(sites) == len(_wanted(run, who)):
            run.aim(_aim(run, who, what), worst.ratio)


def _in_order(found: dict[str, list[float]]) -> dict[str, list[float]]:
    """From the fewest tenants to the most, whoever had the first turn."""
    return {name: found[name] for name in sorted(found, key=lambda name: int(name.split()[0].replace(",", "")))}


def _round(site: Served, choose: Choose, seconds: float) -> tuple[Answers, float]:
    """The answers, and the CPU seconds of workers and database meanwhile."""
    process = site.process
    spent = family_cpu(lambda: [process.pid]) if process else time.process_time
    database = site.ground.elsewhere()
    before = spent() + database()
    answers = drive(site.port, seconds, [choose] * CLIENTS)
    return answers, spent() + database() - before


def _name(tenants: int) -> str:
    return f"{tenants:,} tenants" if tenants > 1 else "1 tenant"


def _shifted(numbers: list[int], by: int) -> list[int]:
    by %= len(numbers)
    return numbers[by:] + numbers[:by]


def _memory(run: Run, sites: dict[int, Served]) -> None:
    """After the rounds: every worker has served most of its tenants."""
    held = {number: statistics.fmean(private_mb(pid) for pid in site.workers()) for number, site in sites.items()}
    whole = {number: statistics.fmean(whole_mb(pid) for pid in site.workers()) for number, site in sites.items()}
    fewest, most = min(sites), max(sites)
    for number in (fewest, most):
        run.figure(f"memory of a worker, {_name(number)}", whole[number], "MB",
                   f"{held[number]:.0f} MB of them its own, the rest shared with the other workers")
    if most > fewest:
        each = 1024 * (held[most] - held[fewest]) / (most - fewest)
        run.figure("memory of a worker for each tenant it serves", each, "KB", "what it remembers, at most 20,000 entries")


def _start(run: Run, sites: dict[int, Served]) -> None:
    """From the command to a server that says it is ready."""
    found = defaultdict(list)
    for number in range(run.size["starts"]):
        for tenants in sorted({min(sites), max(sites)}):
            began = time.perf_counter()
            with served(sites[tenants].ground, f"start-{tenants}-{number}"):
                found[_name(tenants)].append(time.perf_counter() - began)
    run.samples("Start: gunicorn from the command to /readyz", dict(found), unit="s")


USUAL = {"engine": "postgres", "tenants": (1, 10, 1000), "members": 100, "rounds": 7, "seconds": 1.5, "starts": 3, "part": 60,
         "budget": 150}
BENCH = Bench("tenants", "Tenants: many in one installation", measure,
              tiny={"engine": "sqlite", "tenants": (1,), "members": 20, "rounds": 1, "seconds": 0.3, "starts": 0, "part": 0},
              usual=USUAL, large={**USUAL, "tenants": (1, 10, 100, 1000, 3000), "rounds": 10, "part": 240, "budget": 420})
