"""A tenant's own values of rules, set with the document that allows them, audited."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import NotFound
from core.rules import rule
from core.rules.models import RuleOverride
from core.rules.overrides import clear_override, set_override
from core.service import Context, service


@service("admin.rule.read", writes=False)
def future_values(ctx: Context, key: str) -> list[RuleOverride]:
    """The tenant's own values of one rule, newest first."""
    found = select(RuleOverride).where(RuleOverride.key == key).order_by(RuleOverride.effective_from.desc())
    return list(session().scalars(found).all())


@service("admin.rule.manage", action="admin.rule.set")
def set_rule(ctx: Context, key: str, *, value: str, document_no: str, effective_from: dt.date, note: str | None = None) -> None:
    """Use an own value from a day on. Raises NotFound, Invalid (limits, missing document number)."""
    ctx.refuse_when_archived(ctx.plugins.owner_of(key))
    before = rule(key).value
    set_override(key, value, document_no=document_no, effective_from=effective_from, set_by=ctx.actor.id or 0, note=note or "")
    ctx.audit("rule", None, key, before=before, value=value, document_no=document_no, effective_from=str(effective_from))


@service("admin.rule.manage", action="admin.rule.clear")
def clear_rule(ctx: Context, key: str, effective_from: Any) -> None:
    """Take back the value that holds from `effective_from` (ISO text). Raises NotFound."""
    ctx.refuse_when_archived(ctx.plugins.owner_of(key))
    try:
        day = dt.date.fromisoformat(str(effective_from))
    except ValueError:
        raise NotFound(key) from None
    clear_override(key, day)
    ctx.audit("rule", None, key, effective_from=str(day))
