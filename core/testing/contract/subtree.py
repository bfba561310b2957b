"""Subtree: what a plugin contributes to core's pages ends where the reader's part of the tree ends."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import is_dataclass
from typing import Any

from sqlalchemy import select, update

from core.base.db import Base, OrgScoped
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.contracts.errors import Forbidden, NotFound
from core.doors.search import SearchQuery
from core.indicators.reports.making import read_report
from core.isolation.canaries import Mark
from core.people.models import OrgUnit, Person
from core.service import Context

from .stage import Stage

APART, READER, DAYS = "apart", "neighbour", 800
DEPTH = 6       # of what a box holds: lists of records, records of records


def words(value: Any, depth: int = DEPTH) -> str:
    """Every text in an answer: in its fields, lists and the columns of its records."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    elif is_dataclass(value) or hasattr(value, "__table__"):
        value = [getattr(value, name, None) for name in _fields(value)]
    if depth and isinstance(value, list | tuple | set | frozenset):
        return " ".join(words(one, depth - 1) for one in value)
    return str(value)


def _fields(value: Any) -> list[str]:
    return [c.key for c in value.__table__.columns] if hasattr(value, "__table__") else [*value.__dataclass_fields__]


def _unsay(record: Any, word: str) -> None:
    """Another text in place of the canary's word."""
    for column in record.__mapper__.column_attrs:
        value = getattr(record, column.key)
        if isinstance(value, str) and word in value:
            setattr(record, column.key, value.replace(word, "Placeless"))


class Subtree:
    """A reader with every right on one subtree is told nothing that lies in another; core asks hooks without narrowing."""

    def test_a_reader_of_one_subtree_meets_no_record_of_another(self, stage: Stage) -> None:
        mark = stage.furnish(APART)
        self._begin(stage, mark)
        mine = self._move(stage, mark, f"{mark.path[:-4]}zy99")
        stage.world.add_user(APART, READER, *stage.plugins.permissions, path=mine.path)
        with stage.world.app.test_request_context(f"/t/{APART}/"), stage.world.acting(APART, READER) as ctx:
            met = {hook for hook, value in self._told(ctx, stage, mark) if mark.word in words(value)}
        assert met == set()

    @staticmethod
    def _begin(stage: Stage, mark: Mark) -> None:
        """The canaries stand in the first state of their workflows, where they would be listed."""
        with stage.world.database.use(), tenant_scope(mark.tenant_id):
            begin_write()
            for flow in stage.owner.workflows:
                session().execute(update(flow.model).where(flow.model.id == mark.id).values(state=flow.initial))
            session().commit()

    @staticmethod
    def _move(stage: Stage, mark: Mark, path: str) -> OrgUnit:
        """The canary's person belongs to a unit of the reader's now; what has a place of its own stays where it is.

        Rows of the plugin without a place go with the person or the unit they are about: their words do not count.
        """
        models: list[Any] = [Person, *(m.class_ for m in Base.registry.mappers
                                       if m.persist_selectable.description in stage.tables()
                                       and not issubclass(m.class_, OrgScoped))]
        with stage.world.database.use(), tenant_scope(mark.tenant_id):
            begin_write()
            unit = OrgUnit(name="Mine", short_name="Mine", kind="branch", ordinal=mark.ordinal + 1, path=path)
            session().add(unit)
            session().flush()
            for record in (session().scalars(select(model)).all() for model in models):
                for one in record:
                    _unsay(one, mark.word)
            person = session().scalars(select(Person).where(Person.id == mark.id)).one()
            person.org_id, person.org_path = unit.id, path
            session().commit()
            return unit

    @staticmethod
    def _told(ctx: Context, stage: Stage, mark: Mark) -> list[tuple[str, Any]]:
        """(hook, answer) of the plugin; an error of it fails the test, but a refusal tells nothing."""
        day = ctx.today()
        span = {"start": day - dt.timedelta(DAYS), "end": day + dt.timedelta(DAYS)}
        asked: list[tuple[str, dict[str, Any]]] = [("calendar", span), ("search_hits", {"query": SearchQuery(mark.word)})]
        person, unit = ctx.get(Person, mark.id), session().scalars(select(OrgUnit).where(OrgUnit.name == "Mine")).one()
        asked += [("panels", {"slot": slot, "subject": subject})        # pages of a unit or a person open to its readers only
                  for slot, subject in (("dashboard", None), ("person", person), ("org_unit", unit))]
        asked += [("timeline", {"person_id": mark.id})]
        found: list[tuple[str, Any]] = []
        for report in stage.owner.reports:
            with suppress(Forbidden, NotFound):
                found.append((report.name, read_report(ctx, report.name, {"year": str(ctx.today().year)}).tables))
        for hook, given in asked:
            with suppress(Forbidden, NotFound):
                found += [(hook, one) for one in ctx.hooks.strict(hook, only=stage.name, ctx=ctx, **given)]
        return found
