"""Canaries: one row in every tenant table, all under the same number, every text in it a word that is found nowhere else.

The number is what makes the probe general: `/anything/<number>` meets the canary in whichever table the page reads, so no
list says which address belongs to which table, and a table that a plugin adds is covered the day it is added.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Date, DateTime, Integer, String, Table, UniqueConstraint, insert, select

from core.base import clock
from core.base.crypto import token_hash
from core.base.db import Base
from core.base.fence.registry import tenant_column
from core.base.keys import TENANT
from core.base.session import begin_write, session
from core.files import storage
from core.jobs.models import DONE
from core.plugin import Plugins, installed

from .sealing import sealed_of

LATER = dt.timedelta(days=300)
_AHEAD = ("until", "expires", "ends", "due", "run_at", "term_end")   # parts of names of moments that must lie ahead
COUNTERS = frozenset({"audit_head", "access_revision"})     # one row per tenant, whose number only grows
ROOM = 20           # a text column shorter than this holds a code, not words
# of the canary with this number; that of the tenant and the foreign one are of the same year, else nothing of it would be in view
CALENDAR = {"year": lambda number: clock.today().year - number % 20, "quarter": lambda _number: 1, "month": lambda _number: 1}


@dataclass(frozen=True, slots=True)
class Mark:
    """One set of canaries: whose, under which number, with which word, at which place of the tree."""

    tenant_id: int
    id: int
    word: str
    path: str
    grant: str = ""         # the subtree the canary's account is granted

    @property
    def ordinal(self) -> int:
        return int(self.path[-4:], 36)


def tenant_tables() -> list[Table]:
    """Every table of tenants, referenced tables first."""
    plugins = installed()
    return [t for t in Base.metadata.sorted_tables if tenant_column(t) == TENANT and plugins.holds(t.name)]


def plant(mark: Mark, plugins: Plugins, without: frozenset[str] = frozenset()) -> None:
    """Write the canaries of one set into the tenant in scope (none into some tables), in one transaction."""
    begin_write()
    done: set[str] = set()
    for table in (t for t in tenant_tables() if t.name not in COUNTERS | without):
        session().execute(insert(table).values(**row(table, mark, plugins, done)))
        done.add(table.name)
    session().commit()
    lay_file(mark)


def row(table: Table, mark: Mark, plugins: Plugins, done: set[str]) -> dict[str, Any]:
    """One canary. `done`: the tables that have theirs; what may be empty and refers elsewhere stays empty."""
    links = _links(table)
    values: dict[str, Any] = {}
    for column in table.c:
        if column.name in links:
            reachable = links[column.name] in done | {table.name}
            values[column.name] = mark.id if reachable or not column.nullable else None
        else:
            values[column.name] = _value(table, column, mark)
    return values | codes_of(table, plugins) | sealed_of(table, mark) | _special(table.name, mark, plugins)


def codes_of(table: Table, plugins: Plugins) -> dict[str, Any]:
    """Column -> a code that is declared for it: the first state of its workflow, the first choice of its ledger."""
    found: dict[str, Any] = {}
    for workflow in plugins.workflows.values():
        if workflow.model.__table__ is table:
            found["state"] = workflow.initial
    for ledger in plugins.ledgers.values():
        sources = [(c.source, c.choices) for c in ledger.columns] + [(f.source, f.choices) for f in ledger.filters]
        for source, choices in sources:
            column = getattr(source, "property", None)
            if isinstance(choices, Mapping) and choices:
                first = next(iter(choices))
                found |= {c.name: first for c in getattr(column, "columns", ()) if c.table is table and c.name not in found}
    return found


def token_of(mark: Mark, table: str) -> str:
    """The secret behind the canary of a table that keeps the hash of one, and the code of one that keeps a code."""
    return f"{mark.word}{table}"


def _links(table: Table) -> dict[str, str]:
    """Column -> the tenant table its foreign key names."""
    return {e.parent.name: key.referred_table.name for key in table.foreign_key_constraints for e in key.elements
            if e.parent.name != TENANT}


def _value(table: Table, column: Column[Any], mark: Mark) -> Any:
    name = column.name
    if name == TENANT:
        return mark.tenant_id
    if name == "id":
        return mark.id
    if name == "token_hash":
        return token_hash(token_of(mark, table.name))
    if name == "path" or name.endswith("_path"):
        return mark.path
    if name == "ordinal":
        return mark.ordinal
    if isinstance(column.type, Integer) and name.endswith("_id"):
        return mark.id      # a reference that no foreign key knows of
    if isinstance(column.type, String):
        return _text(table, column, mark)
    if isinstance(column.type, Integer) and name in CALENDAR:
        return CALENDAR[name](mark.id)
    if isinstance(column.type, Integer) and any(name in key for key in unique_keys(table)):
        return 1_000_000 + mark.id % 1000
    return _other(column, mark)


def _text(table: Table, column: Column[Any], mark: Mark) -> str | None:
    """A word that can be told from all others, wherever there is room and no code is expected."""
    usual = _default(column)
    if usual not in (None, "") or column.name in _codes(table):
        return str(usual or mark.word[-(column.type.length or ROOM):])  # type: ignore[attr-defined]
    length = column.type.length or 200  # type: ignore[attr-defined]
    if length < ROOM and column.nullable:
        return None
    return token_of(mark, table.name)[:length]


def _codes(table: Table) -> set[str]:
    """Columns that hold a code of ours, where a word would only make the page stumble."""
    return {c.name for c in table.c if c.name in ("state", "status", "kind", "type", "via")}


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


def _other(column: Column[Any], mark: Mark) -> Any:
    ahead = any(part in column.name for part in _AHEAD)
    if isinstance(column.type, DateTime) or getattr(column.type, "impl", None).__class__ is DateTime:
        return None if column.nullable and not ahead else clock.now() + (LATER if ahead else -dt.timedelta(days=1))
    if isinstance(column.type, Date):
        return None if column.nullable else clock.today() + (LATER if ahead else dt.timedelta())
    usual = _default(column)
    if usual is not None or column.nullable:
        return usual
    if isinstance(column.type, Integer):
        return 1
    return {}


def _special(table: str, mark: Mark, plugins: Plugins) -> dict[str, Any]:
    """What core's own tables need so that the canary's account can sign in, hold every permission and open its records."""
    extra = {field.of: field.name for _name, field in sorted(plugins.extra_fields.items(), reverse=True)}
    return {
        "access_role": {"permissions": sorted(plugins.permissions)},
        "access_grant": {"org_path": mark.grant, "ends_on": None},
        "accounts_user": {"login_name": mark.word.lower(), "must_change_password": False},
        "files_file": {"key": f"{mark.id % 256:02x}/{mark.id:030x}", "size": len(mark.word),
                       "sha256": hashlib.sha256(mark.word.encode()).hexdigest()},
        "imports_batch": {"kind": min(plugins.import_kinds, default="")},
        "jobs_job": {"name": "ledgers.export", "payload": {"ledger": min(plugins.ledgers)}, "result": {"file_id": mark.id},
                     "status": DONE},
        "ledgers_view": {"ledger": min(plugins.ledgers)},
        "notify_bulletin": {"state": "published", "starts_on": clock.today()},
        "notify_wording": {"name": sorted(plugins.notices)[mark.ordinal % len(plugins.notices)]},     # one of each in a tenant
        "people_affiliation": {"kind": "volunteer"},
        "people_person_extra": {"field": extra.get("person", ""), "was_of": 0},
        "people_org_extra": {"field": extra.get("org_unit", "")},
        "work_item": _asked(plugins),
    }.get(table, {})


def _asked(plugins: Plugins) -> dict[str, Any]:
    """What an inbox item says of the step it asks for: the first that asks for one permission everywhere."""
    workflow, step = next((workflow, step) for _name, workflow in sorted(plugins.workflows.items()) for step in workflow.steps
                          if step.asks and step.may and step.asks_for is None)
    return {"declared": workflow.name, "record_kind": workflow.name, "step": step.name, "permission": step.may,
            "guard": workflow.permission}


def lay_file(mark: Mark) -> None:
    """The bytes of the canary in the register of files, in the folder of the tenant in scope."""
    path = storage.tenant_folder() / str(_special("files_file", mark, installed())["key"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(mark.word)


def unique_keys(table: Table) -> Iterator[tuple[str, ...]]:
    """The column lists of a table that no two rows of a tenant may share."""
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield tuple(c.name for c in constraint.columns)


Content = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


def content(tenant_id: int, only: frozenset[str] | None = None) -> Content:
    """All rows of the tenant in scope by table and key (of some tables): what must be the same before and after."""
    found: Content = {}
    for table in (t for t in tenant_tables() if only is None or t.name in only):
        rows = session().execute(select(table).where(table.c[TENANT] == tenant_id)).mappings()
        keys = [c.name for c in table.primary_key.columns]
        found[table.name] = {tuple(r[k] for k in keys): dict(r) for r in rows}
    session().rollback()
    return found
