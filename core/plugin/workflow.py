"""Declaration of a state machine: core gives audit, inbox items, buttons, deadlines, API actions and history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

REASONS = ("none", "optional", "required")


@dataclass(frozen=True, slots=True)
class State:
    """A state: its label, its tone (ok | warn | err | info | mute) and whether work is still open in it."""

    name: str
    label: Any
    tone: str = "info"
    final: bool = False


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Condition of a step that time makes: `column` lies at least `rule` (a rule key with a time unit) in the past.

    `missed`: the rule sets the last day to do something, so the step is made the day after it.
    """

    column: str
    rule: str
    missed: bool = False


def elapsed(column: str, rule: str, *, missed: bool = False) -> Elapsed:
    return Elapsed(column, rule, missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A transition.

    may      permission; None for a step that only time makes (`when`)
    at       attribute of the record holding the org path where `may` must be held (default "org_path")
    needs    fields that must be filled in with the step: fields of the form, or, without one, of the record itself
    schema   marshmallow schema class of what is filled in, or None when only a reason is asked. A step without `effect`
             writes the fields that are columns of the record to the record
    reason   "none" | "optional" | "required"
    todo     opens an inbox item for those who may make the step, when the record enters one of the sources
    due      rule key: the item falls due that long after the state was entered (implies `todo`)
    asks_for (record) -> permission whose holders find the inbox item, where that depends on the record: `may` or one of
             `asked_too`; default: `may`
    when     Elapsed: a daily job makes the step
    review   checks somebody else's work: its item stands as 待审 in the inbox
    back     sends the record back: the items it opens stand as 退回
    check    (ctx, record, data) -> list of objections (sentences or Objection); asked before the step, by time too
    effect   (ctx, record, data) -> None; runs inside the transaction after the state was changed.
             `data` is what was filled in, with `happened_on`, the day of the fact
    title    (ctx, record) -> text of the inbox item; default: record label + step label
    """

    name: str
    label: Any
    sources: tuple[str, ...]
    target: str
    may: str | None = None
    at: str = "org_path"
    needs: tuple[str, ...] = ()
    schema: type | None = None
    reason: str = "none"
    todo: bool = False
    due: str | None = None
    asks_for: Callable[[Any], str] | None = None
    asked_too: tuple[str, ...] = ()
    when: Elapsed | None = None
    check: Callable[..., list[Any]] | None = None
    effect: Callable[..., None] | None = None
    title: Callable[..., Any] | None = None
    tone: str = "default"
    primary: bool = False
    review: bool = False
    back: bool = False

    @property
    def asks(self) -> bool:
        """Whether a record in a source state waits for somebody to make this step: an inbox item stands open."""
        return bool(self.may and (self.todo or self.due))

    @property
    def plain(self) -> bool:
        """Nothing is to be filled in: one press makes it, and many can be made at once."""
        return self.schema is None and self.reason != "required"


def step(name: str, label: Any, source: str | tuple[str, ...], target: str, **options: Any) -> Step:
    """Short form: `step("receive", _l("接收"), "notified", "received", may="liaison.record.receive")`."""
    sources = (source,) if isinstance(source, str) else tuple(source)
    return Step(name=name, label=label, sources=sources, target=target, **options)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workflow:
    """The states and steps of one kind of record.

    name     "liaison.mobile_record": kind of the record in history, inbox and audit
    model    the mapped class; it has a `state` column
    label    (record) -> short text naming the record
    opens    endpoint of the record's page; takes `record_id`. "" = the page core makes of the workflow
    permission  shows the record (history, inbox link)
    """

    name: str
    title: Any
    model: Any
    initial: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    label: Callable[[Any], str]
    permission: str
    opens: str = ""

    def state(self, name: str) -> State:
        return next(s for s in self.states if s.name == name)

    def step(self, name: str) -> Step | None:
        return next((s for s in self.steps if s.name == name), None)

    def asking(self, state: str) -> list[Step]:
        """Steps that wait for somebody while a record is in `state`."""
        return [s for s in self.steps if s.asks and state in s.sources]

    def timed(self) -> list[Step]:
        """Steps that time makes."""
        return [s for s in self.steps if s.when]

    def choices(self) -> dict[str, Any]:
        """state -> label, for columns and filters of ledgers."""
        return {s.name: s.label for s in self.states}

    def tones(self) -> dict[str, str]:
        """state -> tone, for the state column of a ledger."""
        return {s.name: s.tone for s in self.states}

    def problems(self) -> list[str]:
        names = {s.name for s in self.states}
        found = [f"{self.name}: step {s.name} names unknown state {n!r}" for s in self.steps
                 for n in (*s.sources, s.target) if n not in names]
        if self.initial not in names:
            found.append(f"{self.name}: unknown initial state {self.initial!r}")
        for kind, listed in (("state", [s.name for s in self.states]), ("step", [s.name for s in self.steps])):
            found += [f"{self.name}: {kind} {n!r} is declared twice" for n in sorted({n for n in listed if listed.count(n) > 1})]
        found += [f"{self.name}: step {s.name} asks reason {s.reason!r}" for s in self.steps if s.reason not in REASONS]
        found += [f"{self.name}: step {s.name} has neither `may` nor `when`" for s in self.steps if not s.may and not s.when]
        return found
