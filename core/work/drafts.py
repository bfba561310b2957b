"""Drafts of forms, kept on the server because office computers are shared. Fields marked sensitive are never kept.

A form is named by its schema: "liaison.OutflowSchema" is class OutflowSchema in the schemas.py of liaison.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Mapping
from typing import Any

from flask import g, has_request_context
from sqlalchemy import delete, select

from core.base.i18n import _
from core.base.leaks import leaks
from core.base.scope import current_scope
from core.base.session import session
from core.contracts.errors import Invalid
from core.plugin import Owner
from core.rules import rule
from core.service import Context, service
from core.web.forms import SchemaForm
from core.web.forms.form import at_saved

from .models import Draft

FORM, RECORD = "_form", "_record"
LONGEST, MOST = 5000, 200
_KEPT_OUT = ("password", "file", "hidden")


def addressed(ctx: Context, posted: Mapping[str, str]) -> tuple[str, int, type]:
    """(form, record id, schema) a post speaks of. Raises Invalid for a form nobody has."""
    form, record = posted.get(FORM, ""), posted.get(RECORD, "0")
    owner, _dot, name = form.partition(".")
    known = ctx.plugins.by_name.get(owner)
    known = known if re.fullmatch(r"[A-Z][A-Za-z0-9]{1,60}", name) and ctx.plugins.active(form, ctx.enabled) else None
    schema = _declared(known, name) if known else None
    if not (isinstance(schema, type) and hasattr(schema, "_declared_fields")) or not re.fullmatch(r"[0-9]{1,16}", record):
        raise Invalid({FORM: [_("没有这张表单。")]})
    return form, int(record), schema


def _declared(owner: Owner, name: str) -> Any:
    """The class of that name in the owner's schemas.py, or in a file of its schemas package."""
    top = owner.file("schemas")
    inside = [m for n, m in sorted(sys.modules.items()) if n.startswith(f"{owner.package}.schemas.")] if top else []
    return next((found for m in (top, *inside) if (found := getattr(m, name, None)) is not None), None)


def without_sensitive(schema: type, posted: Mapping[str, Any]) -> dict[str, Any]:
    """What of a form may be kept: declared fields that hold no personal value, texts without personal numbers."""
    kept: dict[str, Any] = {}
    for name, field in list(schema._declared_fields.items())[:MOST]:  # type: ignore[attr-defined]
        about = field.metadata.get("ui", {})
        if about.get("sensitive") or about.get("pii") not in (None, "", "name") or getattr(field, "widget", "") in _KEPT_OUT:
            continue
        values = posted.getlist(name) if hasattr(posted, "getlist") else [posted[name]] if name in posted else []
        values = [str(value)[:LONGEST] for value in values if str(value).strip()]
        if values and not any(leaks(value) for value in values):
            kept[name] = values if len(values) > 1 else values[0]
    return kept


def save_posted(ctx: Context, posted: Mapping[str, str]) -> None:
    """Keep a draft as a browser posts it. Raises Invalid for a form nobody has."""
    form, record_id, schema = addressed(ctx, posted)
    save(ctx, form, record_id, without_sensitive(schema, posted))


def _mine(ctx: Context, form: str, record_id: int) -> Any:
    return Draft.user_id == ctx.actor.id, Draft.form == form, Draft.record_id == record_id


@service(None, action="work.draft.save", audited=False)
def save(ctx: Context, form: str, record_id: int, fields: dict[str, Any]) -> None:
    """Keep the fields as the actor's draft of this form; an empty form ends the draft."""
    found = session().scalars(select(Draft).where(*_mine(ctx, form, record_id))).one_or_none()
    if found is None and fields:
        session().add(Draft(user_id=ctx.actor.id, form=form, record_id=record_id, fields=fields, saved_at=ctx.now()))
    elif found is not None and fields:
        found.fields, found.saved_at = fields, ctx.now()
    elif found is not None:
        session().delete(found)


@service(None, writes=False)
def find(ctx: Context, form: str, record_id: int = 0) -> Draft | None:
    """The actor's draft of a form, to be offered when the form is opened again."""
    return session().scalars(select(Draft).where(*_mine(ctx, form, record_id))).one_or_none()


@service(None, action="work.draft.drop", audited=False)
def drop(ctx: Context, form: str, record_id: int = 0) -> None:
    """End the actor's draft (the form was saved, or the draft is not wanted)."""
    session().execute(delete(Draft).where(*_mine(ctx, form, record_id)))


@service(None, action="work.draft.tidy", audited=False)
def drop_old(ctx: Context) -> int:
    """Drop the drafts nobody came back to; returns how many."""
    limit = ctx.now() - dt.timedelta(days=int(rule("work.draft_kept").value))
    done = session().execute(delete(Draft).where(Draft.tenant_id == current_scope().tenant_id, Draft.saved_at < limit)
                             .execution_options(synchronize_session=False))
    return int(done.rowcount)


def end_after_saving(form: SchemaForm) -> None:
    """A form that was saved needs its draft no more."""
    ctx = g.get("ctx") if has_request_context() else None
    if form.key and ctx and ctx.actor.kind == "user" and find(ctx, form.key, form.record_id) is not None:
        drop(ctx, form.key, form.record_id)


at_saved.append(end_after_saving)
