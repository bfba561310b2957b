"""Every kind of event that can be told outside: those modules declare (`events.py`), one per workflow, and our own ping."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from core.base.i18n import _l
from core.contracts.events import Event, RecordMoved
from core.plugin import EventKind, Fact, Plugins, Workflow

PING = "webhooks.ping"
MOVED = ".moved"
_DIGITS = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
_SHORT = {"type": "string", "maxLength": 80}


def kind_of_workflow(workflow: Workflow) -> EventKind:
    """Steps of one workflow; states and steps stand in the payload's schema."""
    states = {"": _l("（新建）"), **workflow.choices()}
    steps = {"start": _l("新建"), **{each.name: each.label for each in workflow.steps}}
    return EventKind(
        name=workflow.name + MOVED, title=_l("%(name)s：办理了一步", name=workflow.title), of=RecordMoved,
        facts=(Fact("record_id", _l("记录")), Fact("step", _l("办理的步骤"), "code", steps),
               Fact("from_state", _l("原来的状态"), "code", states), Fact("to_state", _l("现在的状态"), "code", states),
               Fact("on", _l("发生日期"), "date")))


@lru_cache(maxsize=8)
def kinds(plugins: Plugins) -> dict[str, EventKind]:
    """All kinds of all installed modules by name, in the order of the modules."""
    found: dict[str, EventKind] = {}
    for owner in plugins.by_name.values():
        found |= {kind.name: kind for kind in (*owner.event_kinds, *map(kind_of_workflow, owner.workflows))}
    return found


def on_offer(plugins: Plugins, enabled: frozenset[str]) -> Iterator[tuple[str, list[EventKind]]]:
    """(title of the module, its kinds) of the modules that are on."""
    by_owner: dict[str, list[EventKind]] = {}
    for name, kind in kinds(plugins).items():
        if plugins.active(name, enabled):
            by_owner.setdefault(plugins.owner_of(name), []).append(kind)
    for owner, listed in by_owner.items():
        yield str(plugins.by_name[owner].manifest.title), listed


def told(event: Event, plugins: Plugins) -> tuple[EventKind, dict[str, Any]] | None:
    """The kind of an event and what is told of it; None for one that stays in the house."""
    if isinstance(event, RecordMoved):
        kind = kinds(plugins).get(event.kind + MOVED)
    else:
        kind = next((each for each in kinds(plugins).values() if each.of is type(event)), None)
    if kind is None:
        return None
    values = event.payload()
    return kind, {fact.name: values[fact.name] for fact in kind.facts}


def title_of(name: str, plugins: Plugins) -> Any:
    """The kind in words; its name when no installed module knows it (any more)."""
    if name == PING:
        return _l("测试")
    kind = kinds(plugins).get(name)
    return kind.title if kind else name


def schema_of(kind: EventKind) -> dict[str, Any]:
    """JSON Schema of `data`."""
    return {"type": "object", "additionalProperties": False, "required": [fact.name for fact in kind.facts],
            "properties": {fact.name: _field(fact) for fact in kind.facts}}


def _field(fact: Fact) -> dict[str, Any]:
    said = {"description": str(fact.label)}
    if fact.kind == "date":
        return {"type": "string", "format": "date", **said}
    if fact.kind == "codes":
        return {"type": "array", "items": _SHORT, **said}
    if fact.kind == "code":
        return ({"enum": list(fact.codes)} if fact.codes else _SHORT) | said
    return _DIGITS | said
