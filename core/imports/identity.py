"""ID numbers and phones out of spreadsheet cells, where Excel may have destroyed them before we see them."""

from __future__ import annotations

import re

from core.base.i18n import _
from core.base.identity import parse_id_no, parse_phone
from core.contracts.errors import Invalid

SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
EXACT_DIGITS = 1e15                        # Excel keeps 15 digits; a longer number cell has lost its end
Answer = tuple[str | None, str | None]


def read_id_no(raw: object, text: str) -> Answer:
    """(18 digits, None) or (None, sentence). What Excel has destroyed is refused, never guessed."""
    if (isinstance(raw, int | float) and abs(raw) >= EXACT_DIGITS) or SCIENTIFIC.fullmatch(text):
        return None, _("Excel 已把身份证号变成科学计数法，后几位已丢失，请把该列设为文本后重新填写。")
    try:
        return parse_id_no(text).number, None
    except Invalid as refused:
        return None, _sentence(refused)


def read_phone(raw: object, text: str) -> Answer:
    """(number, None) or (None, sentence): mobile numbers and land lines, also from a whole-number cell."""
    if isinstance(raw, float) and not raw.is_integer():
        return None, _("电话号码里有小数，请核对。")
    try:
        return parse_phone(text), None
    except Invalid as refused:
        return None, _sentence(refused)


def _sentence(refused: Invalid) -> str:
    return " ".join(sentence for said in refused.errors.values() for sentence in said) or str(refused)
