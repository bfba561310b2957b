"""How items, steps and history look to a reader: words, tones and addresses for the templates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import url_for
from markupsafe import Markup, escape
from sqlalchemy import select

from core.base.clock import SHANGHAI
from core.base.i18n import _
from core.base.session import session
from core.people.models import OrgUnit
from core.plugin import Step, Workflow
from core.service import Context

from . import engine
from .deadlines import explain
from .inbox import soon
from .models import FOR_REVIEW, IN_PROGRESS, OPEN, RETURNED, Transition, WorkItem
from .moves import START

_TONES = {"ok", "warn", "err", "info"}


@dataclass(frozen=True, slots=True)
class Tag:
    """A word with a tone (ok warn err info or empty)."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A step the reader may make: pressed at once when nothing is to be filled in, else a page with a form."""

    step: Step
    label: str
    url: str
    at_once: bool
    primary: bool
    danger: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of history."""

    at: dt.datetime
    text: str
    note: str
    filled: tuple[tuple[str, str], ...]
    late: bool


@dataclass(frozen=True, slots=True)
class Box:
    """Everything the macros of `macros/work.html` show of one record."""

    workflow: Workflow
    record: Any
    state: Tag
    buttons: tuple[Button, ...]
    history: tuple[Entry, ...]
    url: str
    who: str


def box(ctx: Context, workflow: Workflow, record: Any, *, with_history: bool = True) -> Box:
    """State, buttons and history of a record the caller was allowed to load."""
    walked = engine.history(ctx, workflow, record) if with_history else []
    steps = engine.available(ctx, workflow, record)
    first = next((s for s in steps if s.primary), None)
    buttons = tuple(_button(workflow, record, s, s is first) for s in steps)
    entries = tuple(_entry(workflow, one) for one in reversed(walked))
    return Box(workflow, record, state_tag(workflow, record.state), buttons, entries, record_url(workflow, record.id),
               _who(ctx, workflow, record))


def _who(ctx: Context, workflow: Workflow, record: Any) -> str:
    """The page that says who can see the record and why, for those who may ask there; "" for others."""
    paths = [getattr(record, name) for name in getattr(workflow.model, "__scope_paths__", ())] or [None]
    if not any(ctx.may("access.role.read", path) for path in paths):
        return ""
    return url_for("access.who", kind=workflow.name, record_id=record.id)


def record_url(workflow: Workflow, record_id: int) -> str:
    """The page of a record: the module's own, or the one core makes."""
    if workflow.opens and workflow.opens != "work.record":
        return url_for(workflow.opens, record_id=record_id)
    return url_for("work.record", workflow=workflow.name, record_id=record_id)


def state_tag(workflow: Workflow, state: str) -> Tag:
    found = workflow.state(state)
    return Tag(str(found.label), found.tone if found.tone in _TONES else "")


def _button(workflow: Workflow, record: Any, step: Step, primary: bool) -> Button:
    url = url_for("work.step", workflow=workflow.name, record_id=record.id, step=step.name)
    return Button(step, str(step.label), url, step.plain and step.reason == "none", primary, step.tone in ("danger", "err"))


def _entry(workflow: Workflow, one: Transition) -> Entry:
    step = workflow.step(one.step)
    label = str(step.label) if step else _("登记") if one.step == START else one.step
    who = _("%(name)s（%(role)s）", name=one.actor_name, role=one.acting_role) if one.acting_role else one.actor_name
    who = _("系统") if one.actor_kind == "system" else who
    texts = {"who": who, "step": label, "to": _label(workflow, one.to_state)}
    text = _("%(who)s：%(step)s → %(to)s", **texts) if one.from_state != one.to_state else _("%(who)s：%(step)s", **texts)
    earlier = one.happened_on != one.at.astimezone(SHANGHAI).date()
    happened = _("发生在 %(day)s", day=one.happened_on.isoformat()) if earlier else ""
    note = "；".join(part for part in (happened, one.reason, explain(one.rule)) if part)
    return Entry(one.at, text, note, tuple(_filled(step, one.data)), one.late)


def _label(workflow: Workflow, state: str) -> str:
    return str(workflow.choices().get(state, state))


