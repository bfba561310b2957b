"""Sealed fields, blind indexes, signed links, token hashes. Every key belongs to one tenant and one purpose.

AES-256-GCM with the place of the value as associated data: a ciphertext moved to another tenant, table, row
or column does not open. The blind index answers "is there an equal value in this tenant" and nothing else;
equal values in two tenants, or in two fields, never share an index.
"""
from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from core.base.keyring import keyring

NONCE_BYTES = 12
INDEX_BYTES = 16


class Unreadable(ValueError):
    """A sealed value that does not open here: damaged, moved from elsewhere, or its key is gone."""


class BadLink(ValueError):
    """A link that was not signed for this tenant and purpose, or is too old (`expired`)."""

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("expired" if expired else "not genuine")
        self.expired = expired


def seal(plain: str, *, tenant_id: int, table: str, row_id: int, column: str) -> str:
    """Encrypt one field for the place where it is stored: `v1.<base64url>`, ASCII, 4/3 of the length + 41."""
    ring = keyring().of(tenant_id)
    key_id, nonce = ring.newest, secrets.token_bytes(NONCE_BYTES)
    box = AESGCM(ring.derive("field", key_id=key_id))
    place = _place(ring.origin, table, row_id, column)
    return f"{key_id}.{_text(nonce + box.encrypt(nonce, plain.encode(), place))}"


def unseal(sealed: str, *, tenant_id: int, table: str, row_id: int, column: str) -> str:
    """The plain value. Raises Unreadable; never something else than was sealed for this place."""
    key_id, _, encoded = sealed.partition(".")
    try:
        raw = _raw(encoded)
        ring = keyring().of(tenant_id)
        box = AESGCM(ring.derive("field", key_id=key_id))
        place = _place(ring.origin, table, row_id, column)
        return box.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place).decode()
    except (KeyError, ValueError, InvalidTag):
        raise Unreadable(f"{table}.{column} of row {row_id} does not open") from None


def is_current(sealed: str, tenant_id: int) -> bool:
    """Whether the value is sealed with the tenant's newest key; the rotation job seals the others again."""
    return keyring().of(tenant_id).is_current(sealed.partition(".")[0])


def blind_index(tenant_id: int, field: str, normalised: str) -> str:
    """32 hex digits by which equal values of one field are found in one tenant. Normalise before calling."""
    ring = keyring().of(tenant_id)
    key = ring.derive(f"index|{field}", key_id=ring.oldest)
    return hmac.digest(key, normalised.encode(), "sha256")[:INDEX_BYTES].hex()


def new_token() -> str:
    """256 random bits for sessions, API tokens and one-time links; store `token_hash` of it only."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """SHA-256 in hex. Enough for random tokens; passwords go to `core.base.passwords`."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def sign(purpose: str, tenant_id: int, payload: str) -> str:
    """A URL-safe token that says `payload`, was made now, and counts for this purpose in this tenant only.

    The payload is readable by whoever holds the link: put ids in it, never personal data.
    """
    return str(_signer(purpose, tenant_id).dumps(payload))


def unsign(purpose: str, tenant_id: int, token: str, *, max_age: int) -> str:
    """The signed payload if it is at most `max_age` seconds old. Raises BadLink."""
    try:
        return str(_signer(purpose, tenant_id).loads(token, max_age=max_age))
    except SignatureExpired:
        raise BadLink(expired=True) from None
    except BadData:
        raise BadLink from None


def _signer(purpose: str, tenant_id: int) -> URLSafeTimedSerializer:
    ring = keyring().of(tenant_id)
    keys = [ring.derive(f"sign|{purpose}", key_id=key_id) for key_id in ring.masters]
    return URLSafeTimedSerializer(keys, salt=purpose, signer_kwargs={"digest_method": hashlib.sha256})


def _place(origin: int, table: str, row_id: int, column: str) -> bytes:
    return f"{origin}|{table}|{row_id}|{column}".encode()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
