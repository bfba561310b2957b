"""Services of the inbox: make a step, tick off a reminder, hand over, take back, name a deputy."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from core.base.i18n import _
from core.base.scope import narrowed
from core.base.session import session
from core.contracts.errors import Conflict, Invalid, JuheliError, NotFound
from core.plugin import Step, Workflow
from core.service import WHOLE_TENANT, Context, service

from . import engine
from .inbox import holds, mine
from .models import DONE, Transition, WorkItem
from .moves import close_items


def workflow_named(ctx: Context, name: str) -> Workflow:
    """The workflow of an enabled module. Raises NotFound."""
    found = ctx.plugins.workflows.get(name)
    if found is None or not ctx.plugins.active(name, ctx.enabled):
        raise NotFound(name)
    return found


def load(ctx: Context, workflow: Workflow, record_id: int, permission: str) -> Any:
    """A fresh copy of a record that lies where the actor holds `permission`. Raises NotFound otherwise."""
    paths = ctx.subtrees(permission)
    with narrowed(None if paths == WHOLE_TENANT else paths):
        found = session().scalars(select(workflow.model).where(workflow.model.id == record_id)
                                  .execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(workflow.name)
    return found


@service(None, writes=False)
def find_record(ctx: Context, workflow_name: str, record_id: int) -> tuple[Workflow, Any]:
    """A record for reading: with the workflow's reading permission, or one of a step that may be made on it."""
    workflow = workflow_named(ctx, workflow_name)
    for permission in dict.fromkeys((workflow.permission, *(s.may for s in workflow.steps if s.may))):
        if ctx.may(permission):
            try:
                return workflow, load(ctx, workflow, record_id, permission)
            except NotFound:
                continue
    raise NotFound(workflow_name)


@service(None, writes=False)
def find_history(ctx: Context, workflow_name: str, record_id: int) -> tuple[Workflow, Any, list[Transition]]:
    """A record and what happened with it."""
    workflow, record = find_record(ctx, workflow_name, record_id)
    return workflow, record, engine.history(ctx, workflow, record)


@service(None, action="work.step.make")
def make_step(ctx: Context, workflow_name: str, record_id: int, step: str, *, version: int | None = None, reason: str = "",
              data: dict[str, Any] | None = None, happened_on: dt.date | None = None, accept: bool = False) -> Any:
    """Make a step of any workflow with the step's own permission; returns the record. Raises as `engine.advance`."""
    workflow = workflow_named(ctx, workflow_name)
    chosen = engine.named(workflow, step)
    if not chosen.may:
        raise NotFound(step)
    ctx.require(chosen.may)
    record = load(ctx, workflow, record_id, chosen.may)
    paths = ctx.subtrees(chosen.may)
    with narrowed(None if paths == WHOLE_TENANT else paths):
        engine.advance(ctx, workflow, record, step, version=version, reason=reason, data=data, happened_on=happened_on,
                       accept=accept)
    return record


@service(None, writes=False)
def find_item(ctx: Context, item_id: int) -> WorkItem:
    """An item that waits for the actor. Raises NotFound for anybody else's."""
    found = session().scalars(select(WorkItem).where(WorkItem.id == item_id, mine(ctx))
                              .execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("work_item")
    return found


@service(None, writes=False)
def past_item(ctx: Context, item_id: int) -> WorkItem:
    """An item the actor could have settled, which is settled or with a colleague by now. Raises NotFound for anybody else's."""
    found = session().scalars(select(WorkItem).where(WorkItem.id == item_id, holds(ctx))).one_or_none()
    if found is None or not ctx.plugins.active(found.declared, ctx.enabled):
        raise NotFound("work_item")
    return found


def step_of(ctx: Context, item: WorkItem) -> tuple[Workflow, Step] | None:
    """The workflow and step an item asks for; None for a reminder."""
    workflow = ctx.plugins.workflows.get(item.declared)
    step = workflow.step(item.step) if workflow and item.step else None
    return (workflow, step) if workflow and step else None


@service(None, action="work.item.settle")
def settle(ctx: Context, item_id: int, *, note: str = "", version: int | None = None) -> WorkItem:
    """Tick off a reminder; it stays off for its date. An item of a workflow is settled by its step only."""
    item = find_item(ctx, item_id)
    ctx.check_version(item, version)
    if item.step:
        raise Conflict(_("这项待办要通过办理步骤来完成。"))
    if len(note) > 200:
        raise Invalid({"note": [_("说明最多 200 个字。")]})
    close_items(ctx, [item.id], DONE, note.strip())
    ctx.audit(item.record_kind, item.record_id, item.subject, reminder=item.declared)
    return item


def confirm_many(ctx: Context, item_ids: list[int]) -> tuple[int, list[str]]:
    """Make the plain step of each item, every one by itself: (made, sentences for those that could not be)."""
    made, failed = 0, []
    for item_id in item_ids:
        try:
            _confirm(ctx, item_id)
            made += 1
        except JuheliError as refused:
            session().rollback()
            failed.append(str(refused) or _("有一项刚刚已被办理或转走。"))
    return made, failed


def _confirm(ctx: Context, item_id: int) -> None:
    item = find_item(ctx, item_id)
    asked = step_of(ctx, item)
    if asked is None or not asked[1].plain:
        raise Conflict(_("“%(item)s”需要逐项填写，不能批量办理。", item=item.subject))
    make_step(ctx, item.declared, item.record_id, item.step)
