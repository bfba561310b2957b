"""Phone and ID number of a person, contact phone of a unit: sealed, indexed blindly, shown masked."""

from __future__ import annotations

from typing import Any

from core.base.crypto import blind_index, seal, unseal
from core.base.db import new_id
from core.base.identity import parse_id_no, parse_phone
from core.base.scope import current_scope

FIELDS = ("phone", "id")             # column prefixes: <field>_sealed, <field>_index, <field>_mask


def mask_phone(number: str) -> str:
    """`138****1234`; of a land line the last four digits stay hidden: `0539-621****`."""
    return f"{number[:3]}****{number[-4:]}" if len(number) == 11 and number.isdigit() else f"{number[:-4]}****"


def mask_id(number: str) -> str:
    """`3713**********1234`: four digits at each end."""
    return f"{number[:4]}{'*' * 10}{number[-4:]}"


def index_of(field: str, normalised: str) -> str:
    """Blind index of a normalised value in the tenant in scope; `field` is "phone" or "id"."""
    return blind_index(_tenant(), f"people.{field}", normalised)


def put(row: Any, field: str, text: str | None) -> None:
    """Store (or, with None or "", clear) the phone or ID number of a person. Raises Invalid for a malformed one."""
    if not text:
        setattr(row, f"{field}_sealed", None)
        setattr(row, f"{field}_index", None)
        setattr(row, f"{field}_mask", "")
        return
    number = parse_phone(text) if field == "phone" else parse_id_no(text).number
    _seal_into(row, f"{field}_sealed", number)
    setattr(row, f"{field}_index", index_of(field, number))
    setattr(row, f"{field}_mask", mask_phone(number) if field == "phone" else mask_id(number))


def put_contact_phone(unit: Any, text: str | None) -> None:
    """Store or clear the contact phone of an organisation. Raises Invalid for a malformed one."""
    number = parse_phone(text, field="contact_phone") if text else ""
    unit.contact_phone_mask = mask_phone(number) if number else ""
    unit.contact_phone_sealed = None
    if number:
        _seal_into(unit, "contact_phone_sealed", number)


def clear_text(row: Any, field: str) -> str:
    """The value in clear ("" when there is none). Only for the reveal service and for moving a value between rows."""
    column = f"{field}_sealed"
    sealed = getattr(row, column)
    return unseal(sealed, tenant_id=row.tenant_id, table=row.__tablename__, row_id=row.id, column=column) if sealed else ""


def _seal_into(row: Any, column: str, number: str) -> None:
    if row.id is None:
        row.id = new_id()
    setattr(row, column, seal(number, tenant_id=_tenant(), table=row.__tablename__, row_id=row.id, column=column))


def _tenant() -> int:
    tenant_id = current_scope().tenant_id
    assert tenant_id is not None, "personal fields belong to one tenant"
    return tenant_id
