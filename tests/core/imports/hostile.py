"""Hostile and broken files, made when a test asks: each as (name, function, a word its one sentence must contain)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import xlsxwriter

RELS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
    b' Target="worksheets/sheet1.xml"/></Relationships>'
)
ROOT_RELS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    b' Target="xl/workbook.xml"/></Relationships>'
)
BOOK = (
    b'<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    b' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    b'<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml"'
    b' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def packed(sheet: bytes, **more: bytes) -> bytes:
    """A minimal .xlsx around this sheet; ``more`` replaces or adds parts (__ for /, no ending)."""
    parts = {
        "[Content_Types].xml": TYPES, "xl/workbook.xml": BOOK, "_rels/.rels": ROOT_RELS,
        "xl/_rels/workbook.xml.rels": RELS,
        "xl/worksheets/sheet1.xml": sheet,
    } | {name.replace("__", "/") + ".xml": value for name, value in more.items()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in parts.items():
            archive.writestr(name, value)
    return stream.getvalue()


def honest() -> bytes:
    """A small good workbook."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        for column, text in enumerate(("姓名", "入党时间", "所在党支部")):
            sheet.write_string(0, column, text)
            sheet.write_string(1, column, ("张三", "2020-09", "一支部")[column])
    return stream.getvalue()


def bomb(rows: int) -> bytes:
    row = b'<row><c t="inlineStr"><is><t>' + b"A" * 400 + b"</t></is></c></row>"
    return packed(SHEET + row * rows + END)


def shared_string_bomb() -> bytes:
    strings = b"<sst><si><t>" + b"B" * (199 << 20) + b"</t></si></sst>"
    return packed(SHEET + b'<row r="1"><c r="A1" t="s"><v>0</v></c></row>' + END, xl__sharedStrings=strings)


def million_rows() -> bytes:
    return packed(SHEET + b"".join(b"<row><c><v>%d</v></c></row>" % n for n in range(1_000_000)) + END)


def far_cell() -> bytes:
    return packed(SHEET + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + END)


def two_corners() -> bytes:
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return packed(SHEET + rows + END)


def laughing() -> bytes:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    strings = b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "ha">' + entities + b"]><sst><si><t>&l9;</t></si></sst>"
    return packed(SHEET + b'<row r="1"><c r="A1" t="s"><v>0</v></c></row>' + END, xl__sharedStrings=strings)


def outside_entity() -> bytes:
    sheet = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SHEET
    return packed(sheet + b'<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>' + END)


def overlapping() -> bytes:
    """Quoted overlap (CVE-2024-0450): many directory entries point at the same bytes."""
    data = bytearray(packed(SHEET + b"<row><c><v>1</v></c></row>" * 100_000 + END))
    directory = data.index(b"PK\x01\x02")
    entries, at = [], directory
    while data[at : at + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<3H", data, at + 28)
        size = 46 + name + extra + comment
        entries.append(bytes(data[at : at + size]))
        at += size
    sheet = next(entry for entry in entries if b"sheet1.xml" in entry)
    copies = [sheet.replace(b"sheet1.xml", b"sheet%d.xml" % n) for n in range(2, 10)]
    body = b"".join(entries + copies)
    count = len(entries) + len(copies)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(body), directory, 0)
    return bytes(data[:directory]) + body + end


def forged(size: int) -> bytes:
    """The directory and the local header claim another unpacked size than the data have."""
    data = bytearray(packed(SHEET + b"<row><c><v>1</v></c></row>" * 500_000 + END))
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, size)
    struct.pack_into("<L", data, struct.unpack_from("<L", data, at + 42)[0] + 22, size)
    return bytes(data)


def encrypted_entry() -> bytes:
    data = bytearray(packed(SHEET + END))
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.index(mark)
        data[at + offset] |= 1
    return bytes(data)


def renamed(name: str) -> bytes:
    return packed(SHEET + END, **{"../" + name: b"x"})


def zipped(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, value in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), value)
    return stream.getvalue()


