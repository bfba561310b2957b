"""Signing in and out. The answer and its time are the same whether or not an account exists."""

from __future__ import annotations

from dataclasses import dataclass

from core.base.crypto import BadLink, sign, unsign
from core.base.passwords import expired, hash_password, needs_rehash, verify_password
from core.base.session import session
from core.contracts.errors import NotFound
from core.service import PUBLIC, Context, service, unit_of_work

from .. import attempts, devices
from ..attempts import Source
from ..models import ACTIVE, User
from ..policy import password_policy
from ..second_factor import accept_code
from ..sessions import end_sessions, open_session
from .standing import find_account, still_open, tidy_login

IN, SECOND, WRONG, WAIT = "in", "second", "wrong", "wait"
TICKET, TICKET_SECONDS = "second step", 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: signed in (`token` and `device` for cookies), the second factor is asked (`ticket`), wrong, or wait."""

    outcome: str
    token: str = ""
    device: str = ""
    ticket: str = ""
    wait: int = 0
    preferences: dict[str, str] | None = None


def sign_in(ctx: Context, login: str, password: str, *, agent: str = "", known: str = "") -> Answer:
    """Judge name and password. `known`: cookie of a browser that signed in before."""
    ctx = still_open(ctx)
    user = find_account(login)
    source = _source(ctx, user, user.login_name if user else tidy_login(login), known)
    if wait := _charge(ctx, source):
        return Answer(WAIT, wait=wait)
    stored = user.password_hash if user and user.state == ACTIVE else None
    if not verify_password(stored or None, password) or user is None:
        refuse(ctx, user, "password")
        return Answer(WRONG)
    if user.totp_secret:
        with unit_of_work(ctx):
            attempts.give_back(source)
        return Answer(SECOND, ticket=sign(TICKET, ctx.tenant.id, f"{_holds(user)}.{int(ctx.now().timestamp())}"))
    return admit(ctx, user.id, source, password=password, agent=agent, second_factor=False)


def second_step(ctx: Context, ticket: str, code: str, *, agent: str = "", known: str = "") -> Answer:
    """Judge the second factor of whoever holds a ticket of the first step. Raises NotFound when the ticket is no longer good."""
    ctx = still_open(ctx)
    user = holder(ctx, ticket)
    if user is None:
        raise NotFound("ticket")
    source = _source(ctx, user, user.login_name, known)
    if wait := _charge(ctx, source):
        return Answer(WAIT, wait=wait)
    if not judge_code(ctx, user.id, code):
        return Answer(WRONG)
    return admit(ctx, user.id, source, agent=agent, second_factor=True)


def holder(ctx: Context, ticket: str) -> User | None:
    """The account that passed the first step with this ticket at most five minutes ago."""
    try:
        holds, _dot, at = unsign(TICKET, ctx.tenant.id, ticket[:400], max_age=TICKET_SECONDS).rpartition(".")
    except BadLink:
        return None
    user = session().get(User, (ctx.tenant.id, int(holds.partition(".")[0])))
    late = ctx.now().timestamp() - int(at) > TICKET_SECONDS
    fits = user is not None and user.state == ACTIVE and user.totp_secret and holds == _holds(user) and not late
    return user if fits else None


def _holds(user: User) -> str:
    """What a ticket stands for; void as soon as the password changes."""
    return f"{user.id}.{int(user.password_set_at.timestamp()) if user.password_set_at else 0}"


def _source(ctx: Context, user: User | None, login: str, known: str) -> Source:
    return Source(login, ctx.address, devices.recognise(known, user, ctx.tenant.id), user.id if user else None)


def _charge(ctx: Context, source: Source) -> int:
    with unit_of_work(ctx):
        return attempts.charge(source)


@service(PUBLIC, action="accounts.sign_in")
def judge_code(ctx: Context, user_id: int, code: str) -> bool:
    """Whether the code is right; it is used up then. A wrong one is written down."""
    user = ctx.get(User, user_id)
    right = accept_code(user, code, ctx)
    ctx.audit("user", user.id, user.name, result="code accepted" if right else "refused", what="code")
    return right


@service(PUBLIC, action="accounts.sign_in")
def refuse(ctx: Context, user: User | None, what: str) -> None:
    """Write the refusal down. A name nobody has is not repeated: people type passwords into the wrong field."""
    if user is None:
        ctx.audit("user", None, "", result="refused", what="unknown account")
    else:
        ctx.audit("user", user.id, user.name, result="refused", what=what if user.state == ACTIVE else "disabled account")


@service(PUBLIC, action="accounts.sign_in")
def admit(ctx: Context, user_id: int, source: Source, *, password: str = "", agent: str, second_factor: bool) -> Answer:
    """Open the session: every earlier one of this browser ends, counters start again."""
    user = ctx.get(User, user_id)
    if user.state != ACTIVE:                                 # disabled while the password was being checked
        ctx.audit("user", user.id, user.name, result="refused", what="disabled account")
        return Answer(WRONG)
    attempts.forgive(source)
    if password and needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    if user.password_set_at is None or expired(user.password_set_at, password_policy(), ctx.now()):
        user.must_change_password = True
    user.last_sign_in_at = ctx.now()
    if ctx.actor.session_id and ctx.actor.id:
        end_sessions(ctx.actor.id, "replaced", only=ctx.actor.session_id)
    token = open_session(user, address=ctx.address, agent=agent, second_factor=second_factor)
    ctx.audit("user", user.id, user.name, result="signed in", second_factor=second_factor)
    return Answer(IN, token=token, device=devices.remember(user, ctx.tenant.id), preferences=dict(user.preferences or {}))


def sign_out(ctx: Context) -> None:
    """End the running session."""
    _sign_out(still_open(ctx))


@service(None, action="accounts.sign_out")
def _sign_out(ctx: Context) -> None:
    if ctx.actor.id is not None and ctx.actor.session_id is not None:
        end_sessions(ctx.actor.id, "signed out", only=ctx.actor.session_id)
    ctx.audit("user", ctx.actor.id, ctx.actor.label)
