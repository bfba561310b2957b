"""Clients over real sockets: each keeps a connection and a session, and every answer is counted with its time."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.frame.run import cpu_of

PATIENCE = 30.0             # seconds until an answer counts as an error


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `group` names the figures that it counts for; `form` is posted."""

    tenant: str
    path: str
    cookie: str
    group: str = ""
    form: str = ""
    token: str = ""


@dataclass
class Answers:
    """Milliseconds by group, what went wrong, and how long it all took."""

    ms: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, group: str, ms: float, problem: str = "") -> None:
        with self.lock:
            if problem:
                self.errors[problem] += 1
            else:
                self.ms.setdefault(group, []).append(ms)

    @property
    def all(self) -> list[float]:
        return [ms for each in self.ms.values() for ms in each]

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return len(self.all) / self.seconds if self.seconds else 0.0


def part(found: Sequence[float], share: float) -> float:
    """The value below which that share of the samples lies; 0 without samples."""
    ordered = sorted(found)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Client:
    """One keep-alive connection."""

    def __init__(self, port: int, answers: Answers):
        self.answers = answers
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def send(self, ask: Ask) -> None:
        headers = {"Cookie": f"juheli={ask.cookie}"}
        if ask.form:
            headers |= {"X-CSRFToken": ask.token, "Content-Type": "application/x-www-form-urlencoded"}
        began = time.perf_counter()
        try:
            self.line.request("POST" if ask.form else "GET", f"/t/{ask.tenant}{ask.path}", ask.form or None, headers)
            answer = self.line.getresponse()
            answer.read()
            problem = "" if answer.status == (303 if ask.form else 200) else f"{answer.status} {ask.path}"
        except (OSError, http.client.HTTPException) as error:
            self.line.close()
            problem = type(error).__name__
        self.answers.note(ask.group or ask.tenant, 1000 * (time.perf_counter() - began), problem)


def drive(port: int, seconds: float, clients: Sequence[Callable[[random.Random], Ask]], pause: float = 0.0,
          pausing: int = 0) -> Answers:
    """Each client asks what its function says, one after the other, for so long; the first `pausing` ones rest in between."""
    answers, end, over = Answers(), time.perf_counter() + seconds, threading.Event()

    def work(number: int, choose: Callable[[random.Random], Ask]) -> None:
        chance, client = random.Random(number), Client(port, answers)  # noqa: S311  the same choices in every round
        asked = False
        while not asked or time.perf_counter() < end and not over.is_set():     # once, however slow the machine is today
            client.send(choose(chance))
            asked = True
            if number < pausing:
                time.sleep(pause * (0.5 + chance.random()))
        client.line.close()

    threads = [threading.Thread(target=work, args=each, daemon=True) for each in enumerate(clients)]
    began = time.perf_counter()
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + 2 * PATIENCE)
    finally:
        over.set()                      # whoever waits here may be cut off; nobody asks on then
    answers.seconds = time.perf_counter() - began
    return answers


def once_each(port: int, asks: Sequence[Ask], clients: int) -> Answers:
    """Every request once, shared out among so many clients."""
    answers, waiting, began = Answers(), list(reversed(asks)), time.perf_counter()

    def work() -> None:
        client = Client(port, answers)
        while waiting:
            try:
                client.send(waiting.pop())
            except IndexError:
                break
        client.line.close()

    threads = [threading.Thread(target=work, daemon=True) for _number in range(clients)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        waiting.clear()
    answers.seconds = time.perf_counter() - began
    return answers


def private_mb(process: int) -> float:
    """Megabytes that belong to a process alone (Linux; elsewhere 0): what it shares with its siblings is left out."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def whole_mb(process: int) -> float:
    """Megabytes in memory, what is shared included."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def family_cpu(parents: Callable[[], Sequence[int]]) -> Callable[[], float]:
    """CPU seconds of processes and of what they started."""
    def everybody() -> list[int]:
        found = []
        for parent in parents():
            children = Path(f"/proc/{parent}/task/{parent}/children")
            found += [parent, *(int(pid) for pid in children.read_text().split())] if children.exists() else []
        return found

    def threads() -> list[int]:
        return [int(task.name) for pid in everybody() for task in Path(f"/proc/{pid}/task").glob("*")]

    return cpu_of(threads)
