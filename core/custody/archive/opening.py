"""Looking an archive through before anything of it is believed. Every fault is one sentence that says what to do."""

from __future__ import annotations

import hashlib
import hmac
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.base.i18n import _
from core.base.keyring import TenantRing, keyring
from core.contracts.errors import Invalid

from . import format as shape
from .passphrase import WrongPassphrase, open_keys
from .writing import PIECE, key_check, mac

LONGEST_LINE = 32 << 20         # one row; an uploaded sheet lies in parts of 1 MB
LARGEST_MANIFEST = 8 << 20
RATIO, RATIO_FROM = 500, 4 << 20  # rows of a register shrink by 5 to 40; a bomb by 1,000


def refused(sentence: str) -> Invalid:
    """What is wrong with the archive, said beside the field of the archive."""
    return Invalid({"archive": [sentence]})


def damaged() -> Invalid:
    return refused(_("文件已损坏，或者不是完整的数据包。请重新取得文件再试。"))


@dataclass(frozen=True)
class Opened:
    """An archive whose structure and manifest are sound; its lines are checked while they are read."""

    zip: zipfile.ZipFile
    manifest: shape.Manifest
    text: bytes
    mac: str

    def ring(self, passphrase: str | None) -> TenantRing:
        """The tenant's keys: under the passphrase, else those this installation has itself. Raises Invalid."""
        if passphrase and self.manifest.keys:
            try:
                ring = open_keys(self.manifest.keys, self.manifest.origin, passphrase)
            except WrongPassphrase:
                raise Invalid({"passphrase": [_("口令不对。请向导出数据包的人核对后再试。")]}) from None
        else:
            ring = keyring().of(self.manifest.origin)
            if key_check(ring) != self.manifest.key_check:
                raise Invalid({"passphrase": [self._key_missing()]})
        if not hmac.compare_digest(mac(ring, self.text), self.mac):
            raise damaged()
        return ring

    def _key_missing(self) -> str:
        if self.manifest.keys:
            return _("这个数据包来自别处，请填写导出时设置的口令。")
        return _("这个数据包没有设置口令，只能在原来的平台（同一主密钥）上恢复。请在原平台设置口令后重新导出。")

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a member; at most 32 MB each. Raises Invalid."""
        with faults(), self.zip.open(name) as member:
            while each := member.readline(LONGEST_LINE):
                if not each.endswith(b"\n"):
                    raise damaged()
                yield each

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        for each in self.lines(shape.TABLE.format(table)):
            row = _json(each)
            if not isinstance(row, dict):
                raise damaged()
            yield row

    def verify(self) -> None:
        """Read everything once and compare with the manifest. Raises Invalid; nothing has been written then."""
        for table in self.manifest.tables:
            self._same(shape.TABLE.format(table.name), table.rows, table.sha256)
        self._same(shape.FILES, self.manifest.files.count, self.manifest.files.sha256)
        for file in self.files():
            digest = hashlib.sha256()
            with faults(), self.zip.open(shape.FILE.format(file["key"])) as member:
                for piece in iter(lambda member=member: member.read(PIECE), b""):  # type: ignore[misc]
                    digest.update(piece)
            if digest.hexdigest() != file["sha256"]:
                raise damaged()

    def _same(self, name: str, rows: int, sha256: str) -> None:
        digest, count = hashlib.sha256(), 0
        for each in self.lines(name):
            digest.update(each)
            count += 1
        if (count, digest.hexdigest()) != (rows, sha256):
            raise damaged()

    def files(self) -> Iterator[dict[str, Any]]:
        """{key, sha256, size} of every file; the key was matched against the form of our keys."""
        for each in self.lines(shape.FILES):
            file = _json(each)
            if not isinstance(file, dict) or not shape.MEMBER.fullmatch(shape.FILE.format(file.get("key"))):
                raise damaged()
            yield file

    def file(self, key: str) -> IO[bytes]:
        return self.zip.open(shape.FILE.format(key))


@contextmanager
def faults() -> Iterator[None]:
    """Whatever zipfile and its decompressor complain about is a damaged file."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError, UnicodeDecodeError, OSError) as error:
        raise damaged() from error


def _json(text: bytes) -> Any:
    """What a text says. Raises Invalid for what is no JSON, or would be text that no database takes (half a character)."""
    try:
        said = json.loads(text, parse_constant=_no_number)
        if b"\\u" in text:
            json.dumps(said, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise damaged() from None
    return said


def _no_number(text: str) -> Any:
    raise ValueError(text)


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """The archive at `path`, checked for hostile structure and with a readable manifest. Raises Invalid."""
    if not path.is_file():
        raise refused(_("找不到数据包文件：%(path)s", path=path))
    with faults():
        archive = zipfile.ZipFile(path)
    with archive:
        _check_structure(archive, path.stat().st_size)
        with faults():
            text, signed = archive.read(shape.MANIFEST), archive.read(shape.MAC)
        data = _json(text)
        if not isinstance(data, dict) or data.get("product") != shape.PRODUCT:
            raise refused(_("这不是聚合力的数据包。"))
        if data.get("format") != shape.FORMAT:
            raise refused(_("数据包的格式（%(n)s）比本平台新，请先升级本平台。", n=str(data.get("format"))[:10]))
        try:
            manifest = shape.Manifest.from_json(data)
        except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
            raise damaged() from None
        names = {shape.TABLE.format(t.name) for t in manifest.tables}
        if {n for n in archive.namelist() if n.startswith("tables/")} != names:
            raise damaged()
        yield Opened(archive, manifest, text, signed.decode("ascii", "replace"))


def _check_structure(archive: zipfile.ZipFile, size: int) -> None:
    """Names of ours only, each once, no overlapping parts (CVE-2024-0450), nothing that swells without measure."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names) or not {shape.MANIFEST, shape.MAC, shape.FILES} <= set(names):
        raise damaged()
    if strange := [name for name in names if not shape.MEMBER.fullmatch(name)]:
        raise refused(_("数据包里有不该有的文件（%(name)s），已拒绝。", name=strange[0][:60]))
    end = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        if entry.header_offset < end or entry.flag_bits & 1:
            raise damaged()
        end = entry.header_offset + 30 + len(entry.filename.encode()) + entry.compress_size
        if entry.file_size > RATIO_FROM and entry.file_size > RATIO * max(entry.compress_size, 1):
            raise refused(_("数据包解开后异常巨大（%(name)s），已拒绝。", name=entry.filename[:60]))
    manifest = archive.getinfo(shape.MANIFEST)
    if end > size or manifest.file_size > LARGEST_MANIFEST or archive.getinfo(shape.MAC).file_size > 200:
        raise damaged()