def _filled(step: Step | None, data: dict[str, Any]) -> Iterable[tuple[str, str]]:
    fields = getattr(step.schema, "_declared_fields", {}) if step and step.schema else {}
    for name, value in data.items():
        field = fields.get(name)
        label = field.metadata.get("ui", {}).get("label", name) if field is not None else name
        choices = {str(o.value): str(o.label) for o in field.options()} if hasattr(field, "options") else {}
        texts = [choices.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value])]
        yield str(label), _("是") if value is True else _("否") if value is False else "、".join(texts)


# -- items
@dataclass(frozen=True, slots=True)
class Row:
    """An item in a list."""

    item: WorkItem
    title: str
    kind: str
    org: str
    due: Tag | None
    state: Tag | None
    url: str
    at_once: bool

    @property
    def why(self) -> str:
        """Where the due date comes from."""
        return explain(self.item.rule)


def rows(ctx: Context, items: Iterable[WorkItem], known: Mapping[str, str] = MappingProxyType({})) -> list[Row]:
    """Items with the words for a list; the names of their places are read in one statement, but for those `known` already."""
    listed = list(items)
    if not listed:
        return []
    names = place_names({item.org_path for item in listed if item.org_path not in known})
    page = url_for("work.item", item_id=0).removesuffix("0")        # once: an address is built by many steps
    today, near = ctx.today(), soon()
    return [_row(ctx, item, known.get(item.org_path) or names.get(item.org_path, ""), f"{page}{item.id}",
                 due_tag(item, today, near)) for item in listed]


def place_names(paths: set[str]) -> dict[str, str]:
    """Short names of the units with these paths."""
    wanted = sorted(path for path in paths if path)
    if not wanted:
        return {}
    return dict(session().execute(select(OrgUnit.path, OrgUnit.short_name).where(OrgUnit.path.in_(wanted))).all())  # type: ignore[arg-type]


def _row(ctx: Context, item: WorkItem, place: str, url: str, due: Tag | None) -> Row:
    workflow = ctx.plugins.workflows.get(item.declared)
    step = workflow.step(item.step) if workflow else None
    kind = workflow.title if workflow else getattr(ctx.plugins.reminders.get(item.declared), "title", item.declared)
    return Row(item, title_of(ctx, item), str(kind), place, due, item_tag(item), url, bool(step and step.plain))


def options(choices: Mapping[str, str], current: str) -> Markup:
    """The choices of a list as HTML: all are escaped at once, for places are hundreds."""
    texts = str(escape("\0".join((*choices, *choices.values())))).split("\0")
    return Markup("".join(f'<option value="{value}"{" selected" if raw == current else ""}>{text}</option>'  # noqa: S704  escaped
                          for raw, value, text in zip(choices, texts, texts[len(choices):], strict=False)))


def title_of(ctx: Context, item: WorkItem) -> str:
    """What is to be done with which record, in the reader's language."""
    if item.title:
        return item.title
    workflow, reminder = ctx.plugins.workflows.get(item.declared), ctx.plugins.reminders.get(item.declared)
    step = workflow.step(item.step) if workflow else None
    doing = step.label if step else reminder.title if reminder else item.declared
    return _("%(doing)s：%(subject)s", doing=doing, subject=item.subject)


def due_tag(item: WorkItem, today: dt.date, near: dt.timedelta) -> Tag | None:
    """How pressing it is: overdue, today, soon, or the date."""
    if item.due_on is None or not item.waiting:
        return None
    days = (item.due_on - today).days
    if days < 0:
        return Tag(_("逾期 %(n)s 天", n=-days), "err")
    if days == 0:
        return Tag(_("今天到期"), "warn")
    if days <= near.days:
        return Tag(_("还剩 %(n)s 天", n=days), "warn")
    return Tag(item.due_on.isoformat())


def item_tag(item: WorkItem) -> Tag | None:
    if item.state == OPEN:
        return None
    words = {IN_PROGRESS: Tag(_("在办"), "info"), FOR_REVIEW: Tag(_("待审"), "info"), RETURNED: Tag(_("退回"), "err")}
    return words.get(item.state, Tag(_("已办结"), "ok"))


def target_url(ctx: Context, item: WorkItem) -> str:
    """Page of the record behind an item."""
    if workflow := ctx.plugins.workflows.get(item.record_kind):
        return record_url(workflow, item.record_id)
    reminder = ctx.plugins.reminders.get(item.declared)
    return url_for(reminder.opens, record_id=item.record_id) if reminder else ""
