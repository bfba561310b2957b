"""Origins of the tenants of a database, remembered per database: they change only when a tenant arrives."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select

from core.base.engine import current_database
from core.base.origins import Origin, use_lookup
from core.base.scope import system_scope
from core.base.session import session

from .models import Tenant

# per database (engine): tenant id -> its origin, None when born here
_known: WeakKeyDictionary[Any, dict[int, Origin | None]] = WeakKeyDictionary()


def remember(row: Any) -> None:
    """Take the origin from a row of Tenant that was read anyway (every request reads its tenant's)."""
    found = None if row.origin_id is None else Origin(row.origin_id, dict(row.travelled_keys or ()))
    _known.setdefault(current_database().engine, {})[row.id] = found


def find(tenant_id: int) -> Origin | None:
    """The origin of a tenant that arrived from elsewhere, None for one that was born here."""
    try:
        database = current_database()
    except RuntimeError:                                # no database in use: nothing can have arrived in it
        return None
    known = _known.setdefault(database.engine, {})
    if tenant_id not in known and Tenant.__tablename__ in database.metadata.tables:
        with system_scope("tenancy: where a tenant was born"):
            row = session().scalars(select(Tenant).where(Tenant.id == tenant_id)).one_or_none()
            if row is None:
                return None
            remember(row)
    return known.get(tenant_id)


use_lookup(find)
