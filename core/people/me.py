"""Which person of the registry an account belongs to, for pages that show people their own data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.accounts.models import User
from core.base.db import session
from core.base.memo import remembered, tables
from core.base.scope import beyond_subtree
from core.service import Context

from .models import Person


def own_person(ctx: Context) -> Person | None:
    """The person behind the actor's account, whatever subtrees the actor has; None for accounts of nobody registered."""
    found: Person | None = _own(ctx, Person)
    return found


def _own(ctx: Context, what: Any) -> Any:
    if ctx.actor.kind != "user":
        return None
    with beyond_subtree("people: everybody may see what is held about himself"):
        mine = (User.tenant_id == Person.tenant_id) & (User.person_id == Person.id)
        return session().scalars(select(what).join_from(Person, User, mine).where(User.id == ctx.actor.id)).one_or_none()


def own_number(ctx: Context) -> int:
    """The number of that person, 0 for nobody: remembered until people or accounts change, for menus and panels."""
    return remembered(tables("people_person", "accounts_user"), ("people.me", ctx.standing), lambda: _own(ctx, Person.id) or 0)


def is_registered(ctx: Context) -> bool:
    """Whether there is such a person; for menus, which ask with every page."""
    return own_number(ctx) != 0
