"""Names and manifest of an archive, as JSON has them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT = 1
PRODUCT = "juheli"
MANIFEST, MAC, FILES = "manifest.json", "manifest.mac", "files.jsonl"
TABLE = "tables/{}.jsonl"
FILE = "files/{}"
MEMBER = re.compile(
    r"manifest\.json|manifest\.mac|files\.jsonl|tables/[a-z][a-z0-9_]{1,60}\.jsonl|files/[0-9a-f]{2}/[0-9a-f]{30}")
LARGEST = 2**53                  # of the numbers in a manifest, as of our ids
MAC_PURPOSE, CHECK_PURPOSE = "archive manifest", "archive check"

# Columns of the tenant's own row that mean the same everywhere; the others belong to the installation.
TENANT_COLUMNS = ("name", "kind", "division_code", "profile", "brand", "contact", "demo", "created_at")


@dataclass(frozen=True, kw_only=True)
class TableEntry:
    """One table: whose it is, its columns, number of rows, hash of its lines."""

    name: str
    owner: str
    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class FileSums:
    """All files together; `missing` were gone when the archive was made (expired meanwhile)."""

    count: int
    bytes: int
    sha256: str
    missing: int = 0


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an archive says about itself. `origin`: the number the tenant was born with; `tenant_id`: where it was made."""

    format: int
    product: str
    version: str
    made_at: str
    made_by: str
    tenant_id: int
    origin: int
    slug: str
    status: str
    tenant: dict[str, Any]
    schema: dict[str, str]
    plugins: list[dict[str, str]]
    tables: list[TableEntry]
    files: FileSums
    audit: dict[str, Any]
    left_behind: dict[str, str]
    key_check: str
    keys: dict[str, Any] | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Manifest:
        """Read what `as_json` wrote. Raises TypeError, KeyError or ValueError for anything else."""
        given = dict(data)
        given["tables"] = [TableEntry(**entry) for entry in given["tables"]]
        given["files"] = FileSums(**given["files"])
        made = cls(**given)
        numbers = [made.tenant_id, made.origin, made.files.count, made.files.bytes, *(t.rows for t in made.tables)]
        if any(isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= LARGEST for n in numbers):
            raise ValueError("numbers")
        texts = [made.slug, made.status, made.key_check, made.version, made.made_by, *made.schema, *made.schema.values()]
        texts += [text for t in made.tables for text in (t.name, t.owner, *t.columns)]
        if not all(isinstance(text, str) for text in texts) or not isinstance(made.tenant, dict):
            raise TypeError("texts")
        dt.datetime.fromisoformat(made.made_at)
        return made
