"""Finding a unit by what people write for it: short name, seal name, without 中共 and 委员会, pinyin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select

from core.access.models import AccessRevision
from core.base.db import session
from core.base.i18n import _
from core.base.memo import Store
from core.base.pinyin import name_keys
from core.base.scope import current_scope

from .models import OrgUnit
from .spellings import seal_name_parts
from .words import LIVING_STATUS

MOST, MOST_FOUND = 4, 5_000     # tenants whose names are kept (of each database); answers kept with them
LONGEST = 120                   # characters of a text whose answer is kept; no name is longer


def folded(text: str) -> str:
    """A name without blanks and brackets, in composed ASCII-width form."""
    return re.sub(r"[\s()·\"'“”]", "", unicodedata.normalize("NFKC", text)).casefold()


def core_of(text: str) -> str:
    """What is left of a name without the words that seal names add: two spellings of one unit meet here."""
    long_form, tail = seal_name_parts()
    bare = folded(text)
    return tail.sub("", long_form.sub("", bare)) or bare


@dataclass(frozen=True, slots=True)
class Named:
    """A living unit, as much of it as matching needs."""

    id: int
    name: str
    short_name: str
    path: str
    kind: str
    unit_kind: str


@dataclass
class UnitNames:
    """All living units of the tenant by every spelling; read once per batch."""

    units: dict[int, Named] = field(default_factory=dict)
    by_text: list[dict[str, set[int]]] = field(default_factory=lambda: [{}, {}, {}])
    found: dict[Hashable, Named] = field(default_factory=dict)     # by what was asked

    @classmethod
    def load(cls) -> UnitNames:
        found = cls()
        rows = session().execute(
            select(OrgUnit.id, OrgUnit.name, OrgUnit.short_name, OrgUnit.path, OrgUnit.kind, OrgUnit.unit_kind)
            .where(OrgUnit.status.in_(LIVING_STATUS)))
        for row in rows:
            found.add(Named(*row))
        return found

    @classmethod
    def shared(cls) -> UnitNames:
        """The same, not to be added to: read again only after a unit of the tenant was changed (`settings` of
        core.access.revision is a new number then), or after two minutes. For whoever asks chunk after chunk of a long sheet.
        In a transaction that has changed something, which the number does not know yet, they are read.
        """
        current = session()
        stamp = current.scalar(select(AccessRevision.settings).where(AccessRevision.id == 1))     # sends what waits, too
        if not stamp or current.work.changed:
            return cls.load()
        store = _stores.setdefault(current.get_bind(), Store(most=MOST))
        tenant = current_scope().tenant_id
        kept = store.get(tenant, stamp)
        if kept is None:
            kept = (cls.load(),)
            store.put(tenant, stamp, kept[0])
        return kept[0]

    def add(self, unit: Named) -> None:
        self.found.clear()
        self.units[unit.id] = unit
        keys = name_keys(unit.short_name)
        spellings: list[Iterable[str]] = [
            (folded(unit.short_name), folded(unit.name)), (core_of(unit.short_name), core_of(unit.name)),
            (keys.full, keys.initials)]
        for table, texts in zip(self.by_text, spellings, strict=True):
            for text in texts:
                if text:
                    table.setdefault(text, set()).add(unit.id)

    def find(self, text: str, *, kinds: Iterable[str] = (), unit_kind: str = "") -> tuple[Named | None, str]:
        """(unit, "") or (None, sentence). Exact spellings before looser ones; two candidates are never guessed between."""
        asked = (text, *kinds, unit_kind)
        if known := self.found.get(asked):
            return known, ""
        ids = self._matching(text, set(asked[1:-1]), unit_kind)
        if len(ids) == 1:
            self._remember(asked, self.units[ids[0]])
            return self.units[ids[0]], ""
        if ids:
            shown = "、".join(sorted(self.units[i].name for i in ids)[:3])
            return None, _("“%(text)s”对应多个组织（%(shown)s），请填写组织全称。", text=text[:30], shown=shown)
        return None, _("没有找到组织“%(text)s”，请核对名称，或先在组织树中新增。", text=text[:30])

    def _remember(self, asked: tuple[str, ...], unit: Named) -> None:
        """Only what was found: a sheet may hold any number of other texts, each as long as a cell can be. No sentences
        either, for the next one who asks may read another language."""
        if len(asked[0]) <= LONGEST:
            if len(self.found) >= MOST_FOUND:
                self.found.clear()
            self.found[asked] = unit

    def _matching(self, text: str, wanted: set[str], unit_kind: str) -> list[int]:
        for table, key in zip(self.by_text, (folded(text), core_of(text), folded(text)), strict=True):
            ids = [i for i in table.get(key, ()) if (not wanted or self.units[i].kind in wanted)
                   and (not unit_kind or self.units[i].unit_kind == unit_kind)]
            if ids:
                return ids
        return []


_stores: WeakKeyDictionary[Any, Store] = WeakKeyDictionary()     # by engine: the names of each tenant
