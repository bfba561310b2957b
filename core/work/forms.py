"""The form of a step: its own schema with the reason, the day of the fact and the acceptance of warnings added."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from core.base.i18n import _l
from core.plugin import Step
from core.web.forms import Bool, Date, Length, LongText, Schema, SchemaForm, ui

from .demands import ACCEPT, LONGEST_REASON

REASON, HAPPENED_ON = "reason", "happened_on"


@lru_cache(512)
def step_schema(step: Step) -> type[Schema]:
    """Schema of everything a step's form asks."""
    base = step.schema or Schema
    own = getattr(base, "_declared_fields", {})
    added: dict[str, Any] = {}
    if step.reason != "none" and REASON not in own:
        added[REASON] = LongText(required=step.reason == "required", validate=Length(max=LONGEST_REASON),
                                 metadata=ui(_l("理由"), cols=12))
    if HAPPENED_ON not in own:
        added[HAPPENED_ON] = Date(metadata=ui(
            _l("发生日期"), group=_l("补录时填写"), help=_l("不填即为今天。补填以前的事，请写实际日期，记录会如实标注“补录”。")))
    added[ACCEPT] = Bool(load_default=False, metadata=ui(_l("我已知悉，仍要继续")))
    return type(base.__name__, (base,), {**added, "__module__": base.__module__})       # drafts go by module and name


def step_form(step: Step, record: Any) -> SchemaForm:
    """The form, filled with what the record already says."""
    schema = step_schema(step)()
    known = {name: getattr(record, name) for name in schema.fields if hasattr(record, name) and name not in (REASON, HAPPENED_ON)}
    shown = {name: value for name, value in schema.dump(known).items() if value not in (None, "")}
    form = SchemaForm(schema, values=shown)
    form.version, form.record_id = record.version, record.id
    return form


def taken_apart(step: Step, data: dict[str, Any]) -> dict[str, Any]:
    """Arguments for `make_step` from a filled-in form."""
    own = getattr(step.schema, "_declared_fields", {})
    values = dict(data)
    accept = bool(values.pop(ACCEPT, False))
    reason = values.get(REASON) if REASON in own else values.pop(REASON, None)
    happened_on = values.get(HAPPENED_ON) if HAPPENED_ON in own else values.pop(HAPPENED_ON, None)
    return {"data": values, "reason": reason or "", "happened_on": happened_on, "accept": accept}
