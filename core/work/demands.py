"""What a step demands before it is made, said in sentences."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _
from core.contracts.errors import Invalid
from core.plugin import Objection, Step
from core.service import Context

ACCEPT, GENERAL = "accept", "_schema"
LONGEST_REASON = 500


def refuse_unless_met(ctx: Context, step: Step, record: Any, data: dict[str, Any], reason: str, accept: bool) -> None:
    """Raise Invalid with a sentence per field when something is missing or speaks against the step."""
    errors = missing(step, record, data, reason)
    if data["happened_on"] > ctx.today():
        errors["happened_on"] = [_("日期不能晚于今天。")]
    if not errors and step.check:
        errors = objections(step.check(ctx, record, data), accept)
    if errors:
        raise Invalid(errors)


def missing(step: Step, record: Any, data: dict[str, Any], reason: str) -> dict[str, list[str]]:
    """Fields left blank. Without a form, `needs` names what must already stand in the record."""
    fields = getattr(step.schema, "_declared_fields", {})
    errors: dict[str, list[str]] = {}
    for name in step.needs:
        value = data.get(name) if name in fields else data.get(name, getattr(record, name, None))
        if value in (None, "", []):
            label = fields[name].metadata.get("ui", {}).get("label", name) if name in fields else name
            errors[name if name in fields else GENERAL] = [_("请填写“%(field)s”，再“%(step)s”。", field=label, step=step.label)]
    if step.reason == "required" and not reason.strip():
        errors["reason"] = [_("请写明“%(step)s”的理由。", step=step.label)]
    if len(reason) > LONGEST_REASON:
        errors["reason"] = [_("理由最多 %(n)s 个字，现在有 %(now)s 个。", n=LONGEST_REASON, now=len(reason))]
    return errors


def objections(said: Any, accept: bool) -> dict[str, list[str]]:
    """Sentences that stop the step; warnings stop it until the actor accepts them."""
    blocking, warning = [], []
    for one in said or ():
        stops = one.blocking if isinstance(one, Objection) else True
        (blocking if stops else warning).append(str(one.text if isinstance(one, Objection) else one))
    if blocking:
        return {GENERAL: blocking}
    return {ACCEPT: warning} if warning and not accept else {}
