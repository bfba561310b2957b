"""Signatures as the Standard Webhooks specification has them (https://www.standardwebhooks.com, 1.0): `v1,` and HMAC-SHA256."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Iterable

from core.base.crypto import seal, unseal

from .models import WebhookSecret

PREFIX = "whsec_"
BYTES = 32
TABLE, COLUMN = WebhookSecret.__tablename__, "sealed"


def new_secret() -> str:
    """256 random bits as receivers' libraries read them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def sealed(secret: str, row: WebhookSecret, tenant_id: int) -> str:
    """The secret as it is stored in its row, whose id is set."""
    return seal(secret, tenant_id=tenant_id, table=TABLE, row_id=row.id, column=COLUMN)


def opened(row: WebhookSecret) -> str:
    """Raises Unreadable when the row came from elsewhere or its key is gone."""
    return unseal(row.sealed, tenant_id=row.tenant_id, table=TABLE, row_id=row.id, column=COLUMN)


def signature(secrets_in_force: Iterable[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature per secret in force, separated by spaces."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix(PREFIX)) for secret in secrets_in_force]
    return " ".join("v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys)
