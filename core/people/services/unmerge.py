"""Taking a merge of two records back within its time: what the merge wrote down, and the way back from it.

The rows that pointed at the record that went are known by the foreign keys of all modules; what a module derives from
them it mends in its hook `person_unmerged`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, select, update

from core.accounts.models import User
from core.base.db import metadata, session
from core.base.i18n import _
from core.base.scope import beyond_subtree, current_scope
from core.contracts.errors import Invalid, NotFound
from core.contracts.events import PersonRegistered
from core.rules import rule
from core.service import Context, service
from core.tenancy.lifecycle import with_modules_off

from ..extras.merging import part_values
from ..models import Affiliation, Archive, Grid, MemberChange, Person
from ..standing import is_counted, open_links, settle, write_change
from .membership import _needed
from .orgs import living
from .persons import NUMBERS, set_keys

PARTS = ("sealed", "index", "mask")


@dataclass
class Trace:
    """What a merge changes, collected on the way, as JSON can hold it."""

    facts: dict[str, Any] = field(default_factory=dict)

    def note_rows(self, gone: Person) -> None:
        """Ids of everything that points at the record that goes, by table and column."""
        self.facts["rows"] = {f"{c.table.name}.{c.name}": ids for c in _pointers() if (ids := _pointing(c, gone.id))}

    def note_values(self, kept: Person, values: dict[str, Any], when: str) -> None:
        """The columns the merge sets on the record that stays, before or after."""
        names = [part for name in values for part in _columns(name)]
        self.facts[when] = {name: _plain(getattr(kept, name)) for name in names}


def begin(gone: Person) -> Trace:
    """A trace of the record that goes as it stood: its open affiliations, and whether it was counted."""
    return Trace({"open": [link.id for link in open_links(gone.id)], "counted": is_counted(gone), "org_id": gone.org_id})


def _pointers() -> Iterator[Column[Any]]:
    """Columns of all modules that name a person: foreign keys, and the three of core that are none on purpose."""
    yield from (MemberChange.__table__.c.person_id, Grid.__table__.c.worker_id, User.__table__.c.person_id)
    for table in metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            if key.referred_table is Person.__table__:
                yield next(column for column in key.columns if column.name != "tenant_id")


def _pointing(column: Column[Any], person_id: int) -> list[int]:
    table = column.table
    return list(session().scalars(select(table.c.id).where(table.c.tenant_id == current_scope().tenant_id, column == person_id)))


def _columns(name: str) -> list[str]:
    return [f"{NUMBERS[name]}_{part}" for part in PARTS] if name in NUMBERS else [name]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _typed(name: str, value: Any) -> Any:
    kind = Person.__table__.c[name].type.python_type
    return kind.fromisoformat(value) if value and issubclass(kind, dt.date) else value


def undo_until(row: Archive) -> dt.date | None:
    """The last day on which the merge can be taken back (rule people.merge_undo); None when it cannot at all."""
    if not row.undo or row.kept_id is None or row.undone_on is not None:
        return None
    return row.on + dt.timedelta(days=int(rule("people.merge_undo").value))


@service("people.person.merge", action="people.person.unmerge")
def undo_merge(ctx: Context, archive_id: int, *, reason: str) -> Person:
    """Bring the merged record back with everything that was its own; returns it.

    The record that stayed gets its earlier values back where nobody changed them since. Raises Invalid when the time is
    over, one of the records cannot be restored any more or its unit is gone; Forbidden without the right at both places.
    """
    row, said = ctx.get(Archive, archive_id), _needed(reason)
    until = undo_until(row)
    if until is None or ctx.today() > until:
        raise Invalid({"reason": [_("已超过可以撤销合并的时间，请分别修改两条记录。")]})
    kept = _kept(ctx, row)
    ctx.require("people.person.merge", row.org_path)
    ctx.require("people.person.merge", kept.org_path)
    unit = living(ctx, row.undo["org_id"])
    with beyond_subtree("people: a merged person's records may lie elsewhere"):
        _give_back(kept, row.undo)
        gone = _restore(row)
        _point_back(row.undo["rows"], kept.id, gone.id)
        part_values(kept, gone)
        _reopen(gone, row.undo["open"])
        if row.undo["counted"]:
            write_change(ctx, gone, "corrected", unit, ctx.today(), effect=1, reason=said)
        told = with_modules_off(ctx)
        told.hooks.strict("person_unmerged", kept_id=kept.id, gone_id=gone.id, ctx=told)
        settle(gone)
        settle(kept)
    row.undone_on = ctx.today()
    ctx.audit("person", gone.id, name=gone.name, unmerged_from=kept.id, reason=said)
    ctx.publish(PersonRegistered(person_id=gone.id, org_id=gone.org_id))
    return gone


def _kept(ctx: Context, row: Archive) -> Person:
    try:
        return ctx.get(Person, int(row.kept_id or 0))
    except NotFound:
        raise Invalid({"reason": [_("合并后保留的那条记录已不在登记中，不能撤销。")]}) from None


def _give_back(kept: Person, trace: dict[str, Any]) -> None:
    """The earlier values of the record that stays; one that somebody changed after the merge is left as it is."""
    untouched = {name for name, value in trace["after"].items() if _plain(getattr(kept, name)) == value}
    for name, value in trace["before"].items():
        number = next((column for column in NUMBERS.values() if name.startswith(column + "_") and name.endswith(PARTS)), "")
        if (f"{number}_index" if number else name) in untouched:
            setattr(kept, name, _typed(name, value))
    set_keys(kept)
    session().flush()


def _restore(row: Archive) -> Person:
    values = {name: _typed(name, value) for name, value in row.snapshot.items() if name != "version"}
    taken = values.get("id_index") and session().scalar(select(Person.id).where(Person.id_index == values["id_index"]))
    if taken or session().get(Person, (current_scope().tenant_id, row.record_id)):
        raise Invalid({"reason": [_("这个身份证号码现在登记在另一条记录上，请先核对更正。")]})
    gone = Person(**values)
    session().add(gone)
    session().flush()
    return gone


def _point_back(rows: dict[str, list[int]], kept_id: int, gone_id: int) -> None:
    """Rows that still point at the record that stays point at their own again."""
    for place, ids in rows.items():
        table_name, column_name = place.split(".")
        table = metadata.tables.get(table_name)
        if table is None:                                       # its module was removed from this installation
            continue
        column = table.c[column_name]
        session().execute(update(table).where(table.c.tenant_id == current_scope().tenant_id, table.c.id.in_(ids),
                                              column == kept_id).values({column_name: gone_id}))
    session().expire_all()


def _reopen(gone: Person, ids: list[int]) -> None:
    for link in session().scalars(select(Affiliation).where(Affiliation.person_id == gone.id, Affiliation.id.in_(ids))):
        link.ends_on, link.formal_of = None, gone.id if link.kind == "formal" else None
    session().flush()
