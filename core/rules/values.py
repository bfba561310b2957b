"""`rule("people.branch_min_members")`: the number in force for the tenant in scope, and where it comes from."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from core.base import clock
from core.base.db import session
from core.base.i18n import _
from core.base.memo import remembered
from core.rules.models import RuleOverride
from core.rules.packs import Rule, catalog, fingerprint, shipped_version

_CACHE = "rules.overrides"


@dataclass(frozen=True)
class RuleValue:
    """A rule as it holds on a day. `overridden_by` is the account that set the tenant's own value, else None."""

    rule: Rule
    value: Any
    effective: date | None
    overridden_by: int | None = None
    document_no: str = ""

    @property
    def key(self) -> str:
        return self.rule.key

    @property
    def unit(self) -> str:
        return self.rule.unit

    @property
    def source(self) -> str:
        """The regulation behind the shipped value."""
        return self.rule.source

    @property
    def text(self) -> str:
        """The value with its unit, for sentences: `6 个月`."""
        return f"{self.value} {self.rule.unit_label}".strip()

    def explain(self) -> str:
        """One sentence for the reader who asks where the number comes from."""
        if self.overridden_by is None:
            return _("%(title)s：%(value)s。依据：%(source)s。", title=self.rule.title, value=self.text,
                     source=self.source)
        return _("%(title)s：%(value)s。本单位按 %(document)s 执行（%(date)s 起）；一般规定：%(source)s。",
                 title=self.rule.title, value=self.text, document=self.document_no, date=self.effective,
                 source=self.source)


def rule(key: str, on: date | None = None) -> RuleValue:
    """The rule `key` as it holds for the tenant in scope on a day (today, if not given).

    The tenant's own values are read once per session, or remembered. Raises KeyError for an unknown rule, NoTenant outside
    any scope. System work, which belongs to no tenant, sees what is shipped.
    """
    shipped = catalog()[key]
    own = _in_force(key, on or clock.today())
    if own is None:
        return RuleValue(shipped, shipped.value, shipped.effective)
    return RuleValue(shipped, own.value, own.effective_from, own.set_by, own.document_no)


def pack_version(on: date | None = None) -> str:
    """Twelve hex digits naming all values in force, to be stored with decisions that used them."""
    day = on or clock.today()
    own = {key: row.value for key in sorted(overrides()) if (row := _in_force(key, day)) and key in catalog()}
    return fingerprint({"shipped": shipped_version(), "own": own}) if own else shipped_version()


@dataclass(frozen=True, slots=True)
class OwnValue:
    """A tenant's own value of a rule, as its row says it."""

    value: Any
    effective_from: date
    set_by: int
    document_no: str


def overrides() -> dict[str, list[OwnValue]]:
    """Every own value of the tenant in scope, per key, latest day first. Do not change it."""
    current = session()
    if _CACHE not in current.info:
        in_tenant = current.info["scope"].tenant_id is not None
        current.info[_CACHE] = remembered("settings", _CACHE, _read) if in_tenant else {}
    known: dict[str, list[OwnValue]] = current.info[_CACHE]
    return known


def _read() -> dict[str, list[OwnValue]]:
    found: dict[str, list[OwnValue]] = {}
    columns = (RuleOverride.key, RuleOverride.value, RuleOverride.effective_from, RuleOverride.set_by, RuleOverride.document_no)
    with session().no_autoflush:
        for key, *rest in session().execute(select(*columns).order_by(RuleOverride.effective_from.desc())):
            found.setdefault(key, []).append(OwnValue(*rest))
    return found


def forget_overrides() -> None:
    """After a change: read them again at the next question."""
    session().info.pop(_CACHE, None)


def _in_force(key: str, day: date) -> OwnValue | None:
    return next((row for row in overrides().get(key, ()) if row.effective_from <= day), None)
