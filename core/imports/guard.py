"""What was uploaded, told from its content: .xlsx and .csv are read, everything else gets one clear sentence.

The name of the file is never believed: secretaries rename, and web systems export HTML called ".xls".
"""

from __future__ import annotations

from core.base.i18n import _
from core.imports.archive import check_archive
from core.imports.limits import DEFAULT, Limits
from core.imports.refusal import refuse
from core.imports.sentences import LOCKED

XLSX, CSV = "xlsx", "csv"

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OLE2_WORD = "WordDocument".encode("utf-16-le")
IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
MARKUP = (b"<html", b"<!doctype html", b"<table", b"<head", b"<body", b"<meta", b"<style", b"<div")


def sniff(data: bytes, limits: Limits = DEFAULT) -> str:
    """Return "xlsx" or "csv"; raise Invalid on "file" with one sentence that says what to do."""
    if not data.strip(b"\x00 \t\r\n"):
        refuse(_("文件是空的。请选择填好内容的 .xlsx 或 .csv 表格。"))
    if len(data) > limits.file_bytes:
        refuse(_("文件超过 %(size)s MB。请拆成几个文件分别上传。", size=limits.file_bytes >> 20))
    if data.startswith(b"PK"):
        check_archive(data, limits)
        return XLSX
    if data.startswith(OLE2):
        _refuse_ole2(data)
    _refuse_known_strangers(data)
    _refuse_markup(data)
    return CSV


def _refuse_ole2(data: bytes) -> None:
    if ENCRYPTED in data:
        refuse(LOCKED)
    if OLE2_WORD in data:
        refuse(_("这是 Word 文档，不是表格。请把表格内容放进 Excel，保存为 .xlsx 后再上传。"))
    refuse(_("这是旧版 .xls 文件。请用 WPS 或 Excel 打开，另存为 .xlsx 后再上传。"))


def _refuse_known_strangers(data: bytes) -> None:
    if data.startswith(IMAGES) or data[4:12] in (b"ftypheic", b"ftypmif1") or data[8:12] == b"WEBP":
        refuse(_("这是图片，不是表格。请上传 .xlsx 或 .csv 表格。"))
    if data.startswith(b"%PDF"):
        refuse(_("这是 PDF 文件，不是表格。请上传 .xlsx 或 .csv 表格。"))
    if data.startswith(ARCHIVES):
        refuse(_("这是压缩包，不是表格。请先解压，再上传里面的 .xlsx 或 .csv 表格。"))
    if data.startswith((b"{\\rtf", b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe")):
        refuse(_("这不是表格文件。请上传 .xlsx 或 .csv 表格。"))


def _refuse_markup(data: bytes) -> None:
    head = data[:2048].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\x00", b"").lower()
    if head.startswith(b"<?xml") and b"spreadsheet" in head:
        refuse(_("这是“XML 表格”格式。请用 WPS 或 Excel 打开，另存为 .xlsx 后再上传。"))
    if head.startswith(MARKUP) or (head.startswith((b"<?xml", b"<!--")) and b"<table" in head):
        refuse(_("这其实是网页，不是 Excel 文件（从网站导出的假 .xls）。请打开后另存为 .xlsx 再上传。"))
    if head.startswith((b"<?xml", b"<svg")):
        refuse(_("这不是表格文件。请上传 .xlsx 或 .csv 表格。"))
