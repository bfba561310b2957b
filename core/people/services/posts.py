"""Who holds which post."""

from __future__ import annotations

import datetime as dt

from core.base.db import session
from core.base.i18n import _
from core.contracts.errors import Invalid
from core.service import Context, service
from core.settings.dictionaries import choices, label

from ..models import OrgUnit, Person, PostHolding
from .orgs import MANAGE, living


@service(MANAGE)
def appoint(ctx: Context, *, person_id: int, org_id: int, post: str, starts_on: dt.date, source: str = "", document_no: str = "",
            note: str = "") -> PostHolding:
    """Give a person a post. The person must be visible to the actor; the post is one of the tenant's list."""
    unit = living(ctx, org_id, "org_id")
    ctx.require(MANAGE, unit.path)
    person = ctx.get(Person, person_id)
    errors: dict[str, list[str]] = {}
    if post not in dict(choices("people.post")):
        errors["post"] = [_("请从列表中选择")]
    if source and source not in dict(choices("people.post_source")):
        errors["source"] = [_("请从列表中选择")]
    if any(h.post == post and h.org_id == org_id and h.ends_on is None for h in person.posts):
        errors["post"] = [_("%(name)s 已任此职务。", name=person.name)]
    if errors:
        raise Invalid(errors)
    row = PostHolding(person_id=person.id, person_name=person.name, org_id=unit.id, org_path=unit.path, post=post,
                      starts_on=starts_on, source=source, document_no=document_no, note=note)
    session().add(row)
    session().flush()
    ctx.audit("post", row.id, name=f"{person.name} {label('people.post', post)}", org=unit.short_name)
    return row


@service(MANAGE)
def end_post(ctx: Context, holding_id: int, *, ends_on: dt.date, version: int | None = None) -> PostHolding:
    """End a post on a day. Raises Invalid when it has ended, or before it began."""
    row = ctx.get(PostHolding, holding_id)
    ctx.check_version(row, version)
    if row.ends_on is not None:
        raise Invalid({"ends_on": [_("这一任职已于 %(day)s 结束。", day=row.ends_on.isoformat())]})
    if ends_on < row.starts_on:
        raise Invalid({"ends_on": [_("离任日期不能早于任职日期 %(day)s。", day=row.starts_on.isoformat())]})
    row.ends_on = ends_on
    unit = ctx.get(OrgUnit, row.org_id)
    ctx.audit("post", row.id, name=f"{row.person_name} {label('people.post', row.post)}", org=unit.short_name, ended=True)
    return row