def attacks() -> list[tuple[str, Callable[[], bytes], str]]:
    """Files made to hurt."""
    return [
        ("zip bomb", lambda: bomb(480_000), "过大"),
        ("bomb just below the limit", lambda: bomb(450_000), "过大"),
        ("string bomb", lambda: shared_string_bomb(), "过大"),
        ("a million rows", lambda: million_rows(), "超过 200000 行"),
        ("cell at XFD1048576", lambda: far_cell(), "XFD1048576"),
        ("first and last cell", lambda: two_corners(), "XFD1048576"),
        ("billion laughs", lambda: laughing(), "结构异常"),
        ("external entity", lambda: outside_entity(), "结构异常"),
        ("quoted overlap", lambda: overlapping(), "结构异常"),
        ("forged small size", lambda: forged(1000), "损坏"),
        ("forged huge size", lambda: forged(3 << 30), "过大"),
        ("encrypted entry", lambda: encrypted_entry(), "密码"),
        ("path outside", lambda: renamed("evil"), "结构异常"),
        ("too many parts", lambda: packed(SHEET + END, **{f"part{n}": b"x" for n in range(600)}), "过大"),
    ]


def broken() -> list[tuple[str, Callable[[], bytes], str]]:
    """Files that are damaged, locked, empty or something else altogether."""
    good = honest()
    return [
        ("truncated", lambda: good[: len(good) // 2], "损坏"),
        ("no end", lambda: good[:-30], "损坏"),
        ("sheet is no XML", lambda: packed(b"\0\1\2 <<<>>>"), "。"),
        ("empty sheet", lambda: packed(SHEET + END), "没有内容"),
        ("password-protected", lambda: OLE2 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512, "密码"),
        ("xls", lambda: OLE2 + "Workbook".encode("utf-16-le") + b"\0" * 512, ".xls"),
        ("doc", lambda: OLE2 + "WordDocument".encode("utf-16-le"), "Word"),
        ("docx", lambda: zipped(**{"[Content_Types]_dot_xml": TYPES, "word__document_dot_xml": b"<x/>"}), "Word"),
        ("ods", lambda: zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), ".ods"),
        ("xlsb", lambda: zipped(**{"[Content_Types]_dot_xml": TYPES, "xl__workbook_dot_bin": b"x"}), ".xlsb"),
        ("xlsm", lambda: zipped(**{"[Content_Types]_dot_xml": TYPES, "xl__vbaProject_dot_bin": b""}), "宏"),
        ("zip", lambda: zipped(a=b"1"), "压缩包"),
        ("pptx", lambda: zipped(**{"[Content_Types]_dot_xml": TYPES, "ppt__presentation_dot_xml": b"<x/>"}), "演示文稿"),
        ("not a workbook", lambda: zipped(**{"[Content_Types]_dot_xml": b"<T/>", "xl__workbook_dot_xml": BOOK}), "不是 Excel"),
        ("workbook with a DTD", lambda: packed(SHEET + END, xl__workbook=b"<!DOCTYPE x>" + BOOK), "结构异常"),
        ("other name inside", lambda: honest().replace(b"xl/workbook.xml", b"xl/workbo0k.xml", 1), "结构异常"),
        ("sheet that is not there", lambda: packed(SHEET + END, xl__workbook=BOOK.replace(b"rId1", b"rId9")), "损坏"),
        ("svg", lambda: b"<svg xmlns='x'></svg>", "表格"),
        ("html", lambda: "<html><table><tr><td>姓名</td></tr></table></html>".encode(), "网页"),
        ("xml spreadsheet", lambda: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook '
                            b'xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML"),
        ("png", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "图片"),
        ("jpeg", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 100, "图片"),
        ("pdf", lambda: b"%PDF-1.7\n", "PDF"),
        ("rar", lambda: b"Rar!\x1a\x07\x00", "解压"),
        ("exe", lambda: b"MZ\x90\x00" + b"\1" * 100, "表格"),
        ("empty", lambda: b"", "空"),
        ("blank", lambda: b" \r\n\0\0", "空"),
        ("noise", lambda: bytes(range(1, 256)) * 40, "表格"),
        ("too large", lambda: b"a," * (11 << 20), "20 MB"),
        ("wide csv", lambda: b",".join([b"a"] * 5000), "列"),
        ("long csv", lambda: b"a,b\n" * 200_001, "超过 200000 行"),
        ("open quote", lambda: b'a,b\n"' + b"x" * (2 << 20), "。"),
    ]
