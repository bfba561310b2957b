"""Services of the test module: what a plugin would write around the engine."""

from __future__ import annotations

from sqlalchemy import select

from core.base.session import session
from core.service import service
from core.work import engine
from core.work.models import WAITING, Transition, WorkItem

from .casework.models import Case
from .casework.workflows import case


@service(None, action="casework.case.register")
def register(ctx, *, name="case", org_path="a/", taker_path="b/", state="", **more):
    record = Case(name=name, org_path=org_path, taker_path=taker_path, **more)
    engine.start(ctx, case, record, state=state)
    return record


@service(None, action="casework.case.step")
def move(ctx, record_id, step, **options):
    record = ctx.get(Case, record_id)
    session().refresh(record)
    engine.advance(ctx, case, record, step, **options)
    return record


def items(record_id=None, *, waiting=True):
    where = [WorkItem.state.in_(WAITING)] if waiting else []
    where += [WorkItem.record_id == record_id] if record_id else []
    return list(session().scalars(select(WorkItem).where(*where).order_by(WorkItem.id)))


def steps_taken(record_id):
    return list(session().scalars(select(Transition).where(Transition.record_id == record_id).order_by(Transition.id)))
