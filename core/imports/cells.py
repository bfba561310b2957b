"""One cell, read for one field: a value, or a sentence that says what is wrong and what to do. Never a guess."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from core.base.i18n import _
from core.imports import dates, identity
from core.imports.targets import Target
from core.imports.words import fold, synonym, words

FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
BLANKS = re.compile(r"[\s\u3000\u00a0]+")
DOTS = re.compile(r"(?<=[^\x00-\x7f])\s*[\u30fb\u2022\u2027\u00b7\u2219\u22c5\uff0e\u25cf.]\s*(?=[^\x00-\x7f])")
ERROR_VALUE = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!)")
MASKED = re.compile(r"[0-9-]{0,6}\*{2,}[0-9X]{0,4}")
DASHES = frozenset("-/\\\u2014\u2013_ ")
SPLIT = re.compile(r"[\u3001,\uff0c;\uff1b/|\n]+")


class Cell(NamedTuple):
    """The outcome for one cell: a value or an error, or neither (left blank; a note says why when something stood there).

    A date is "2020-09-01" or "2020-09".
    """

    value: object = None
    error: str | None = None
    precision: str | None = None
    note: str | None = None


def clean(target: Target, raw: object) -> Cell:
    """Read one raw cell (as reader.py gives it) for a field. Total: any JSON value gives a Cell."""
    if (isinstance(raw, dict) and "x" in raw) or (isinstance(raw, str) and ERROR_VALUE.fullmatch(raw.strip())):
        return Cell(error=_excel_error(as_text(raw).strip()))
    if isinstance(raw, float) and not math.isfinite(raw):
        return Cell(error=_("单元格里不是有效的数，请重新填写。"))
    if raw is None or (isinstance(raw, str) and not tidy_text(raw)):
        return Cell(error=_("不能为空，请填写。")) if target.required else Cell()
    try:
        cell = READERS[target.kind](target, raw)
    except dates.BadDate as bad:
        return Cell(error=str(bad))
    if cell.value is None and cell.error is None and target.required:
        return Cell(error=_("不能为空，请填写。"))
    return cell


def _excel_error(name: str) -> str:
    if name == "=":
        return _("单元格是没有计算结果的公式，请直接填写内容。")
    return _("单元格是 Excel 错误值 %(name)s，请改成实际内容。", name=name)


def tidy_text(raw: object) -> str:
    """Text without invisible and control characters; full-width letters and digits become ASCII; the rest stays."""
    if isinstance(raw, str) and raw.isascii() and raw.isprintable() and "  " not in raw:
        return raw.strip()                 # the common case, three times as fast
    text = INVISIBLE.sub("", CONTROLS.sub(" ", as_text(raw))).translate(FULL_WIDTH)
    return BLANKS.sub(" ", text).strip()


def as_text(raw: object) -> str:
    """A raw cell as people see it: 3.0 is "3", a date is ISO."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, dict):
        return str(raw.get("d") or raw.get("x") or "")
    return "" if raw is None else str(raw)


def _name(_target: Target, raw: object) -> Cell:
    """A name of a person: Chinese without blanks, one middle dot, Latin words apart by one blank."""
    text = unicodedata.normalize("NFC", tidy_text(raw))
    if text.startswith(("=", "@")):
        return Cell(error=_("以“%(mark)s”开头，像是公式，请改成文字。", mark=text[0]))
    text = DOTS.sub("\u00b7", text)
    if not text.isascii():
        text = re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", text)
    if text.isdigit() or isinstance(raw, bool | dict):
        return Cell(error=_("这里应填文字，不是“%(text)s”。", text=text[:20]))
    return Cell(text)


def _text(_target: Target, raw: object) -> Cell:
    """Any text; a lone dash or stroke is how people leave a cell empty on purpose."""
    text = unicodedata.normalize("NFC", tidy_text(raw))
    return Cell() if set(text) <= DASHES else Cell(text)


