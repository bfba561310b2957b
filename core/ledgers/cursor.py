"""How far a walk through a ledger has come, signed: it goes on from where the server left it, for whoever began it, over the
same rows and columns, for a day. So what the audit was told at the start holds for all of it.
"""

from __future__ import annotations

import hashlib

from core.base.crypto import BadLink, sign, unsign
from core.base.i18n import _
from core.service import Context
from core.web.wire import InvalidQuery

from .filters import Args

PURPOSE = "ledger walk"
GOOD_FOR = 24 * 3600        # seconds
LONGEST = 200               # characters


def cursor_after(ctx: Context, ledger: str, args: Args, key: int) -> str:
    """The cursor of what follows the row with this key."""
    return sign(PURPOSE, ctx.tenant.id, f"{key}.{_walk(ctx, ledger, args)}")


def key_before(ctx: Context, ledger: str, args: Args, cursor: str) -> int | None:
    """The key a cursor was made after; None for the empty one. Raises InvalidQuery for one of another walk, or too old."""
    if not cursor:
        return None
    try:
        key, _dot, walk = unsign(PURPOSE, ctx.tenant.id, cursor[:LONGEST], max_age=GOOD_FOR).partition(".")
    except BadLink:
        key, walk = "", ""
    if walk != _walk(ctx, ledger, args):
        raise InvalidQuery({"cursor": [_("游标不属于这次查询，或已超过一天。请把 cursor 留空，从头开始。")]})
    return int(key)


def _walk(ctx: Context, ledger: str, args: Args) -> str:
    """Who walks through what: everything but how many rows at a time."""
    asked = sorted((name, list(values)) for name, values in args.items() if name not in ("cursor", "limit"))
    return hashlib.sha256(repr((ctx.actor.id, ctx.actor.token_id, ledger, asked)).encode()).hexdigest()[:32]
