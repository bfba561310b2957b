"""Phone and ID number of a person, contact phone of a unit: sealed, indexed blindly, shown masked."""

from __future__ import annotations

import re
from typing import Any

from core.base.crypto import blind_index, seal, unseal
from core.base.db import new_id
from core.base.identity import parse_id_no, parse_phone
from core.base.masks import mask_id, mask_phone
from core.base.scope import current_scope

# column prefix -> name of the blind index (the one the search box of the ledgers asks)
INDEXES = {"phone": "phone", "id": "id_no"}


def index_of(field: str, number: str) -> str:
    """Blind index of a number in the tenant in scope; blanks and dashes do not count. `field` is "phone" or "id"."""
    return blind_index(_tenant(), INDEXES[field], re.sub(r"[^0-9X]", "", number.upper()))


def put(row: Any, field: str, text: str | None) -> None:
    """Store (or, with None or "", clear) the phone or ID number of a person. Raises Invalid for a malformed one."""
    number = (parse_phone(text) if field == "phone" else parse_id_no(text).number) if text else ""
    setattr(row, f"{field}_index", index_of(field, number) if number else None)
    setattr(row, f"{field}_mask", (mask_phone if field == "phone" else mask_id)(number) if number else "")
    setattr(row, f"{field}_sealed", _sealed(row, f"{field}_sealed", number) if number else None)


def put_contact_phone(unit: Any, text: str | None) -> None:
    """Store or clear the contact phone of an organisation. Raises Invalid for a malformed one."""
    number = parse_phone(text, field="contact_phone") if text else ""
    unit.contact_phone_mask = mask_phone(number) if number else ""
    unit.contact_phone_sealed = _sealed(unit, "contact_phone_sealed", number) if number else None


def clear_text(row: Any, field: str) -> str:
    """The value in clear ("" when there is none). Only for the reveal service and for moving a value between rows."""
    column = f"{field}_sealed"
    sealed = getattr(row, column)
    return unseal(sealed, tenant_id=row.tenant_id, table=row.__tablename__, row_id=row.id, column=column) if sealed else ""


def _sealed(row: Any, column: str, number: str) -> str:
    if row.id is None:
        row.id = new_id()
    return seal(number, tenant_id=_tenant(), table=row.__tablename__, row_id=row.id, column=column)


def _tenant() -> int:
    tenant_id = current_scope().tenant_id
    assert tenant_id is not None, "personal fields belong to one tenant"
    return tenant_id
