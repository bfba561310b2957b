"""Lists a tenant may change (categories, posts …): declared in a module's dictionaries.toml, changed by rows.

A tenant that changed nothing has no rows. The codes declared by the module are the shared base of roll-ups.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import current_locale
from core.base.memo import remembered
from core.contracts.errors import NotFound
from core.plugin import Plugins, installed

from .models import DictionaryEntry

FILE = "dictionaries.toml"
_CACHE = "settings_dictionaries"
_LABELS = "settings_labels"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the tenant has it. `also`: other spellings met in sheets; `declared`: the module's own word, "" for an
    entry the tenant added; `changed`: the tenant's list says something else than the module.
    """

    code: str
    label: str
    base: str
    active: bool = True
    rank: int = 100
    version: int = 0
    also: tuple[str, ...] = ()
    declared: str = ""
    changed: bool = False


@cache
def _declared_in(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def declared() -> dict[str, Any]:
    """kind -> {title, entries} of all installed modules."""
    return _declared_by(installed())


@lru_cache(maxsize=8)
def _declared_by(plugins: Plugins) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for owner in plugins.by_name.values():
        path = owner.root / FILE
        if path.is_file():
            found |= _declared_in(path)
    return found


def title(kind: str) -> str:
    """Name of the list in the reader's language."""
    names = declared()[kind]["title"]
    return names.get(current_locale()) or names["zh"]


def entries(kind: str) -> list[Entry]:
    """All entries of a list in the tenant in scope, switched-off ones included, in order. NotFound: no such list."""
    known = declared().get(kind)
    if known is None:
        raise NotFound(kind)
    found = {}
    for rank, entry in enumerate(known["entries"]):
        label = entry.get(current_locale()) or entry["zh"]
        also = (entry["zh"], entry.get("en", ""), *entry.get("also", ()))
        found[entry["code"]] = Entry(entry["code"], label, entry["code"], rank=rank, also=also, declared=label)
    for row in _rows().get(kind, ()):
        old = found.get(row.code, Entry(row.code, row.label, row.base))
        found[row.code] = replace(old, label=row.label or old.label, base=row.base, active=row.active, rank=row.rank,
                                  version=row.version, changed=True)
    return sorted(found.values(), key=lambda e: (e.rank, e.code))


def _rows() -> dict[str, list[Any]]:
    """The tenant's rows by kind, read once per session, or remembered."""
    kept = session().info
    if _CACHE not in kept:
        kept[_CACHE] = remembered("settings", _CACHE, _read)
    found: dict[str, list[Any]] = kept[_CACHE]
    return found


def _read() -> dict[str, list[Any]]:
    by_kind: dict[str, list[Any]] = {}
    columns = (getattr(DictionaryEntry, name) for name in ("kind", "code", "label", "base", "active", "rank", "version"))
    for row in session().execute(select(*columns)):
        by_kind.setdefault(row.kind, []).append(row)
    return by_kind


def forget() -> None:
    """Read the rows again at the next question (somebody changed them in this session)."""
    for key in (_CACHE, _LABELS):
        session().info.pop(key, None)


def labels(kind: str) -> dict[str, str]:
    """code -> label, switched-off entries too (old records still show their word). Kept with the session, do not change it."""
    known = session().info.setdefault(_LABELS, {})
    wanted = (kind, current_locale())
    if wanted not in known:
        known[wanted] = remembered("settings", (_LABELS, *wanted), lambda: {e.code: e.label for e in entries(kind)})
    found: dict[str, str] = known[wanted]
    return found


def choices(kind: str, keep: Iterable[str] = ()) -> list[tuple[str, str]]:
    """(code, label) of what may be chosen; `keep` adds codes a record already has."""
    kept = set(keep)
    return [(e.code, e.label) for e in entries(kind) if e.active or e.code in kept]


def label(kind: str, code: str) -> str:
    """The word for a code; an unknown code stands for itself."""
    return labels(kind).get(code, code)


def code_for(kind: str, text: str) -> str | None:
    """The code a word (label, code or other spelling) stands for, or None."""
    wanted = text.strip()
    usable = [e for e in entries(kind) if e.active]
    exact = next((e.code for e in usable if wanted in (e.code, e.label)), None)
    return exact or next((e.code for e in usable if wanted in e.also), None)
