"""The unit at the top of a tenant's tree: it is there from the day the tenant is opened."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.service import Context, service

from .. import history
from ..models import OrgUnit
from .orgs import MANAGE, check, create_org, fill

TOP_KIND = {"county": "committee"}          # a county has a committee, a street a working committee


def find_root() -> OrgUnit | None:
    """The first unit without a superior of the tenant in scope."""
    return session().scalars(select(OrgUnit).where(OrgUnit.parent_id.is_(None)).order_by(OrgUnit.path).limit(1)).first()


def ensure_root(ctx: Context) -> OrgUnit:
    """The tenant's top unit; made with the tenant's own name when the tree is empty."""
    return find_root() or create_org(ctx, name=ctx.tenant.name, short_name=ctx.tenant.name[:60],
                                     kind=TOP_KIND.get(ctx.tenant.kind, "work_committee"), unit_kind=ctx.tenant.kind)


@service(MANAGE, action="people.org.root")
def name_root(ctx: Context, **data: Any) -> OrgUnit:
    """Fill in the top unit of a tree being laid out; no renaming is noted, for it never bore another name in earnest."""
    root = ensure_root(ctx)
    fill(root, data)
    check(root)
    session().flush()
    if root.founded_on:
        history.record(ctx, root, "founded", None, root.founded_on)
    ctx.audit("org_unit", root.id, name=root.short_name, root=True)
    return root
