"""What a demo tenant is to look like: `tenants/demo/<slug>/tenant.toml` and `units.csv`, read into plain values."""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "tenants" / "demo"
NO_BRANCH = ("group", "unit")


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """A unit to found. `term_ends_in`: months from today (negative: past); `parent`: short name of the unit above."""

    short_name: str
    name: str
    kind: str
    parent: str = ""
    unit_kind: str = ""
    members: int = 0
    founded_on: dt.date | None = None
    approval_no: str = ""
    term_ends_in: int | None = None
    grids: int = 0
    address: str = ""

    @property
    def in_community(self) -> bool:
        return self.unit_kind == "community" or bool(self.members)


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """A demo account: the role it holds and the unit on whose subtree ("" the whole tenant)."""

    role: str
    login: str
    name: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One demo tenant. `people` holds the shares of made-up members, `scale` what makes up the units of a large one."""

    slug: str
    name: str
    kind: str
    admin: str
    division_code: str
    seed: int
    accounts: tuple[AccountPlan, ...]
    figures: dict[str, int]
    people: dict[str, Any]
    changes: dict[str, int] = field(default_factory=dict)
    scale: dict[str, Any] = field(default_factory=dict)
    units: tuple[UnitPlan, ...] = ()

    @property
    def is_large(self) -> bool:
        return bool(self.scale)


@cache
def read_shared(name: str) -> dict[str, Any]:
    """A data file for all demo tenants: `people`, `names`."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def read_blueprint(slug: str) -> Blueprint:
    """The plan of one demo tenant. Raises FileNotFoundError for an unknown one, ValueError when the figures do not add up."""
    data = tomllib.loads((FOLDER / slug / "tenant.toml").read_text("utf-8"))
    accounts = tuple(AccountPlan(role=role, **said) for role, said in data.pop("accounts").items())
    people = {**read_shared("people")["defaults"], **data.pop("people", {})}
    sheet = FOLDER / slug / "units.csv"
    units = tuple(_units(sheet)) if sheet.is_file() else ()
    plan = Blueprint(slug=slug, accounts=accounts, people=people, units=units, **data)
    if units:
        _check_figures(plan)
    return plan


def _units(sheet: Path) -> list[UnitPlan]:
    with sheet.open(encoding="utf-8", newline="") as lines:
        return [_unit(row) for row in csv.DictReader(lines)]


def _unit(row: dict[str, str]) -> UnitPlan:
    numbers = {name: int(row.pop(name) or 0) for name in ("members", "grids")}
    founded, left = row.pop("founded_on"), row.pop("term_ends_in")
    return UnitPlan(**row, **numbers, founded_on=dt.date.fromisoformat(founded) if founded else None,
                    term_ends_in=int(left) if left else None)


def _check_figures(plan: Blueprint) -> None:
    found = {
        "communities": sum(u.unit_kind == "community" for u in plan.units),
        "branches": sum(bool(u.members) for u in plan.units),
        "members": sum(u.members for u in plan.units),
        "resident_units": sum(u.kind == "unit" for u in plan.units),
    }
    wrong = [f"{name}: {found[name]} in units.csv, {said} in tenant.toml" for name, said in plan.figures.items()
             if found[name] != said]
    if wrong:
        raise ValueError(f"{plan.slug}: " + "; ".join(wrong))
