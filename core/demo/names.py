"""Made-up names: a surname and characters common in the years somebody was born, put together by chance."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from .blueprint import read_shared


class Names:
    """Draws names from `tenants/demo/names.toml`."""

    def __init__(self, table: dict[str, Any]):
        self._table = table
        self._never = frozenset(table["never"])
        common = list(table["surnames"])
        self._surnames = common
        self._weights = list(accumulate(len(common) - place for place in range(len(common))))
        self._eras = sorted(table["given"], key=lambda era: era["born_from"])
        self._starts = [era["born_from"] for era in self._eras]

    def draw(self, random: Random, gender: str, born: int) -> str:
        """A name for somebody born that year; never one of the listed well-known ones."""
        while True:
            name = self._compose(random, gender, born)
            if name not in self._never:
                return name

    def special(self, random: Random) -> str | None:
        """Now and then a name of an unusual form: a dot, four characters, a rare character."""
        return random.choice(self._table["special"]) if random.random() < self._table["special_share"] else None

    def _compose(self, random: Random, gender: str, born: int) -> str:
        rare = random.random() < self._table["rare_share"]
        pool = self._table["rare_surnames"] if rare else self._surnames
        surname = random.choice(pool) if rare else random.choices(pool, cum_weights=self._weights)[0]
        era = self._eras[max(0, bisect_right(self._starts, born) - 1)]
        if random.random() < self._table["single_share"]:
            return str(surname + random.choice(era[f"single_{gender}"]))
        first, second = random.choice(era[gender][0]), random.choice(era[gender][1])
        return str(surname + first + (second if second != first else ""))


@cache
def made_up_names() -> Names:
    """The names of the demo, read once."""
    return Names(read_shared("names"))
