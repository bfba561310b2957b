"""What a check looks at, and what it says."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from core.base.config import Config
from core.base.engine import Database
from core.base.scope import PLATFORM, tenant_scope
from core.plugin import Plugins
from core.rules import rule

OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`level`: ok, warn (soon trouble), bad (trouble now). `do` is what to do about it, empty when all is well."""

    check: str
    level: str
    says: str
    do: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Patient:
    """The installation that is looked at; `deep` walks whole audit chains and every file."""

    config: Config
    database: Database
    plugins: Plugins
    deep: bool = False


def ok(check: str, says: str) -> Finding:
    return Finding(check, OK, says)


def warn(check: str, says: str, do: str) -> Finding:
    return Finding(check, WARN, says, do)


def bad(check: str, says: str, do: str) -> Finding:
    return Finding(check, BAD, says, do)


def rule_of(key: str) -> int:
    """The number of a rule as the operators set it (a shipped one before there is a platform)."""
    with tenant_scope(PLATFORM):
        return int(rule(key).value)
