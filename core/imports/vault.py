"""Sealing what was uploaded: file parts and JSON, each bound to its tenant, table and row."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.base.crypto import Unreadable, seal, unseal
from core.base.keyring import keyring
from core.base.scope import current_scope

PART = 1 << 20
NONCE = 12
PURPOSE = "imports.file"


def seal_json(table: str, column: str, row_id: int, value: Any) -> str:
    """JSON sealed for the place where it is stored."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return seal(text, tenant_id=_tenant(), table=table, row_id=row_id, column=column)


def open_json(table: str, column: str, row_id: int, sealed: str) -> Any:
    """The sealed JSON. Raises Unreadable when it was moved or damaged."""
    return json.loads(unseal(sealed, tenant_id=_tenant(), table=table, row_id=row_id, column=column))


def seal_file(batch_id: int, data: bytes) -> list[bytes]:
    """The file in sealed parts of 1 MB; each knows the key it was sealed with, its batch and its place."""
    return [
        _seal_part(batch_id, number, data[start : start + PART])
        for number, start in enumerate(range(0, len(data), PART))
    ]


def open_file(batch_id: int, parts: Iterable[bytes]) -> bytes:
    """The file again. Raises Unreadable when a part is damaged, missing in the middle or of another file."""
    return b"".join(_open_part(batch_id, number, part) for number, part in enumerate(parts))


def _seal_part(batch_id: int, number: int, plain: bytes) -> bytes:
    ring = keyring().of(_tenant())
    key_id, nonce = ring.newest, secrets.token_bytes(NONCE)
    box = AESGCM(ring.derive(PURPOSE, key_id=key_id))
    return key_id.encode() + b"." + nonce + box.encrypt(nonce, plain, _place(ring.origin, batch_id, number))


def _open_part(batch_id: int, number: int, sealed: bytes) -> bytes:
    key_id, _dot, rest = sealed.partition(b".")
    try:
        ring = keyring().of(_tenant())
        box = AESGCM(ring.derive(PURPOSE, key_id=key_id.decode("ascii")))
        return box.decrypt(rest[:NONCE], rest[NONCE:], _place(ring.origin, batch_id, number))
    except (KeyError, ValueError, InvalidTag):
        raise Unreadable(f"part {number} of import {batch_id} does not open") from None


def _place(origin: int, batch_id: int, number: int) -> bytes:
    return f"{origin}|{batch_id}|{number}".encode()


def _tenant() -> int:
    tenant_id = current_scope().tenant_id
    assert tenant_id is not None, "uploads are read in the scope of their tenant"
    return tenant_id
