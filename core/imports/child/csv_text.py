"""Text tables: which encoding, which delimiter, which rows. Runs in the child process only."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from core.imports.child.refused import Refused

BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
DELIMITERS = (",", "\t", ";", "\uff0c", "|")
# Excel saves 2020.10 as 2020.1: a number again, so that a column of dates refuses it as it does in a workbook
CUT_OFF = re.compile(r"(19|20)[0-9]{2}\.1")
ALLOWED_CONTROLS = frozenset("\t\r\n\f\x1a")


def csv_rows(data: bytes) -> Iterator[dict | tuple[int, list]]:
    """The heading line, then (line number, cells). Refused("not_text") when this is no text at all."""
    encoding, text = decode(data)
    if any(ord(char) < 32 and char not in ALLOWED_CONTROLS for char in text):
        raise Refused("not_text")
    text = text.rstrip("\x1a\x00")
    if not text.strip():
        raise Refused("empty")
    delimiter = sniff_delimiter(text)
    yield {"sheet": "", "sheets": [], "merged": [], "encoding": encoding, "delimiter": delimiter}
    csv.field_size_limit(1 << 20)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        previous = 0
        for cells in reader:
            yield previous + 1, [float(cell) if CUT_OFF.fullmatch(cell) else unquote(cell) for cell in cells]
            previous = reader.line_num
    except csv.Error:
        raise Refused("csv", row=reader.line_num) from None


def decode(data: bytes) -> tuple[str, str]:
    """(encoding, text). GB18030 is a superset of GBK and GB2312, so one try covers what Excel in China writes."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return encoding, _strict(data, encoding)
    head = data[:4096]
    if head.count(0) > len(head) // 5:
        odd, even = head[1::2].count(0), head[::2].count(0)
        encoding = "utf-16-le" if odd >= even else "utf-16-be"
        return encoding, _strict(data, encoding)
    if 0 in head:
        raise Refused("not_text")
    try:
        return "utf-8", data.decode("utf-8")
    except UnicodeDecodeError:
        if any(byte < 9 for byte in head):
            raise Refused("not_text") from None
        return "gb18030", _strict(data, "gb18030")


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, UnicodeError):
        raise Refused("encoding") from None


def sniff_delimiter(text: str) -> str:
    """The delimiter that splits most of the first lines into the same, largest number of cells."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:30] or [""]
    counts = {mark: sorted((line.count(mark) for line in lines), reverse=True) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: (counts[mark][len(lines) // 2], sum(counts[mark])))


def unquote(cell: str) -> str:
    """Undo what protects digits from Excel: ="0371…" and a leading apostrophe before digits."""
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 3:
        return cell[2:-1]
    if cell.startswith("'") and cell[1:2] in "0123456789=+-@" and len(cell) > 1:
        return cell[1:]
    return cell
