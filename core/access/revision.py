"""A number per tenant that grows with every change of who may do what: accounts, sessions ended, roles, grants, settings.

What is remembered of a signed-in account (core.access.known) names the number it was read under. The number is read from
the database with every request, so a right taken away is gone with the next one, whatever became of Redis. It grows in
the transaction of the change itself, found in the session's writes: nobody has to remember to say so. Only text past the
ORM session (a bulk load) goes unnoticed, until the entry ends by itself within two minutes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import ORMExecuteState

from core.base.session import FencedSession

from .models import AccessRevision

ROW = 1
MARK = "juheli_access_changed"
UNCHANGED = "access_unchanged"  # execution option of a write that changes no right (a touched session)
# table -> columns that count (None: all); a new account or session changes nothing for those that are there
WATCHED: dict[str, frozenset[str] | None] = {
    "accounts_user": frozenset({"name", "state", "must_change_password", "preferences", "totp_secret"}),
    "accounts_session": None, "access_grant": None, "access_role": None, "settings_module": None,
}
HARMLESS_WHEN_NEW = ("accounts_user", "accounts_session")


def _counts(changed: Any) -> bool:
    name = changed.__tablename__
    if name not in WATCHED:
        return False
    columns = WATCHED[name]
    state = inspect(changed)
    return columns is None or any(state.attrs[column].history.has_changes() for column in columns)


@event.listens_for(FencedSession, "before_flush")
def _flushing(current: FencedSession, *_: Any) -> None:
    new = [o for o in current.new if o.__tablename__ in WATCHED and o.__tablename__ not in HARMLESS_WHEN_NEW]
    gone = [o for o in current.deleted if o.__tablename__ in WATCHED]
    if new or gone or any(_counts(o) for o in current.dirty):
        current.info[MARK] = True


@event.listens_for(FencedSession, "do_orm_execute")
def _executing(state: ORMExecuteState) -> None:
    if state.is_update or state.is_delete or state.is_insert:
        table = getattr(getattr(state.statement, "table", None), "name", "")
        if table in WATCHED and not state.execution_options.get(UNCHANGED):
            state.session.info[MARK] = True


@event.listens_for(FencedSession, "before_commit")
def _committing(current: FencedSession) -> None:
    if current.in_nested_transaction():
        return
    current.flush()
    if current.info.pop(MARK, False) and (tenant_id := current.info["scope"].tenant_id) is not None:
        _grow(current, tenant_id)


@event.listens_for(FencedSession, "after_rollback")
def _rolled_back(current: FencedSession) -> None:
    current.info.pop(MARK, None)


def _grow(current: FencedSession, tenant_id: int) -> None:
    """The last statement of the transaction: its row is locked for the commit only. A row of its own, because the
    tenant's row is locked first by whoever switches plugins, and two orders would be a deadlock.
    """
    more = (update(AccessRevision).where(AccessRevision.tenant_id == tenant_id, AccessRevision.id == ROW)
            .values(number=AccessRevision.number + 1).execution_options(synchronize_session=False))
    if current.execute(more).rowcount:  # type: ignore[attr-defined]
        return
    try:
        with current.begin_nested():
            current.add(AccessRevision(tenant_id=tenant_id, id=ROW, number=1))
    except IntegrityError:  # somebody else's first change was faster
        current.execute(more)
