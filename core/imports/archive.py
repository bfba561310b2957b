"""The zip around an .xlsx, checked before anybody unpacks it.

Reasons: research/security.md result 4 and T21 (bombs, quoted overlap CVE-2024-0450, forged names and sizes).
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from core.base.i18n import _
from core.contracts.errors import Invalid
from core.imports.limits import Limits
from core.imports.refusal import refuse
from core.imports.sentences import DAMAGED, LOCKED, ODD

BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error)
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
CONTENT_TYPES = "[Content_Types].xml"
WORKBOOK = "xl/workbook.xml"
OTHER_KINDS = (                            # a part that gives away what the zip really is
    ("word/document.xml", "word"),
    ("ppt/presentation.xml", "slides"),
    ("xl/workbook.bin", "xlsb"),
    ("xl/vbaProject.bin", "xlsm"),
)


def check_archive(data: bytes, limits: Limits) -> None:
    """Refuse (Invalid on "file") any zip that is not a plain, honest, reasonably small .xlsx."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_kind(archive, {entry.filename for entry in entries})
            _check_size(entries, limits)
            _check_names(entries)
            _check_overlap(data, entries)
            _check_workbook(archive)
    except Invalid:
        raise
    except (*BROKEN, RuntimeError, EOFError, OSError, ValueError, OverflowError):
        refuse(DAMAGED)


def _check_kind(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "mimetype" in names and b"opendocument" in _start_of(archive, "mimetype"):
        refuse(_("这是 .ods 表格。请用 WPS 或 Excel 打开，另存为 .xlsx 后再上传。"))
    found = next((kind for part, kind in OTHER_KINDS if part in names), None)
    if found == "word":
        refuse(_("这是 Word 文档，不是表格。请把表格内容放进 Excel，保存为 .xlsx 后再上传。"))
    if found == "slides":
        refuse(_("这是演示文稿，不是表格。请上传 .xlsx 或 .csv 表格。"))
    if found == "xlsb":
        refuse(_("这是 .xlsb 二进制工作簿。请另存为 .xlsx 后再上传。"))
    if found == "xlsm":
        refuse(_("这个工作簿带有宏，为安全起见不接收。请另存为不带宏的 .xlsx 后再上传。"))
    if CONTENT_TYPES not in names or WORKBOOK not in names:
        refuse(_("这是压缩包，不是 Excel 工作簿。请上传 .xlsx 或 .csv 表格。"))


def _check_size(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    swollen = any(
        entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(entry.compress_size, 1)
        for entry in entries
    )
    if swollen or len(entries) > limits.entries or sum(e.file_size for e in entries) > limits.unpacked_bytes:
        refuse(_("文件解压后过大，已停止读取。请删除多余的工作表、图片和空白行列，或拆成几个文件后再上传。"))


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename.lower() for entry in entries]
    odd = any(".." in name or name.startswith("/") or "\\" in name or ":" in name for name in names)
    if any(entry.flag_bits & 1 for entry in entries):
        refuse(LOCKED)
    if odd or len(set(names)) != len(names):
        refuse(ODD)


def _check_overlap(data: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """No two entries may share bytes, and each local header must say the same name as the directory."""
    spans = []
    for entry in entries:
        head = LOCAL_HEADER.unpack_from(data, entry.header_offset)
        start = entry.header_offset + LOCAL_HEADER.size
        local_name = data[start : start + head[9]]
        encoding = "utf-8" if head[2] & 0x800 else "cp437"
        if head[0] != b"PK\x03\x04" or local_name != entry.orig_filename.encode(encoding, "replace"):
            refuse(ODD)
        spans.append((entry.header_offset, start + head[9] + head[10] + entry.compress_size))
    spans.sort()
    if any(end > following for (_start, end), (following, _end) in zip(spans, spans[1:], strict=False)):
        refuse(ODD)


def _check_workbook(archive: zipfile.ZipFile) -> None:
    head = _start_of(archive, CONTENT_TYPES)
    if b"spreadsheetml" not in head and b"sheet.main" not in head:
        refuse(_("这不是 Excel 工作簿。请上传 .xlsx 或 .csv 表格。"))
    if b"<!DOCTYPE" in _start_of(archive, WORKBOOK) or b"<!DOCTYPE" in head:
        refuse(ODD)


def _start_of(archive: zipfile.ZipFile, name: str) -> bytes:
    """The first 64 kB of a part: enough to know it, too little to hurt."""
    with archive.open(name) as part:
        return part.read(1 << 16)
