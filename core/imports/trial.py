"""Putting items through the checks and the writing service of their kind, each in its own savepoint."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.orm.exc import StaleDataError

from core.base.i18n import _
from core.base.scope import narrowed
from core.base.session import session
from core.contracts.errors import Conflict, Forbidden, Invalid, JuheliError
from core.events.outbox import told_as_one
from core.imports.reading import Item, Reading
from core.plugin import ImportKind, Objection
from core.service import WHOLE_TENANT, Context, unit_of_work
from core.web.forms import flat

log = logging.getLogger("juheli.imports")
UNREADY = ("42P01", "42703")        # a table, a column that an update has not brought yet


class _RolledBack(Exception):
    """Ends a trial: everything it wrote is forgotten."""


@contextmanager
def trial(ctx: Context) -> Iterator[None]:
    """A unit of work that is rolled back at its end: a dry run shows what a real one would do."""
    try:
        with unit_of_work(ctx):
            yield
            raise _RolledBack
    except _RolledBack:
        return


@contextmanager
def in_reach(ctx: Context, kind: ImportKind) -> Iterator[None]:
    """Only the subtrees where the actor may import this kind. Raises Forbidden when there are none."""
    paths = ctx.subtrees(kind.permission)
    if not paths:
        raise Forbidden(kind.permission)
    with narrowed(None if paths == WHOLE_TENANT else paths):
        yield


def put_through(ctx: Context, reading: Reading, items: Sequence[Item]) -> None:
    """Check and write the items that are still good. What fails gets its sentence; the others keep their outcome.

    All of them in one savepoint. Where one fails after it changed something, or anything fails that cannot be told to be of
    one row, all is taken back and done once more, each in a savepoint of its own. Raises what a later attempt may cure.
    """
    ready = [item for item in items if item.data is not None and not item.errors]
    if not ready:
        return
    with told_as_one(), in_reach(ctx, reading.kind):
        try:
            with session().begin_nested():
                _each(ctx, reading, ready, _untouched)
                _send()
        except Exception:
            for item in ready:
                item.errors, item.warned = {}, {}
                item.outcome, item.undo, item.record = "", None, None
            _each(ctx, reading, ready, _own_savepoint)


def _each(ctx: Context, reading: Reading, ready: Sequence[Item], guard: Callable[[], AbstractContextManager[None]]) -> None:
    kind = reading.kind
    state = kind.prepare(ctx, [item.data for item in ready]) if kind.prepare else None
    for item in ready:
        try:
            with guard():                   # also around the check: its queries send what waits of the rows before
                _one(ctx, reading, item, state)
        except _HalfDone:
            raise
        except Exception as error:
            refuse_item(item, reading, sentences(error))


def _one(ctx: Context, reading: Reading, item: Item, state: Any) -> None:
    kind = reading.kind
    found, warned = weighed(kind.check(ctx, item.data, state) if kind.check else None)
    item.warned = {}
    note(item.warned, reading, warned)
    if found:
        refuse_item(item, reading, found)
        return
    record_kind, record_id, item.outcome, item.undo = kind.write(ctx, dict(item.data or {}), state)
    item.record = (record_kind, record_id)


class _HalfDone(Exception):
    """A row failed after it had changed something: what it did cannot be told from what the rows before it did."""


@contextmanager
def _untouched() -> Iterator[None]:
    """A row among others in one savepoint. Its error passes when the row had changed nothing; else raises _HalfDone."""
    work = session().work
    touched, lengths = work.touched, work.lengths()
    try:
        yield
        current = session()
        if current.new or current.dirty or current.deleted:     # gathered records wait for those of the rows after
            _send()
    except Exception as error:
        current = session()
        changed = current.work is not work or work.touched != touched or any(len(each) != length for each, length in lengths)
        if changed or current.dirty or current.deleted or not current.is_active:
            raise _HalfDone from error
        raise


@contextmanager
def _own_savepoint() -> Iterator[None]:
    with session().begin_nested():
        yield
        _send()


def _send() -> None:
    """Flush. Raises StaleDataError when a row hushed up an error that ended the savepoint: that would be left without a word."""
    session().flush()
    if not session().is_active:
        raise StaleDataError("the savepoint of the rows is over")


def weighed(found: dict[str, list[Any]] | None) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """(what keeps the row out, what only warns), both by field."""
    kept_out: dict[str, list[Any]] = {}
    warned: dict[str, list[Any]] = {}
    for name, said in (found or {}).items():
        for one in said:
            objection = one if isinstance(one, Objection) else Objection(one)
            (kept_out if objection.blocking else warned).setdefault(name, []).append(str(objection.text))
    return kept_out, warned


def note(told: dict[str, str], reading: Reading, found: dict[str, Any]) -> None:
    """Add sentences by field; a field the sheet does not have counts for the whole row."""
    for name, said in found.items():
        known = name if name in reading.by_name else ""
        text = "；".join(flat(said))
        told[known] = f"{told[known]}；{text}" if known in told else text


def refuse_item(item: Item, reading: Reading, found: dict[str, Any]) -> None:
    """Note errors: the row stays out."""
    note(item.errors, reading, found)
    item.outcome, item.undo, item.record = "", None, None


def _is_defect(error: DBAPIError) -> bool:
    """Whether the statement itself was refused: the next attempt would send the same. A table that is not there yet will be."""
    return isinstance(error, ProgrammingError) and getattr(error.orig, "sqlstate", None) not in UNREADY


def sentences(error: Exception) -> dict[str, Any]:
    """A refusal as sentences for the row. A defect is logged and gets a sentence too: one row must not stop a batch.

    Raises again what a later attempt may cure (a busy database).
    """
    if isinstance(error, Invalid):
        return error.errors or {"": [str(error)]}
    if isinstance(error, Forbidden):
        return {"": [_("您没有在这个组织录入的权限。")]}
    if isinstance(error, Conflict):
        return {"": [str(error) or _("这条记录刚被别人修改，请核对后重新导入这一行。")]}
    if isinstance(error, JuheliError):
        return {"": [_("找不到这一行所指的记录，请核对。")]}
    if isinstance(error, IntegrityError | DataError | StaleDataError):
        log.warning("import row refused by the database: %s", type(error).__name__)
        return {"": [_("与已有记录冲突，请核对后重新导入这一行。")]}
    if isinstance(error, DBAPIError) and not _is_defect(error):
        raise error
    log.exception("import row failed", exc_info=error)
    return {"": [_("这一行无法处理，请联系管理员。")]}
