"""Nothing grows with time: memory, open files and connections of each process under a steady load. In `make chaos` only."""

from __future__ import annotations

import http.client
import signal
import statistics
import threading
import time
from collections import defaultdict
from pathlib import Path

import pytest

from .client import Clerk, Ledger, Load
from .conftest import clerks, rounds
from .stack import Stack
from .verdict import judge

pytestmark = pytest.mark.xdist_group("chaos")
EVERY = 5.0             # seconds between two looks
WARM_UP = 0.4           # share of the time in which caches may fill
MOST_MB_A_MINUTE = 1.0  # research/security.md, R21
MOST_MORE_FILES = 5
LEAST = 6               # looks at a process, from which on its growth can be told
PAGES = ("/", "/people/o/new", "/people/o/{root}/", "/people/structure", "/ledgers/people.orgs/",
         "/ledgers/people.orgs/?q=dangzhibu", "/ledgers/people.roster/", "/search/?q=zhibu", "/work/inbox")
Samples = dict[int, list[tuple[float, float, int]]]     # process -> (minutes, MB in memory, open files)


class Readers:
    """Clerks who look at one page after another until stopped; what was answered otherwise than 200 is kept."""

    def __init__(self, people: list[Clerk], pause: float):
        self.stopping, self.pause, self.read, self.wrong = threading.Event(), pause, 0, list[str]()
        self.threads = [threading.Thread(target=self._read, args=(clerk,), daemon=True) for clerk in people]

    def _read(self, clerk: Clerk) -> None:
        while True:
            for page in PAGES:
                if self.stopping.wait(self.pause):
                    return
                path = page.format(root=clerk.root)
                try:
                    status = clerk.send("GET", path, timeout=30)[0]
                except (OSError, http.client.HTTPException) as error:
                    status = type(error).__name__
                self.read += 1
                if status != 200:
                    self.wrong.append(f"{status} {path}")

    def __enter__(self) -> Readers:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(40)


def look(stack: Stack, found: Samples, minutes: float) -> None:
    """What each process has in memory, shared or not: a page copied after the fork is no growth."""
    alive = [process for process in stack.processes if process.process.poll() is None]
    for pid in [pid for process in alive for pid in process.children() or [process.pid]]:
        resident = Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]
        found[pid].append((minutes, int(resident) / 1024, len(list(Path(f"/proc/{pid}/fd").iterdir()))))


def growth(rows: list[tuple[float, float, int]]) -> float:
    """MB a minute between the middle of the first and of the last third: one step of the allocator is no slope."""
    third = len(rows) // 3
    ends = (rows[:third], rows[-third:])
    began, first, ended, last = (statistics.median(row[n] for row in part) for part in ends for n in (0, 1))
    return (last - first) / (ended - began)


def connections(stack: Stack) -> int:
    assert stack.postgres is not None
    database = stack.environment["JUHELI_DATABASE_URL"].rpartition("/")[2]
    return int(stack.postgres.ask(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'", database)[0][0])


def test_memory_files_and_connections_stay_flat(stack: Stack) -> None:
    seconds, found, ledger, lines = rounds(0, 300, "SOAK"), defaultdict(list), Ledger(), list[int]()
    people, hands = clerks(stack, ledger), stack.worker("worker-soak")
    began = time.monotonic()
    with Load(ledger, people[::2], pause=1.0), Readers(people[1::2], pause=0.3) as readers:
        while (passed := time.monotonic() - began) < seconds:
            time.sleep(EVERY)
            if passed >= seconds * WARM_UP:
                look(stack, found, passed / 60)
                lines.append(connections(stack))
    judge(stack, ledger, "minutes of steady load", seconds // 60)
    hands.stop(signal.SIGTERM)
    slopes = {pid: growth(rows) for pid, rows in found.items() if len(rows) > LEAST}
    files = {pid: rows[-1][2] - rows[0][2] for pid, rows in found.items()}
    told = {pid: f"{rows[0][1]:.0f} → {rows[-1][1]:.0f} MB" for pid, rows in found.items()}
    print(f"CHAOS {readers.read} pages read; memory {told}, MB a minute {[round(slope, 2) for slope in slopes.values()]}; "
          f"files more {files}; connections {min(lines)}–{max(lines)}")
    assert readers.wrong == [] and readers.read > 10 * len(PAGES) and not any(thread.is_alive() for thread in readers.threads)
    assert max(slopes.values()) <= MOST_MB_A_MINUTE and max(files.values()) <= MOST_MORE_FILES
    assert lines[-1] <= lines[0] + MOST_MORE_FILES
