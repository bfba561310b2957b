"""Numbers per tenant that change with what was changed: who may do what, what is set up, any record at all, and one for each
group of tables.

What a process or Redis remembers (core.base.memo, core.access.known) names the number it was read under. The numbers are
read from the database with every request, so a right taken away is gone with the next one, whatever became of Redis. They
change in the transaction of the change itself, found in the session's writes: nobody has to remember to say so. Only text
past the ORM session (a bulk load) goes unnoticed, until the entry ends by itself within two minutes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import ORMExecuteState

from core.base.engine import current_database
from core.base.ids import new_id
from core.base.memo import GROUPS, forget_stamps, group_of
from core.base.session import FencedSession

from .models import AccessRevision

ROW = 1
MARK = "juheli_changed"
UNCHANGED = "access_unchanged"  # execution option of a write that nobody has to hear of (a touched session)
# table -> columns that count for access (None: all); a new account or session changes nothing for those that are there
WATCHED: dict[str, frozenset[str] | None] = {
    "accounts_user": frozenset({"name", "state", "must_change_password", "preferences", "totp_secret", "person_id"}),
    "accounts_session": None, "access_grant": None, "access_role": None, "settings_module": None,
    "access_token": None,
}
HARMLESS_WHEN_NEW = ("accounts_user", "accounts_session", "access_token")
SETTINGS = frozenset({"rules_override", "settings_dictionary", "settings_module", "ledgers_view", "notify_wording",
                      "people_org_unit"})
# written all the time, and read by nothing that is remembered (a total that asks one of them is counted every time)
QUIET = frozenset({"accounts_attempt", "accounts_session", "access_revision", "jobs_job", "web_once", "web_replay",
                   "webhooks_delivery", "work_draft"})


def topics_of(name: str, *, gone: bool = False) -> set[str]:
    """The numbers that a write to this table changes besides that of access. What is gone may have taken records of any table
    along; of text nobody knows the table.
    """
    told = {"settings"} if name in SETTINGS else set()
    if name in QUIET:
        return told
    return told | {"records"} | {f"group_{number}" for number in (range(GROUPS) if gone or not name else (group_of(name),))}


def _counts(changed: Any) -> bool:
    name = changed.__tablename__
    if name not in WATCHED:
        return False
    columns = WATCHED[name]
    state = inspect(changed)
    return columns is None or any(state.attrs[column].history.has_changes() for column in columns)


def _mark(current: FencedSession, topics: set[str]) -> None:
    if topics:
        current.info.setdefault(MARK, set()).update(topics)


@event.listens_for(FencedSession, "before_flush")
def _flushing(current: FencedSession, *_: Any) -> None:
    changed = [o for o in current.dirty if current.is_modified(o)]
    new = any(o.__tablename__ in WATCHED and o.__tablename__ not in HARMLESS_WHEN_NEW for o in current.new)
    if new or any(o.__tablename__ in WATCHED for o in current.deleted) or any(_counts(o) for o in changed):
        _mark(current, {"access"})
    for name in {o.__tablename__ for o in (*current.new, *changed)}:
        _mark(current, topics_of(name))
    for name in {o.__tablename__ for o in current.deleted}:
        _mark(current, topics_of(name, gone=True))


@event.listens_for(FencedSession, "do_orm_execute")
def _executing(state: ORMExecuteState) -> None:
    if (state.is_update or state.is_delete or state.is_insert) and not state.execution_options.get(UNCHANGED):
        table = getattr(getattr(state.statement, "table", None), "name", "")
        current: Any = state.session
        _mark(current, topics_of(table, gone=state.is_delete) | ({"access"} if table in WATCHED else set()))


@event.listens_for(FencedSession, "before_commit")
def _committing(current: FencedSession) -> None:
    if current.in_nested_transaction():
        return
    current.flush()
    topics, tenant_id = current.info.pop(MARK, None), current.info["scope"].tenant_id
    ours = current_database().metadata is AccessRevision.metadata  # not a database of other tables, as tests have
    if topics and ours and tenant_id is not None:
        forget_stamps(current)
        _set(current, tenant_id, topics)


@event.listens_for(FencedSession, "after_rollback")
def _rolled_back(current: FencedSession) -> None:
    if not current.in_nested_transaction():  # of a savepoint: what was changed before it stays; a mark too many is harmless
        current.info.pop(MARK, None)


def _set(current: FencedSession, tenant_id: int, topics: set[str]) -> None:
    """The last statement of the transaction: its row is locked for the commit only. A row of its own, because the
    tenant's row is locked first by whoever switches plugins, and two orders would be a deadlock. The numbers are new ones
    and never come back, also when a tenant is restored from an archive.
    """
    number = new_id()
    fresh = dict.fromkeys(sorted(topics), number)
    more = (update(AccessRevision).where(AccessRevision.tenant_id == tenant_id, AccessRevision.id == ROW)
            .values(**fresh).execution_options(synchronize_session=False))
    if current.execute(more).rowcount:  # type: ignore[attr-defined]
        return
    try:
        with current.begin_nested():
            first = dict.fromkeys({"access", "settings"} | topics_of(""), number)
            current.add(AccessRevision(tenant_id=tenant_id, id=ROW, **first))
    except IntegrityError:  # somebody else's first change was faster
        current.execute(more)
