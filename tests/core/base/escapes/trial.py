"""Trying one experiment and judging what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.base.engine import Database
from core.base.scope import Scope
from tests.core.base.escapes import SECRET, Escape
from tests.core.base.lab import as_tenant, crossings, fill, shared_state, state_of

NAMES_OF_TWO = ("2-", "org2", "sub2", "tag2", "tenant2", SECRET)


@dataclass(frozen=True)
class Outcome:
    """`how`: LEAK, refused (an error) or nothing (no foreign row in the result)."""

    how: str
    detail: str = ""
    error: Exception | None = None

    @property
    def leaked(self) -> bool:
        return self.how == "LEAK"


def discloses(value: Any) -> bool:
    """Whether something of tenant 2 is in a result."""
    if isinstance(value, list | tuple) or hasattr(value, "_mapping"):
        return any(discloses(part) for part in value)
    if isinstance(value, str):
        return any(name in value for name in NAMES_OF_TWO)
    return getattr(value, "__dict__", {}).get("tenant_id") == 2


def try_escape(database: Database, escape: Escape) -> Outcome:
    """Run an experiment as tenant 1 (or as nobody); afterwards the rows are as they were."""
    if escape.kind == "write":
        return _write(escape)
    if escape.kind == "unscoped":
        with database.open_session(Scope(1)) as session:
            return _read(escape, session)
    with as_tenant(1) as session:
        return _read(escape, session)


def _read(escape: Escape, session: Any) -> Outcome:
    try:
        result = escape.attempt(session)
    except Exception as error:
        return Outcome("refused", f"{type(error).__name__}: {error}", error)
    return Outcome("LEAK", repr(result)) if discloses(result) else Outcome("nothing", repr(result))


def _write(escape: Escape) -> Outcome:
    before = _foreign_state()
    outcome = Outcome("nothing")
    with as_tenant(1) as session:
        try:
            escape.attempt(session)
            session.commit()
        except Exception as error:
            outcome = Outcome("refused", f"{type(error).__name__}: {error}", error)
    after = _foreign_state()
    if before != after:
        fill()
        return Outcome("LEAK", f"{before} became {after}")
    if outcome.how == "nothing":
        fill()
    return outcome


def _foreign_state() -> list[Any]:
    """What tenant 1 must not change: rows of tenant 2, references across, and what all tenants share."""
    return [state_of(2), crossings(), shared_state()]
