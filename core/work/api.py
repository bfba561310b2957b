"""Records in a workflow: where they stand, and every declared step as an action, with the same rights, demands and traces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.base.i18n import _, _l
from core.contracts.errors import NotFound
from core.plugin import Workflow
from core.service import Context
from core.web import SIGNED_IN, ctx
from core.web.api import TEXT, Api, Variant, told
from core.web.wire import Answer, body_of

from . import engine, services
from .api_inbox import inbox_api
from .forms import step_schema, taken_apart

__all__ = ["api", "inbox_api"]

api = Api("work", __name__, prefix="/records")
_MOMENT = {"type": "string", "format": "date-time"}
RECORD = told(
    kind=TEXT, id={"type": "integer"}, version={"type": "integer"}, label=TEXT, state=TEXT,
    steps={"type": "array", "items": told(name=TEXT, label=TEXT, target=TEXT)},
)
HISTORY = told(items={"type": "array", "items": told(
    step=TEXT, from_state=TEXT, to_state=TEXT, at=_MOMENT, happened_on={"type": "string", "format": "date"},
    actor=TEXT, role=TEXT, late={"type": "boolean"}, reason=TEXT)})


def _told(workflow: Workflow, record: Any) -> Answer:
    steps = [{"name": step.name, "label": str(step.label), "target": step.target}
             for step in engine.available(ctx(), workflow, record)]
    return Answer({"kind": workflow.name, "id": record.id, "version": record.version, "label": str(workflow.label(record)),
                   "state": record.state, "steps": steps}, version=record.version)


def _workflows(here: Context) -> Iterator[Workflow]:
    for workflow in here.plugins.workflows.values():
        if here.plugins.active(workflow.name, here.enabled):
            yield workflow


def states(here: Context) -> Iterator[Variant]:
    """One operation per kind of record the reader may open."""
    for workflow in _workflows(here):
        if here.may(workflow.permission):
            words = "；".join(f"{state.name}={state.label}" for state in workflow.states)
            yield Variant(arguments={"workflow": workflow.name}, title=_("%(name)s：现状", name=workflow.title), answers=RECORD,
                          note=words)


def steps(here: Context) -> Iterator[Variant]:
    """One operation per step the caller may make somewhere."""
    for workflow in _workflows(here):
        for step in workflow.steps:
            if step.may and here.may(step.may):
                title = _("%(name)s：%(step)s", name=workflow.title, step=step.label)
                yield Variant(arguments={"workflow": workflow.name, "step": step.name}, title=title, answers=RECORD,
                              takes=step_schema(step), note="、".join(step.sources) + f" → {step.target}")


@api.get("/<workflow>/<int:record_id>", needs=SIGNED_IN, title=_l("一条记录的现状"), answers=RECORD, variants=states)
def record(workflow: str, record_id: int) -> Any:
    return _told(*services.find_record(ctx(), workflow, record_id))


@api.get("/<workflow>/<int:record_id>/history", needs=SIGNED_IN, title=_l("一条记录办理过的步骤"), answers=HISTORY)
def history(workflow: str, record_id: int) -> Any:
    _workflow, _record, done = services.find_history(ctx(), workflow, record_id)
    return {"items": [{"step": t.step, "from_state": t.from_state, "to_state": t.to_state, "at": t.at,
                       "happened_on": t.happened_on, "actor": t.actor_name, "role": t.acting_role, "late": t.late,
                       "reason": t.reason} for t in done]}


@api.post("/<workflow>/<int:record_id>/steps/<step>", needs=SIGNED_IN, title=_l("办理一个步骤"), answers=RECORD,
          versioned=True, open_body=True, variants=steps, page="step")
def make_step(workflow: str, record_id: int, step: str, version: int | None) -> Any:
    found = services.workflow_named(ctx(), workflow)
    chosen = engine.named(found, step)
    if not chosen.may:
        raise NotFound(step)                    # a step that time makes
    ctx().require(chosen.may)
    schema = step_schema(chosen)
    data = dict.fromkeys(schema._declared_fields) | body_of(schema)
    made = services.make_step(ctx(), workflow, record_id, step, version=version, **taken_apart(chosen, data))
    return _told(found, made)
