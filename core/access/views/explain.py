"""谁能看到、为什么: of a record, and of an account."""

from __future__ import annotations

from typing import Any

from core.web import ctx, render

from ..explain import what_may, who_can_see
from .area import pages


@pages.get("/who/<kind>/<int:record_id>", needs="access.role.read")
def who(kind: str, record_id: int) -> Any:
    return render("access/who.html", found=who_can_see(ctx(), kind, record_id))


@pages.get("/account/<int:user_id>", needs="access.role.read")
def account(user_id: int) -> Any:
    user, groups = what_may(ctx(), user_id)
    return render("access/account.html", user=user, groups=groups)
