"""Whatever people press in whatever order: no undeclared state, no step without history, items exactly as declared."""

from __future__ import annotations

import datetime as dt
from functools import cache

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from sqlalchemy import func, select

from core.audit.log import verify
from core.audit.models import AuditEntry
from core.base import clock
from core.base.engine import Database
from core.base.session import session
from core.contracts.errors import Conflict, Forbidden, Invalid
from core.plugin import Owner, Plugins
from core.work import plugin as work
from core.work.clockwork import make_timed_steps

from .casework import plugin as casework
from .casework.models import Case
from .casework.workflows import case
from .conftest import Desk, new_tenant
from .handling import items, move, register, steps_taken

STEPS = [step.name for step in case.steps]
START = dt.datetime(2026, 1, 5, 4, tzinfo=dt.UTC)


@cache
def installation():
    """One database for all walks (each in a tenant of its own), and the modules."""
    database = Database("sqlite://")
    database.create_all()
    return database, Plugins([Owner(work, "core.work"), Owner(casework, "tests.core.work.casework")])


class Walks(RuleBasedStateMachine):
    records = Bundle("records")

    def __init__(self):
        super().__init__()
        self.desk = Desk(*installation(), new_tenant())
        self.seen, self.made, self.day = {}, {}, 0

    def now(self):
        return clock.at(START + dt.timedelta(days=self.day))

    @rule(target=records, name=st.sampled_from(["plain", "odd", "stuck"]), taker=st.sampled_from(["b/", "c/", None]))
    def register(self, name, taker):
        with self.desk.open(), self.now():
            touched = clock.today() if name == "plain" else None
            record = register(self.desk.actor(), name=name, taker_path=taker, touched_on=touched)
            self.seen[record.id], self.made[record.id] = record.version, 1
            return record.id

    @rule(record=records, step=st.sampled_from(STEPS), place=st.sampled_from(["", "a/", "b/"]), reason=st.sampled_from(["", "x"]),
          contact=st.sampled_from(["", "Li"]), stale=st.booleans(), accept=st.booleans())
    def press(self, record, step, place, reason, contact, stale, accept):
        with self.desk.open(), self.now():
            before = session().get(Case, (self.desk.tenant.id, record)).state
            try:
                version = self.seen[record] - stale
                after = move(self.desk.actor(1, place), record, step, version=version, reason=reason, accept=accept,
                             data={"contact": contact} if step == "take" else None)
            except (Conflict, Forbidden, Invalid):
                return
            assert not stale
            assert before in case.step(step).sources and after.state == case.step(step).target
            self.seen[record] = after.version
            self.made[record] += 1

    @rule(days=st.integers(1, 60))
    def time_passes(self, days):
        self.day += days
        with self.desk.open(), self.now():
            make_timed_steps(self.desk.system(), case, case.step("fade"))
            for record in session().scalars(select(Case)):
                self.seen[record.id] = record.version
                self.made[record.id] = len(steps_taken(record.id))

    @invariant()
    def all_is_as_declared(self):
        with self.desk.open(), self.now():
            for record in session().scalars(select(Case)):
                walk = steps_taken(record.id)
                assert record.state in case.choices()
                assert (walk[0].step, walk[0].to_state, walk[-1].to_state) == ("start", "registered", record.state)
                assert all(one.to_state == two.from_state for one, two in zip(walk, walk[1:], strict=False))
                assert all(t.from_state in case.step(t.step).sources and t.to_state == case.step(t.step).target for t in walk[1:])
                assert sorted(i.step for i in items(record.id)) == sorted(s.name for s in case.asking(record.state))
                assert len(walk) == self.made[record.id] == session().scalar(
                    select(func.count(AuditEntry.id)).where(AuditEntry.subject_id == record.id))

    @invariant()
    def the_chain_holds(self):
        with self.desk.open():
            assert verify().reason == ""


Walks.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None,
                                   suppress_health_check=[HealthCheck.too_slow])
TestWalks = Walks.TestCase
