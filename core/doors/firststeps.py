"""The card that leads the first admin of a new tenant through the first steps; it goes when all are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.accounts.models import User
from core.base.i18n import _
from core.base.session import session
from core.people.models import OrgUnit, Person
from core.service import Context

from .dashboard import address

ADMIN = "accounts.user.manage"


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One line of the card."""

    text: str
    url: str
    done: bool


def first_steps(ctx: Context) -> list[FirstStep]:
    """Empty for everybody but admins, and once organisations, people, colleagues and applications are there."""
    if not ctx.may(ADMIN):
        return []
    steps = [
        FirstStep(_("建立组织：下载模板整表导入，或逐个新增"), _ledger(ctx, "people.orgs"), _several(OrgUnit.id)),
        FirstStep(_("导入人员名册"), _ledger(ctx, "people.roster"), _several(Person.id)),
        FirstStep(_("为同事开账号、授予角色"), _ledger(ctx, "accounts.users"), _several(User.id)),
        FirstStep(_("启用需要的应用"), address("plugins.index"), bool(ctx.enabled)),
    ]
    return [] if all(step.done for step in steps) else steps


def _ledger(ctx: Context, name: str) -> str:
    return address("ledgers.show", name=name) if name in ctx.plugins.ledgers else ""


def _several(key: Any) -> bool:
    """Whether there is more than one (the tenant's own unit and its first admin are always there)."""
    return len(session().execute(select(key).limit(2)).all()) > 1
