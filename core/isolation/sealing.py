"""Sealed columns of the canaries. They open like real ones: a page that stumbles over its own record shows nothing to probe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary, Table

from core.base.crypto import seal
from core.imports.vault import seal_file, seal_json

if TYPE_CHECKING:
    from .canaries import Mark

ENDING = "_sealed"          # of the names of columns that hold a sealed text
ELSEWHERE = {("accounts_user", "totp_secret"), ("webhooks_secret", "sealed")}       # and those that are called otherwise
AS_JSON = {("imports_batch", "layout"): lambda word: {"sheet": word, "samples": [], "matches": [], "top": [], "merged": []},
           ("imports_row", "payload"): lambda word: {"cells": [word], "errors": {"": word}}}


def sealed_of(table: Table, mark: Mark) -> dict[str, Any]:
    """Column -> the canary's word, sealed for this row; four times over, so that it is long enough for a secret."""
    found: dict[str, Any] = {}
    for name, column in table.c.items():
        if name.endswith(ENDING) or (table.name, name) in ELSEWHERE:
            found[name] = seal(mark.word * 4, tenant_id=mark.tenant_id, table=table.name, row_id=mark.id, column=name)
        elif make := AS_JSON.get((table.name, name)):
            found[name] = seal_json(table.name, name, mark.id, make(mark.word))
        elif isinstance(column.type, LargeBinary):
            found[name], = seal_file(mark.id, mark.word.encode())
    return found
