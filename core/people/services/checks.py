"""Registry maintenance (动态维护): rounds per branch, confirmed by the branch, approved above it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, or_, select, update

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.capabilities import WorkflowRuns
from core.contracts.errors import Conflict, Invalid
from core.service import Context, service

from ..conditions import unverified
from ..models import OrgUnit, Person, RegistryCheck
from ..words import LIVING_STATUS

CONFIRM = "people.check.confirm"
DUE, CONFIRMED, APPROVED = "due_for_check", "confirmed", "approved"
WORKFLOW = "people.registry_check"


@service("people.check.approve", action="people.check.open")
def open_rounds(ctx: Context) -> int:
    """Open a round in every branch with members whose data fell due; returns how many. Idempotent; run daily."""
    with beyond_subtree("people: rounds open for all branches"):
        open_now = select(RegistryCheck.org_id).where(RegistryCheck.open_of.is_not(None))
        running = set(session().scalars(open_now))
        # Whoever was confirmed and then moved away from that round has nobody who would approve it.
        due = unverified(ctx) & or_(Person.check_state != CONFIRMED, Person.org_id.not_in(open_now))
        counts = dict(session().execute(select(Person.org_id, func.count()).where(due).group_by(Person.org_id)).all())
        units = session().scalars(select(OrgUnit).where(OrgUnit.id.in_(set(counts) - running),
                                                        OrgUnit.status.in_(LIVING_STATUS))).all()
        rounds = [RegistryCheck(org_id=u.id, open_of=u.id, org_path=u.path, opened_on=ctx.today(), head_count=counts[u.id])
                  for u in units]
        session().execute(update(Person).where(due).values(check_state=DUE)
                          .execution_options(synchronize_session=False))
        session().add_all(rounds)
        session().flush()
        if rounds and (work := ctx.capability(WorkflowRuns)):
            work.start_many(ctx, WORKFLOW, rounds)
    ctx.audit("registry_check", None, opened=len(rounds))
    return len(rounds)


@service("people.person.read", writes=False)
def round_of(ctx: Context, check_id: int) -> tuple[RegistryCheck, list[Person]]:
    """A round and the members it is about."""
    check = ctx.get(RegistryCheck, check_id)
    wanted = (DUE, CONFIRMED) if check.open_of else (APPROVED,)
    people = select(Person).where(Person.org_id == check.org_id, Person.is_formal, Person.check_state.in_(wanted))
    return check, list(session().scalars(people.order_by(Person.check_state.desc(), Person.name_full)).all())


@service("people.person.read", writes=False)
def rounds(ctx: Context, limit: int = 200) -> list[RegistryCheck]:
    """Rounds in the actor's subtrees, open ones first."""
    found = select(RegistryCheck).order_by(RegistryCheck.open_of.is_(None), RegistryCheck.opened_on.desc(), RegistryCheck.id)
    return list(session().scalars(found.limit(limit)).all())


@service(CONFIRM)
def confirm_members(ctx: Context, check_id: int, person_ids: Iterable[int]) -> int:
    """Say that the data of these members were looked through and are right. Returns how many."""
    check = ctx.get(RegistryCheck, check_id)
    if check.state != "due":
        raise Conflict(_("这一轮核验已经报送，不能再改。"))
    wanted = set(person_ids)
    if not wanted:
        raise Invalid({"person_ids": [_("请先勾选已核对的党员。")]})
    done = session().execute(
        update(Person).where(Person.id.in_(wanted), Person.org_id == check.org_id, Person.check_state == DUE)
        .values(check_state=CONFIRMED, version=Person.version + 1).execution_options(synchronize_session=False)).rowcount
    session().expire_all()
    ctx.audit("registry_check", check.id, name=check.org.short_name, confirmed=done)
    return done


def left_to_confirm(check: RegistryCheck) -> int:
    """Members of the branch nobody has looked through yet."""
    rows = select(func.count()).select_from(Person).where(
        Person.org_id == check.org_id, Person.is_formal, Person.check_state == DUE)
    return session().scalar(rows) or 0


def note_confirmed(ctx: Context, check: RegistryCheck) -> None:
    check.confirmed_by, check.confirmed_on = ctx.actor.id, ctx.today()


def note_approved(ctx: Context, check: RegistryCheck) -> None:
    """The members count as verified on the day the branch confirmed them."""
    check.approved_on, check.open_of = ctx.today(), None
    with beyond_subtree("people: an approved round covers its branch"):
        session().execute(
            update(Person).where(Person.org_id == check.org_id, Person.check_state == CONFIRMED)
            .values(check_state=APPROVED, verified_on=check.confirmed_on, version=Person.version + 1)
            .execution_options(synchronize_session=False))


def note_sent_back(ctx: Context, check: RegistryCheck) -> None:
    """Everything the branch confirmed in this round is to be looked at again."""
    with beyond_subtree("people: a round sent back covers its branch"):
        session().execute(
            update(Person).where(Person.org_id == check.org_id, Person.check_state == CONFIRMED)
            .values(check_state=DUE, version=Person.version + 1).execution_options(synchronize_session=False))
