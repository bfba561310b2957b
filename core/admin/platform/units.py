"""Laying out a new tenant's organisation tree for it, until its own admin has taken over."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from core.accounts.models import User
from core.admin.platform.models import Onboarding
from core.admin.platform.tree import Node, parse_lines, parse_rows
from core.base.i18n import _
from core.base.scope import tenant_scope
from core.base.session import session
from core.contracts.errors import Conflict, Invalid
from core.imports.reader import open_sheet
from core.people.services.orgs import create_org
from core.people.services.root import ensure_root
from core.service import Context, service, system_context
from core.tenancy.lookup import by_id, enabled_plugins


def lay_out(ctx: Context, row: Onboarding, *, lines: str | None, sheet: Any) -> int:
    """Make the units of a typed or uploaded tree below the tenant's root unit; returns how many.

    Raises Invalid with a sentence per line, Conflict once the tenant's admin has signed in: from then on the tree is the
    tenant's own business.
    """
    ctx.require("tenancy.tenant.create")
    if row.made_id is None:
        raise Conflict(_("请先完成开通。"))
    if bool(lines) == bool(sheet):
        raise Invalid({"lines": [_("请直接输入，或者上传一个文件（两者选一）。")]})
    nodes = parse_lines(lines) if lines else _read(sheet)
    found = by_id(row.made_id)
    if found is None:
        raise Conflict(_("单位已不存在。"))
    tenant, rev = found
    with tenant_scope(tenant.id):
        if session().scalar(select(func.count()).select_from(User).where(User.last_sign_in_at.is_not(None))):
            raise Conflict(_("单位管理员已经登录，组织架构由该单位自己维护。"))
        own = system_context(tenant, enabled_plugins(tenant.id, rev), ctx.actor.label, via="platform")
        return make_units(own, nodes)


def _read(sheet: Any) -> list[Node]:
    """Nodes of an uploaded workbook; whatever is wrong with the file is said beside the file field."""
    try:
        with open_sheet(sheet.read()) as opened:
            return parse_rows((row.number, row.cells) for row in opened.rows)
    except Invalid as refused:
        raise Invalid({"sheet": [text for texts in refused.errors.values() for text in texts]}) from refused


@service("people.org.manage", action="tenancy.onboarding.tree")
def make_units(ctx: Context, nodes: list[Node]) -> int:
    """Create the units below the root in one transaction, superiors first; a line that names the root is the root."""
    root = ensure_root(ctx)
    made: list[int] = []                          # of every line, so that `above` finds its superior
    for node in nodes:
        if node.above is None and node.name in (root.name, root.short_name):
            made.append(root.id)
            continue
        parent = made[node.above] if node.above is not None else root.id
        unit = create_org(ctx, name=node.name, short_name=node.short_name or node.name, kind=node.kind,
                          unit_kind=node.unit_kind, parent_id=parent)
        made.append(unit.id)
    new = len(set(made) - {root.id})
    ctx.audit("tenant", ctx.tenant.id, ctx.tenant.name, units=new)
    return new
