"""操作日志: the list is an ordinary ledger; here is the verification."""

from __future__ import annotations

from typing import Any

from core.admin.audit_check import verify_chain
from core.web import Pages, ctx, render

pages = Pages("audit", __name__, audience="both")


@pages.get("/verify", needs="admin.audit.verify")
def verify() -> Any:
    return render("admin/audit_verify.html", verdict=verify_chain(ctx()))
