"""Signing in and out."""

from __future__ import annotations

from sqlalchemy import select, update

from core.base.passwords import verify_password
from core.base.session import session
from core.service import PUBLIC, Context, service

from .models import Session, User
from .sessions import open_session


@service(PUBLIC, action="accounts.sign_in")
def sign_in(ctx: Context, login: str, password: str, *, agent: str = "") -> str | None:
    """The token of a new session, or None; the same time and the same answer whether or not the account exists."""
    user = session().scalars(select(User).where(User.login_name == login, User.state == "active")).one_or_none()
    right = verify_password(user.password_hash if user and user.password_hash else None, password)
    if user is None or not right:
        ctx.audit("user", user.id if user else None, login[:60], result="refused")
        return None
    user.failed_count, user.last_sign_in_at = 0, ctx.now()
    ctx.audit("user", user.id, user.name, result="signed in")
    return open_session(user, address=ctx.address, agent=agent, second_factor=False)


@service(None, action="accounts.sign_out")
def sign_out(ctx: Context) -> None:
    """End the running session."""
    session().execute(update(Session).where(Session.id == ctx.actor.session_id).values(revoked_at=ctx.now())
                      .execution_options(synchronize_session=False))
    ctx.audit("user", ctx.actor.id, ctx.actor.label)
