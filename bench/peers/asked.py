"""The loop of a peer script. Standard library only: it runs in the peer's environment."""
from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

HEADS = ("name", "gender", "birth_date", "education", "joined_on", "confirmed_on", "kind", "phone", "note")


def rows(count: int) -> Iterator[tuple[object, ...]]:
    """Members, in the order of HEADS, and the number of their branch."""
    for number in range(count):
        joined = datetime.date(1970 + number % 50, 7, 1)
        yield (f"name {number % 997:03d}", ("male", "female")[number % 2], datetime.date(1940 + number % 60, 1 + number % 12, 1),
               "", joined, joined, "full", f"138****{number % 10000:04d}", "", number % 200)


def parts(address: str) -> dict[str, object]:
    """Host, port, user and database of a libpq address."""
    found = urlsplit(address)
    return {"HOST": found.hostname, "PORT": str(found.port), "USER": found.username, "NAME": found.path.lstrip("/"),
            "PASSWORD": found.password or ""}


def answer(works: dict[str, Callable[..., object]]) -> None:
    """Say that all is ready, then do what each line of the standard input asks for."""
    print("ready", flush=True)
    for line in sys.stdin:
        name, *told = line.split()
        print("done", works[name](*told), flush=True)
