"""A first look at the XML inside an .xlsx, in constant memory, before calamine lays the cells out in a grid.

Finds what calamine cannot tell: a filled cell absurdly far out (its grid would take gigabytes), cells that hold
an Excel error (calamine reads them as blank), a part whose declared size is a lie (the CRC fails).
Runs in the child process only.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from core.imports.child.refused import Refused

FILLED = re.compile(rb"<(?:\w+:)?c\b(?P<attrs>[^>]*?)(?<!/)>\s*(?P<next><(?:\w+:)?(?:v|is|f)\b)")
RESULT = re.compile(rb"<(?:\w+:)?v>[^<]")
CELL_END = re.compile(rb"</(?:\w+:)?c>")
PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
ATTRIBUTE = re.compile(rb"""(?:\b\w+:)?\b(\w+)\s*=\s*["']([^"'<>]*)["']""")
CHUNK, OVERLAP = 1 << 20, 1 << 12
ERROR_VALUES = re.compile(rb"#[A-Z0-9/_]{2,11}[!?]?")
MOST_ERRORS = 10_000


def scan(data: bytes, limits: dict) -> dict[int, dict[int, dict[int, str]]]:
    """Error cells as {sheet index: {row: {column: "#N/A"}}}; Refused when a part is dishonest or too wide."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheets = _sheets_in_order(archive)
            for name in archive.namelist():
                if name.endswith((".xml", ".rels")) and name not in sheets:
                    _drain(archive, name, limits["unpacked_bytes"])
            return {index: _sheet(archive, name, limits) for index, name in enumerate(sheets)}
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError,
            KeyError):
        raise Refused("damaged") from None


def _sheets_in_order(archive: zipfile.ZipFile) -> list[str]:
    """Part names of the sheets in the order of the workbook's tabs (a moved tab keeps its part)."""
    targets = {}
    for tag in RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
        parts = dict(ATTRIBUTE.findall(tag))
        target = parts.get(b"Target", b"").decode("utf-8", "replace")
        targets[parts.get(b"Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    tags = SHEET.findall(archive.read("xl/workbook.xml"))
    named = [targets.get(dict(ATTRIBUTE.findall(tag)).get(b"id"), "") for tag in tags]
    if any(name not in archive.namelist() for name in named):
        raise Refused("damaged")
    return named


def _drain(archive: zipfile.ZipFile, name: str, most: int) -> None:
    with archive.open(name) as part:
        head = part.read(CHUNK)
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise Refused("structure")
        while chunk := part.read(CHUNK):
            most -= len(chunk)
            if most < 0:
                raise Refused("too_much")


def _sheet(archive: zipfile.ZipFile, name: str, limits: dict) -> dict[int, dict[int, str]]:
    errors: dict[int, dict[int, str]] = {}
    kept = b""
    first = True
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            if first and b"<!DOCTYPE" in chunk:
                raise Refused("structure")
            first = False
            text = kept + chunk
            _cells(text, limits, errors)
            kept = text[-OVERLAP:]
    return errors


def _cells(text: bytes, limits: dict, errors: dict[int, dict[int, str]]) -> None:
    for match in FILLED.finditer(text):
        place = PLACE.search(match["attrs"])
        if place is None:
            continue
        row, column = int(place[2]), column_number(place[1])
        if row > 1_048_576 or column > 16_384:
            raise Refused("structure")
        if column > limits["columns"] or row > limits["rows"] * 2:
            raise Refused("far", cell=(place[1] + place[2]).decode())
        if len(errors) < MOST_ERRORS and (name := oddity(match, text)):
            errors.setdefault(row - 1, {})[column - 1] = name


def oddity(match: re.Match[bytes], text: bytes) -> str | None:
    """What is wrong with a filled cell: "#N/A" and its like, "=" for a formula without a result, else None."""
    if b't="e"' in match["attrs"]:
        value = ERROR_VALUES.search(text, match.start(), match.start() + 2000)
        return value[0].decode() if value else "#ERROR!"
    if match["next"].endswith(b"f") and b't="str"' not in match["attrs"]:
        end = CELL_END.search(text, match.end(), match.end() + 10_000)
        if end and not RESULT.search(text, match.start(), end.start()):
            return "="
    return None


def column_number(letters: bytes) -> int:
    """A -> 1, XFD -> 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
