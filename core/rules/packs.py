"""Rule packs: the numbers of regulations as every owner (core module or plugin) states them in `rules.toml`.

    [people.branch_min_members]
    title = "成立党支部所需正式党员的最少人数"
    title_en = "Fewest full members to found a branch"
    value = 3
    unit = "people"
    min = 1                                  # bounds of a tenant's own value, optional
    max = 20
    source = "《中国共产党支部工作条例（试行）》第四条"
    effective = 2018-10-28
    confidence = "high"                      # high | medium | local | product
    note = "…"                               # with note_en, optional

A value is a whole number, a text, true/false, or a table (list or dictionary of these).
"""
from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from core.base.i18n import current_locale
from core.rules.units import unit_code, unit_label

ROOT = Path(__file__).resolve().parents[2]
CONFIDENCE = ("high", "medium", "local", "product")     # product: our choice, no regulation behind it
REQUIRED = ("title", "title_en", "value", "source", "confidence")
OPTIONAL = ("unit", "min", "max", "choices", "effective", "note", "note_en")


class RuleFault(RuntimeError):
    """Rule packs that cannot be used; the message lists everything that is wrong with them."""


@dataclass(frozen=True)
class Rule:
    """One rule as shipped. `effective`: since when the regulation is in force; None for our own choices."""

    key: str
    value: Any
    title_zh: str
    title_en: str
    source: str
    confidence: str
    unit: str = ""
    effective: date | None = None
    min: int | None = None
    max: int | None = None
    choices: tuple[Any, ...] = ()
    note_zh: str = ""
    note_en: str = ""

    @property
    def owner(self) -> str:
        return self.key.partition(".")[0]

    @property
    def type(self) -> str:
        """`bool`, `int`, `str` or `table`."""
        kind = type(self.value).__name__
        return kind if kind in ("bool", "int", "str") else "table"

    @property
    def title(self) -> str:
        return self.title_en if current_locale() == "en" else self.title_zh

    @property
    def note(self) -> str:
        return self.note_en if current_locale() == "en" else self.note_zh

    @property
    def unit_label(self) -> str:
        return unit_label(self.unit)


def load_rules(folder: Path, name: str = "") -> dict[str, Rule]:
    """The rules of `folder/rules.toml` by key; empty without the file. Raises RuleFault with every problem.

    `name`: the module's, where the folder has another one.
    """
    path = folder / "rules.toml"
    if not path.is_file():
        return {}
    rules: dict[str, Rule] = {}
    problems: list[str] = []
    for owner, entries in tomllib.loads(path.read_text("utf-8")).items():
        if owner != (name or folder.name):
            problems.append(f"{path}: [{owner}] belongs into the rules.toml of {owner}")
        for name, entry in entries.items():
            key = f"{owner}.{name}"
            found = _faults(entry)
            problems += [f"{path}: {key}: {fault}" for fault in found]
            if not found:
                rules[key] = _rule(key, entry)
    if problems:
        raise RuleFault("\n".join(problems))
    return rules


def _rule(key: str, entry: Mapping[str, Any]) -> Rule:
    extra = {name: entry[name] for name in ("effective", "min", "max", "note_en") if name in entry}
    return Rule(
        key, entry["value"], entry["title"], entry["title_en"], entry["source"], entry["confidence"],
        unit=unit_code(entry.get("unit", "")), choices=tuple(entry.get("choices", ())), note_zh=entry.get("note", ""), **extra,
    )


def _faults(entry: Any) -> list[str]:
    if not isinstance(entry, dict):
        return ["is not a table"]
    said = [f"{name} is missing" for name in REQUIRED if name not in entry]
    said += [f"{name} is unknown" for name in entry if name not in REQUIRED + OPTIONAL]
    if entry.get("confidence", "high") not in CONFIDENCE:
        said.append(f"confidence is one of {', '.join(CONFIDENCE)}")
    try:
        unit_code(entry.get("unit", ""))
    except KeyError:
        said.append(f"unit {entry['unit']!r} is not in core/rules/units.toml")
    if ("note" in entry) != ("note_en" in entry):
        said.append("note and note_en come together")
    if "effective" not in entry and entry.get("confidence") in ("high", "medium"):
        said.append("effective is missing (only local practice and our own choices have no date)")
    return said + bounds_faults(entry.get("value"), entry.get("min"), entry.get("max"), entry.get("choices", ()))


def bounds_faults(value: Any, low: int | None, high: int | None, choices: Iterable[Any]) -> list[str]:
    """What of the declared limits the value breaks."""
    if isinstance(value, float):
        return ["value is a fraction: state it in a smaller unit"]
    if isinstance(value, int) and not isinstance(value, bool):
        too = [low is not None and value < low, high is not None and value > high]
        return ["value lies outside min and max"] if any(too) else []
    return ["value is not among choices"] if choices and value not in tuple(choices) else []


_more: list[Path] = []
_names: dict[Path, str] = {}


def add_rules(folder: Path, name: str = "") -> None:
    """Also read `folder/rules.toml` of the module `name` (a plugin installed outside this tree)."""
    if folder not in _more:
        _more.append(folder)
        _names[folder] = name
        catalog.cache_clear()
        shipped_version.cache_clear()


@cache
def catalog() -> Mapping[str, Rule]:
    """Every installed rule by key, core first. Raises RuleFault when a pack is faulty."""
    found: dict[str, Rule] = {}
    core, plugins = sorted((ROOT / "core").iterdir()), sorted((ROOT / "plugins").iterdir())
    for folder in (*core, *plugins, *_more):
        for key, rule in load_rules(folder, _names.get(folder, "")).items():
            if key in found:
                raise RuleFault(f"{folder}: {key} is stated twice")
            found[key] = rule
    return found


@cache
def shipped_version() -> str:
    """Twelve hex digits that change with any shipped value."""
    return fingerprint({key: rule.value for key, rule in catalog().items()})


def fingerprint(values: Mapping[str, Any]) -> str:
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
