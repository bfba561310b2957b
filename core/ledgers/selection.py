"""Which records a bulk action is about: those ticked, or all that match the filter the list showed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Invalid
from core.service import Context, service

from .query import statement
from .scope import find_ledger
from .services import given_query, open_ledger
from .state import refuse_lost

MOST = 20_000
LARGEST = 2**53


@service(None, writes=False)
def selected_ids(ctx: Context, name: str, form: Mapping[str, Any], permission: str = "") -> list[int]:
    """Ids of the chosen records inside the actor's scope for `permission` (default: the ledger's own).

    `form` is the posted bulk form: `ids` (several), or `all` with the list's `query`. Ids of rows out of reach are left
    out. Raises Invalid when nothing or more than MOST records are chosen.
    """
    ledger = find_ledger(ctx, name)
    if form.get("all"):
        state, _views = open_ledger(ctx, name, given_query(form))
        refuse_lost(state)
        wanted = statement(state, ctx, (), permission=permission)
    else:
        ticked = form.getlist("ids") if hasattr(form, "getlist") else form.get("ids", [])
        ids = [int(i) for i in ticked[:MOST] if str(i).isdecimal() and len(str(i)) < 17 and int(i) <= LARGEST]
        if not ids:
            raise Invalid({"ids": [_("请先勾选记录")]})
        state, _views = open_ledger(ctx, name, [])
        wanted = statement(state, ctx, (), permission=permission).where(ledger.key.in_(ids))
    found = [row[0] for row in session().execute(wanted.limit(MOST + 1))]
    if not found:
        raise Invalid({"ids": [_("请先勾选记录")]})
    if len(found) > MOST:
        raise Invalid({"ids": [_("一次最多处理 %(n)s 条，请缩小范围", n=MOST)]})
    return found
