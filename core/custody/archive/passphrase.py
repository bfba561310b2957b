"""The keys of a tenant, closed under a passphrase: without it the sealed values of an archive stay closed elsewhere."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.base.keyring import KEY_BYTES, TenantRing

# 64 MB and about 0.2 s for one try (OWASP password storage: scrypt N=2^16, r=8, p=1). Fixed: an archive cannot ask for more.
SCRYPT = {"n": 2**16, "r": 8, "p": 1}
SALT, NONCE = 16, 12


class WrongPassphrase(ValueError):
    """The keys do not open: another passphrase, or damaged."""


def close_keys(ring: TenantRing, passphrase: str) -> dict[str, Any]:
    """What stands in the archive instead of the keys."""
    salt, nonce = secrets.token_bytes(SALT), secrets.token_bytes(NONCE)
    plain = json.dumps([[key_id, base64.b64encode(key).decode()] for key_id, key in ring.masters.items()])
    box = AESGCM(_key(passphrase, salt)).encrypt(nonce, plain.encode(), str(ring.origin).encode())
    return {"kdf": "scrypt 2^16 8 1", "cipher": "AES-256-GCM", **{
        name: base64.b64encode(raw).decode() for name, raw in (("salt", salt), ("nonce", nonce), ("keys", box))}}


def open_keys(closed: dict[str, Any], origin: int, passphrase: str) -> TenantRing:
    """The ring again. Raises WrongPassphrase."""
    try:
        salt, nonce, box = (base64.b64decode(closed[name], validate=True) for name in ("salt", "nonce", "keys"))
        plain = AESGCM(_key(passphrase, salt)).decrypt(nonce, box, str(origin).encode())
        keys = {str(key_id): base64.b64decode(key, validate=True) for key_id, key in json.loads(plain)}
    except (InvalidTag, KeyError, TypeError, ValueError, binascii.Error):
        raise WrongPassphrase from None
    if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise WrongPassphrase
    return TenantRing(origin, keys)


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt, KEY_BYTES, **SCRYPT).derive(passphrase.encode())
