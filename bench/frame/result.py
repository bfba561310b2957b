"""The result of benches as a JSON file: what was found, and on which machine, versions, commit, day and load."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from .spread import Spread

PACKAGES = ("flask", "sqlalchemy", "psycopg", "marshmallow", "gunicorn")
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Line:
    """One contestant. `ratio`: how good it is, the baseline of its group being 1 (above is better)."""

    name: str
    value: Spread
    ratio: Spread
    rounds: int
    wall: Spread | None = None


@dataclass
class Group:
    """Contestants that took turns."""

    title: str
    unit: str
    baseline: str
    lines: list[Line]
    note: str = ""

    def line(self, name: str) -> Line:
        """Raises StopIteration for an unknown name."""
        return next(line for line in self.lines if line.name == name)


@dataclass
class Figure:
    """A single figure."""

    name: str
    value: float
    unit: str
    note: str = ""


@dataclass
class Aim:
    """What is aimed at (at least, or at most), and what was found (None: not measured): a ratio, or figures of a unit."""

    name: str
    found: Spread | None
    least: float | None = None
    most: float | None = None
    unit: str = ""

    @property
    def reached(self) -> bool:
        """By the median; what was not measured was not reached."""
        if self.found is None:
            return False
        return (self.least is None or self.found.median >= self.least) and (self.most is None or self.found.median <= self.most)


@dataclass
class Outcome:
    """What one bench found at one size; `settings`: of that size; `error`: why it found nothing, or not everything.

    `missing`: what it should have measured and did not, each with the reason.
    """

    name: str
    title: str
    size: str
    machine: dict[str, Any]
    load: list[float]
    seconds: float = 0.0
    settings: dict[str, Any] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    aims: list[Aim] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    error: str = ""

    @classmethod
    def begun(cls, name: str, title: str, size: str, settings: Mapping[str, Any] | None = None) -> Outcome:
        plain = json.loads(json.dumps(dict(settings or {})))        # as it comes back from the file
        return cls(name, title, size, machine(), [os.getloadavg()[0]], settings=plain)

    @property
    def budget(self) -> float:
        """Seconds it is meant to take on a quiet machine; 0 when nobody said."""
        return float(self.settings.get("budget", 0))

    @property
    def trouble(self) -> str:
        """Why not all of it was measured; "" when it was."""
        unfound = [f"{aim.name}: not measured" for aim in self.aims if aim.found is None]
        return "; ".join([*([self.error] if self.error else []), *(self.missing or unfound)])

    def ended(self, seconds: float) -> None:
        self.seconds = round(seconds, 1)
        self.load.append(os.getloadavg()[0])

    @classmethod
    def read(cls, data: dict[str, Any]) -> Outcome:
        """From its JSON form."""
        groups = [Group(**{**group, "lines": [_line(line) for line in group["lines"]]}) for group in data["groups"]]
        aims = [Aim(**{**aim, "found": aim["found"] and Spread(**aim["found"])}) for aim in data.get("aims", ())]
        return cls(**{**data, "groups": groups, "aims": aims, "figures": [Figure(**figure) for figure in data["figures"]]})


def _line(data: dict[str, Any]) -> Line:
    spreads = {name: Spread(**data[name]) if data[name] else None for name in ("value", "ratio", "wall")}
    return Line(**{**data, **spreads})


def machine() -> dict[str, Any]:
    """What the figures depend on: never compare absolute ones of two machines, or of two loads."""
    return {"date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"), "commit": commit(), "cpu": _cpu(),
            "cores": os.cpu_count() or 1, "system": f"{platform.system()} {platform.release()}",
            "python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


def commit() -> str:
    """The commit of this tree, "+" behind it when files differ from it; "" outside git."""
    asked = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "describe", "--always", "--dirty=+", "--exclude=*"]
    return subprocess.run(asked, capture_output=True, text=True).stdout.strip()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())


def save(outcomes: list[Outcome], path: Path) -> None:
    """Write them into the file; what stands there of other benches stays."""
    kept = {outcome.name: outcome for outcome in (load(path) if path.exists() else [])}
    kept |= {outcome.name: outcome for outcome in outcomes}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(kept[name]) for name in sorted(kept)], indent=1, ensure_ascii=False, default=str) + "\n")


def load(path: Path) -> list[Outcome]:
    return [Outcome.read(data) for data in json.loads(path.read_text())]
