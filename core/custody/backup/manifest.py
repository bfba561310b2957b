"""What a backup says about itself, and reading it back without believing it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.contracts.errors import JuheliError

FORMAT = 1
NAME = "manifest.json"
FILES = "files.tar"
PARTS = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
PIECE = 1 << 20


class BackupTrouble(JuheliError):
    """A backup or restore that cannot go on; the sentence says why and what to do. For the shell, so in English."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`key`: fingerprint of the master key the sealed values need. `tenants`: {id, slug, audit: [seq, hash]} of each, the
    platform included, as they were just before the database was read. `parts`: {name: [bytes, sha256]}."""

    format: int
    product: str
    version: str
    made_at: str
    engine: str
    schema: dict[str, str]
    key: str
    tenants: list[dict[str, Any]]
    parts: dict[str, list[Any]]

    @property
    def moment(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.made_at)

    @property
    def bytes(self) -> int:
        return sum(size for size, _sha256 in self.parts.values())

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), "utf-8")


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises BackupTrouble for what is no backup."""
    try:
        data = json.loads((folder / NAME).read_text("utf-8"))
        if data.get("product") != "juheli":
            raise ValueError
        if data.get("format") != FORMAT:
            raise BackupTrouble(f"{folder}: made by a newer version (format {data.get('format')}); install that first")
        made = Manifest(**data)
        if made.engine not in PARTS or set(made.parts) != {PARTS[made.engine], FILES} or made.moment.tzinfo is None:
            raise ValueError
    except FileNotFoundError:
        raise BackupTrouble(f"{folder}: no backup here (no {NAME})") from None
    except (ValueError, TypeError, AttributeError, KeyError):
        raise BackupTrouble(f"{folder}: {NAME} is damaged; take another backup") from None
    return made


def digest(path: Path) -> list[Any]:
    """[bytes, sha256] of a file, read piece by piece."""
    total, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        for piece in iter(lambda: stream.read(PIECE), b""):
            total.update(piece)
            size += len(piece)
    return [size, total.hexdigest()]


def check_parts(folder: Path, manifest: Manifest) -> None:
    """Compare every part with the manifest. Raises BackupTrouble naming the first that is missing or damaged."""
    for name, expected in manifest.parts.items():
        path = folder / name
        if not path.is_file():
            raise BackupTrouble(f"{folder}: {name} is missing; take another backup")
        if digest(path) != expected:
            raise BackupTrouble(f"{folder}: {name} is damaged (its hash differs); take another backup")


def backups(folder: Path) -> list[tuple[Path, Manifest]]:
    """The backups of a folder that can be read, oldest first."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and not path.name.endswith(".part"):
            try:
                found.append((path, read(path)))
            except BackupTrouble:
                continue
    return sorted(found, key=lambda each: each[1].moment)