def _integer(_target: Target, raw: object) -> Cell:
    number = _number(raw)
    if number is None or not number.is_integer() or abs(number) > 2**53:
        return Cell(error=_("应填整数，例如 12。"))
    return Cell(int(number))


def _decimal(_target: Target, raw: object) -> Cell:
    number = _number(raw)
    if number is None:
        return Cell(error=_("应填数字，例如 12.5。"))
    return Cell(number)


def _number(raw: object) -> float | None:
    """A number, or a text that is one ("１２", "1,200"); None otherwise."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw) if abs(raw) < 1e300 else None
    text = fold(tidy_text(raw)).replace(",", "")
    return float(text) if re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]{1,9})?", text) else None


def _date(_target: Target, raw: object) -> Cell:
    value = raw["d"] if isinstance(raw, dict) and "d" in raw else raw
    if _left_blank(value):
        return Cell()
    found = dates.read(tidy_text(value) if isinstance(value, str) else value)
    iso = found.day.isoformat()
    return Cell(iso if found.precision == "day" else iso[:7], None, found.precision)


def _bool(_target: Target, raw: object) -> Cell:
    if isinstance(raw, bool):
        return Cell(raw)
    text = fold(tidy_text(raw))
    if text in words("yes") or text in words("no"):
        return Cell(text in words("yes"))
    return Cell(error=_("应填“是”或“否”。"))


def _choice(target: Target, raw: object) -> Cell:
    value = _option(target, as_text(raw))
    if value is not None:
        return Cell(value)
    if _left_blank(raw):
        return Cell()
    return Cell(error=_not_listed(target, tidy_text(raw)))


def _choices(target: Target, raw: object) -> Cell:
    parts = [part for part in SPLIT.split(as_text(raw)) if tidy_text(part)]
    values = [(part, _option(target, part)) for part in parts]
    unknown = next((part for part, value in values if value is None), None)
    if unknown is not None:
        return Cell() if _left_blank(raw) else Cell(error=_not_listed(target, unknown))
    return Cell(list(dict.fromkeys(value for _part, value in values)))


def _option(target: Target, text: str) -> str | None:
    """The option that was written: its value, label or alias, or a beginning that only one label has."""
    wanted = synonym(fold(tidy_text(text)))
    for option in target.options:
        if wanted in (fold(option.value), fold(str(option.label)), *map(fold, option.aliases)):
            return option.value
    begun = [option.value for option in target.options if fold(str(option.label)).startswith(wanted)]
    return begun[0] if len(begun) == 1 and len(wanted) >= 2 else None


def _not_listed(target: Target, text: str) -> str:
    labels = [str(option.label) for option in target.options]
    shown = "、".join(labels[:8]) + ("……" if len(labels) > 8 else "")
    return _("没有“%(text)s”这一项，请从这些里选：%(labels)s。", text=text[:20], labels=shown)


def _id_no(target: Target, raw: object) -> Cell:
    return _unread_number(target, raw) or Cell(*identity.read_id_no(raw, tidy_text(raw)))


def _phone(target: Target, raw: object) -> Cell:
    return _unread_number(target, raw) or Cell(*identity.read_phone(raw, tidy_text(raw)))


def _unread_number(target: Target, raw: object) -> Cell | None:
    """The outcome where no number stands, or one that an export of ours has masked; None where there is one to be read."""
    if _left_blank(raw):
        return Cell()
    masked = isinstance(raw, str) and MASKED.fullmatch(tidy_text(raw))
    return Cell(note=_("%(label)s是遮盖过的，没有导入，已登记的号码不变。", label=target.label)) if masked else None


def _left_blank(raw: object) -> bool:
    """Whether the cell says "none" in one of the ways people say it."""
    return isinstance(raw, str) and fold(tidy_text(raw)) in words("blanks")


READERS: dict[str, Callable[[Target, object], Cell]] = {
    "name": _name, "text": _text, "integer": _integer, "decimal": _decimal, "date": _date, "bool": _bool,
    "choice": _choice, "choices": _choices, "id_no": _id_no, "phone": _phone,
}
