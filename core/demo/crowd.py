"""Made-up members: age, education, category and dates that fit each other; the same seed makes the same people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from core.base.identity import make_id_no
from core.rules import add_months

from .blueprint import Blueprint, read_shared
from .names import made_up_names

OLDER = 60          # the share in the data files speaks of this age (rule people.older_age has the same default)
SERIALS = 500       # of one division code, gender and birthday
PACK = 50
BOOKS_OPENED = 18   # months ago: what happened before is in the opening balance


@dataclass(slots=True)
class Draft:
    """A made-up member, before anybody writes it down."""

    name: str
    gender: str
    birth_date: dt.date
    education: str
    category: str
    member_kind: str
    joined_on: dt.date
    confirmed_on: dt.date | None
    work_unit: str = ""
    skills: str = ""
    phone: str | None = None
    id_no: str | None = None
    verified_on: dt.date | None = None

    @property
    def is_new(self) -> bool:
        """Admitted since the books were opened (a probationary member)."""
        return self.member_kind == "probationary"


class Crowd:
    """Makes members one after the other. `number` says how many were made before, so that numbers never repeat."""

    def __init__(self, plan: Blueprint, random: Random, today: dt.date, number: int = 0):
        self._share, self._random, self._today, self._number = plan.people, random, today, number
        self._data = read_shared("people")
        self._division = plan.division_code[:2] + self._data["numbers"]["id_division"]
        self.opened_on = add_months(today, -BOOKS_OPENED).replace(day=1)
        self._taken: set[str] = set()
        self._older: list[bool] = []

    def draft(self, verified_on: dt.date | None = None, *, young: bool = False) -> Draft:
        """The next member; `young`: of working age for certain."""
        random, share, today = self._random, self._share, self._today
        gender = "female" if random.random() < share["female"] else "male"
        probationary = random.random() < share["probationary"]
        age = self._age(older=not (probationary or young) and self._is_older())
        birth = add_months(today, -12 * age) - dt.timedelta(days=random.randrange(365))
        joined, confirmed = self._dates(birth, age, probationary)
        category, work = self._category(age)
        number, self._number = self._number, self._number + 1
        return Draft(
            name=self._name(gender, birth.year), gender=gender, birth_date=birth, education=self._education(age),
            category=category, member_kind="probationary" if probationary else "full", joined_on=joined, confirmed_on=confirmed,
            work_unit=random.choice(self._data["words"]["work_units"]) if work else "",
            skills=random.choice(self._data["words"]["skills"]) if random.random() < share["skills"] else "",
            phone=self.phone(number) if random.random() < share["phones"] else None,
            id_no=self._id_no(number, birth, gender) if random.random() < share["ids"] else None,
            verified_on=None if probationary else verified_on)

    def phone(self, number: int) -> str:
        """A mobile number nobody can have."""
        return f"{self._data['numbers']['phone_prefix']}{number % 100_000:05d}"

    def pick(self, words: str) -> str:
        """One of the made-up words of a kind: `from_places`, `to_places` …"""
        return str(self._random.choice(self._data["words"][words]))

    def forget_names(self) -> None:
        """Allow names of earlier members again (names repeat in a county, not in a community)."""
        self._taken.clear()

    def _id_no(self, number: int, birth: dt.date, gender: str) -> str | None:
        """Formally valid, and nobody's: the division code is not in use. None when the numbers are used up."""
        block, serial = divmod(number, SERIALS)
        return make_id_no(f"{self._division}{block:02d}", birth, gender, serial) if block < 100 else None  # type: ignore[arg-type]

    def _name(self, gender: str, born: int) -> str:
        for _attempt in range(20):
            name = made_up_names().special(self._random) or made_up_names().draw(self._random, gender, born)
            if name not in self._taken:
                break
        self._taken.add(name)
        return name

    def _is_older(self) -> bool:
        """Drawn from a pack in which the share is exact, so that a county of 151 has it too."""
        if not self._older:
            count = round(self._share["older"] * PACK)
            self._older = [True] * count + [False] * (PACK - count)
            self._random.shuffle(self._older)
        return self._older.pop()

    def _age(self, older: bool) -> int:
        bands = self._data["ages"]["older" if older else "younger"]
        low, high, _weight = self._random.choices(bands, weights=[band[2] for band in bands])[0]
        return self._random.randint(low, high)

    def _dates(self, birth: dt.date, age: int, probationary: bool) -> tuple[dt.date, dt.date | None]:
        """Joined at 19 or later; confirmed a year after. Probationary members joined within the last eleven months."""
        random = self._random
        if probationary:
            return self._today - dt.timedelta(days=random.randrange(20, 330)), None
        latest = self.opened_on - dt.timedelta(days=366)
        at_age = min(random.triangular(19, 55, 25), age - 1)
        joined = min(birth + dt.timedelta(days=int(at_age * 365.25)), latest)
        return joined, add_months(joined, 12)

    def _category(self, age: int) -> tuple[str, bool]:
        """Code of the category, and whether it comes with a work unit."""
        if age < OLDER and self._random.random() < self._share["mobile"] / max(1 - self._share["older"], 0.01):
            return "mobile", False
        entries, weights = _fitting(age)
        found = self._random.choices(entries, weights=weights)[0]
        return found["code"], found.get("work", False)

    def _education(self, age: int) -> str:
        codes, weights = _schooling(age)
        return self._random.choices(codes, weights=weights)[0]


@lru_cache(maxsize=128)
def _fitting(age: int) -> tuple[list[dict[str, Any]], list[int]]:
    found = [c for c in read_shared("people")["category"] if c["ages"][0] <= age <= c["ages"][1]]
    return found, [c["weight"] for c in found]


@lru_cache(maxsize=128)
def _schooling(age: int) -> tuple[list[str], list[int]]:
    band = next(b for b in read_shared("people")["education"] if age <= b["up_to"])
    return list(band["weights"]), list(band["weights"].values())
