"""The master keys of an installation, and the keys derived from them.

A key file holds one key per line, `v1:<base64 of 32 bytes>`. The newest (last) line encrypts, every line
decrypts, and the oldest line is the one behind the blind indexes: adding a key therefore changes nothing
that is stored, and a key leaves only after every row was sealed and indexed again (`TenantRing.is_current`).
Every tenant has a key of its own derived from each master key; those keys alone open everything of the tenant, so
they can travel with it (docs/decisions/0030) and the master keys never leave.
`JUHELI_MASTER_KEY` (same notation, entries separated by commas) takes the place of the file (key services).
"""
from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.base.origins import Origin, origin_of

ENVIRONMENT = "JUHELI_MASTER_KEY"
FILE_NAME = "master.key"
DATABASE = "juheli.db"
KEY_BYTES = 32
_NONCE = 12


class KeyTrouble(RuntimeError):
    """The installation cannot start: its master key is missing, damaged or readable by others."""


@lru_cache(maxsize=8192)
def _derive(master: bytes, info: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=b"juheli", info=info.encode()).derive(master)


@dataclass(frozen=True)
class TenantRing:
    """Keys of one tenant by key id, oldest first. `origin` is what sealed values name as their tenant."""

    origin: int
    masters: Mapping[str, bytes] = field(repr=False)

    @property
    def newest(self) -> str:
        return list(self.masters)[-1]

    @property
    def oldest(self) -> str:
        return next(iter(self.masters))

    def is_current(self, key_id: str) -> bool:
        """Whether what was sealed under `key_id` may stay as it is."""
        return key_id == self.newest

    def derive(self, purpose: str, *, key_id: str | None = None) -> bytes:
        """32 bytes for one purpose. Raises KeyError when `key_id` is not on the ring."""
        return _derive(self.masters[key_id or self.newest], purpose)


@dataclass(frozen=True)
class Keyring:
    """Master keys by key id, oldest first. Never printed: the keys are kept out of `repr`."""

    masters: Mapping[str, bytes] = field(repr=False)

    @property
    def newest(self) -> str:
        return list(self.masters)[-1]

    @property
    def oldest(self) -> str:
        return next(iter(self.masters))

    @property
    def fingerprint(self) -> str:
        """16 hex digits by which a database or a backup knows the key it belongs to; tells nothing of the key."""
        return _derive(self.masters[self.oldest], "fingerprint").hex()[:16]

    def of(self, tenant_id: int | str) -> TenantRing:
        """The ring of one tenant. Raises KeyTrouble when it brought keys that this installation cannot open."""
        return self.reopen(origin_of(tenant_id))

    def reopen(self, origin: Origin) -> TenantRing:
        """The ring of a tenant as `keep` wrote it down. Raises KeyTrouble."""
        if origin.keys:
            return TenantRing(origin.tenant_id, _open_travelled(self, origin))
        own = {key_id: _derive(master, f"tenant|{origin.tenant_id}") for key_id, master in self.masters.items()}
        return TenantRing(origin.tenant_id, own)

    def derive(self, purpose: str, tenant_id: int | str, *, key_id: str | None = None) -> bytes:
        """32 bytes for one purpose in one tenant. Raises KeyError when `key_id` is not on the tenant's ring."""
        return self.of(tenant_id).derive(purpose, key_id=key_id)

    def keep(self, ring: TenantRing) -> Origin:
        """What to write down for a tenant that brings `ring`: nothing but its number when the keys follow from ours."""
        own = {key_id: _derive(master, f"tenant|{ring.origin}") for key_id, master in self.masters.items()}
        if all(own.get(key_id) == key for key_id, key in ring.masters.items()):
            return Origin(ring.origin)
        box, sealed = AESGCM(self._travel_key(self.newest, ring.origin)), {}
        for key_id, key in ring.masters.items():
            nonce = secrets.token_bytes(_NONCE)
            raw = nonce + box.encrypt(nonce, key, key_id.encode())
            sealed[key_id] = f"{self.newest}.{base64.urlsafe_b64encode(raw).decode()}"
        return Origin(ring.origin, sealed)

    def _travel_key(self, key_id: str, origin: int) -> bytes:
        return _derive(self.masters[key_id], f"travelled|{origin}")


@lru_cache(maxsize=1024)
def _open_one(box_key: bytes, key_id: str, encoded: str) -> bytes:
    raw = base64.urlsafe_b64decode(encoded)
    return AESGCM(box_key).decrypt(raw[:_NONCE], raw[_NONCE:], key_id.encode())


def _open_travelled(ring: Keyring, origin: Origin) -> dict[str, bytes]:
    opened = {}
    for key_id, sealed in origin.keys.items():
        master_id, _dot, encoded = sealed.partition(".")
        try:
            opened[key_id] = _open_one(ring._travel_key(master_id, origin.tenant_id), key_id, encoded)
        except (KeyError, ValueError, InvalidTag):
            raise KeyTrouble(f"the keys tenant {origin.tenant_id} brought along do not open with this master key") from None
    return opened


def parse_keys(text: str) -> Keyring:
    """Keys from `v1:base64` entries separated by lines or commas; `#` starts a comment line."""
    masters: dict[str, bytes] = {}
    for entry in text.replace(",", "\n").splitlines():
        entry = entry.strip()
        if not entry or entry.startswith("#"):
            continue
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise KeyTrouble(f"master key {key_id[:8]!r} is not base64") from None
        if len(key) != KEY_BYTES:
            raise KeyTrouble(f"master key {key_id[:8]!r} has {len(key)} bytes instead of {KEY_BYTES}")
        if not (key_id.isascii() and key_id.isalnum() and len(key_id) <= 8) or key_id in masters:
            raise KeyTrouble("master key ids are short, different from each other, letters and digits only")
        masters[key_id] = key
    if not masters:
        raise KeyTrouble("no master key found")
    return Keyring(masters)


def make_entry(key_id: str = "v1") -> str:
    """A new random key in the notation of the key file."""
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def load_keyring(instance: Path, environ: Mapping[str, str] = os.environ) -> Keyring:
    """The keys of this installation; the first start makes `instance/master.key`, readable by its owner only.

    Raises KeyTrouble when the file is damaged, open to other users, or gone while the database is there. Losing the file
    loses every encrypted field: it is to be kept, apart from the backups of the database.
    """
    if given := environ.get(ENVIRONMENT):
        return parse_keys(given)
    path = instance / FILE_NAME
    if not path.exists():
        if (instance / DATABASE).exists():
            raise KeyTrouble(f"{path} is missing, but there is a database: a new key would open nothing in it. Put the key file "
                             "back (it is kept apart from the backups)")
        _create(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o037:
        raise KeyTrouble(f"{path} is open to other users: chmod 0400 {path}")
    return parse_keys(path.read_text("ascii"))


def _create(path: Path) -> None:
    """Write a first key without ever showing half a file; of two processes that start together one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    try:
        with os.fdopen(handle, "w") as out:
            out.write(make_entry() + "\n")
            out.flush()
            os.fchmod(out.fileno(), 0o400)
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)


_ring: Keyring | None = None


def use_keyring(ring: Keyring | None) -> None:
    """Set the ring of this process (the app at start; tests)."""
    global _ring
    _ring = ring


def keyring() -> Keyring:
    """The ring in use. Raises KeyTrouble before the app has set one."""
    if _ring is None:
        raise KeyTrouble("no master key loaded: call use_keyring(load_keyring(instance)) at start")
    return _ring
