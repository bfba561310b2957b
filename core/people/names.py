"""Finding a unit by what people write for it: short name, seal name, without 中共 and 委员会, pinyin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from core.access.models import AccessRevision
from core.base.db import session
from core.base.i18n import _
from core.base.pinyin import name_keys
from core.base.scope import current_scope

from .models import OrgUnit
from .spellings import seal_name_parts
from .words import LIVING_STATUS

MOST, MOST_FOUND = 4, 5_000     # tenants whose names are kept; answers kept with them


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
    found: dict[Hashable, tuple[Named | None, str]] = field(default_factory=dict)     # what was asked before

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
        core.access.revision is a new number then). For whoever asks chunk after chunk of a long sheet. In a transaction that
        has changed something, which the number does not know yet, they are read.
        """
        if session().work.changed:
            return cls.load()
        stamp = session().scalar(select(AccessRevision.settings).where(AccessRevision.id == 1))
        kept = _latest.get(tenant := current_scope().tenant_id)
        if not stamp or kept is None or kept[0] != stamp:
            kept = _latest[tenant] = stamp or 0, cls.load()
            while len(_latest) > MOST:
                _latest.pop(next(iter(_latest)), None)
        return kept[1]

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
        if asked not in self.found:
            if len(self.found) >= MOST_FOUND:
                self.found.clear()
            self.found[asked] = self._find(text, set(kinds), unit_kind)
        return self.found.get(asked) or self._find(text, set(kinds), unit_kind)

    def _find(self, text: str, wanted: set[str], unit_kind: str) -> tuple[Named | None, str]:
        for table, key in zip(self.by_text, (folded(text), core_of(text), folded(text)), strict=True):
            ids = [i for i in table.get(key, ()) if (not wanted or self.units[i].kind in wanted)
                   and (not unit_kind or self.units[i].unit_kind == unit_kind)]
            if len(ids) == 1:
                return self.units[ids[0]], ""
            if ids:
                shown = "、".join(sorted(self.units[i].name for i in ids)[:3])
                return None, _("“%(text)s”对应多个组织（%(shown)s），请填写组织全称。", text=text[:30], shown=shown)
        return None, _("没有找到组织“%(text)s”，请核对名称，或先在组织树中新增。", text=text[:30])


_latest: dict[int | None, tuple[int, UnitNames]] = {}     # tenant -> (stamp, names)
