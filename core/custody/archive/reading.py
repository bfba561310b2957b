"""The rows of one tenant as one moment saw them, streamed: memory does not grow with the tenant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.base.engine import current_database
from core.base.fence.postgres import PATIENT
from core.base.scope import current_scope, tenant_scope
from core.base.session import rest, session

from .tables import Travelling
from .values import encoded, line

BATCH = 1000


@contextmanager
def snapshot(tenant_id: int) -> Iterator[None]:
    """The tenant's scope in one reading transaction: later changes of others are not seen (SQLite: WAL snapshot).

    PostgreSQL would end it after five minutes without a statement, and copying big files takes longer; for the same reason
    the transaction of whoever asks is ended.
    """
    rest()
    with tenant_scope(tenant_id):
        if not current_database().is_sqlite:
            session().connection(execution_options={"isolation_level": "REPEATABLE READ", PATIENT: True})
        yield


def rows(each: Travelling) -> Iterator[dict[str, Any]]:
    """The travelling rows of a table for the tenant in scope, in the order of the key, values as in the archive."""
    names = [column.name for column in each.columns]
    found = session().execute(
        select(*each.columns).where(each.tenant == current_scope().tenant_id, *each.which())
        .order_by(*each.key).execution_options(yield_per=BATCH))
    for row in found:
        yield dict(zip(names, map(encoded, row), strict=True))


@dataclass(slots=True)
class Sum:
    """What a stretch of lines adds up to."""

    rows: int = 0
    sha256: str = ""


def added_up(lines: Iterable[bytes], total: Sum) -> Iterator[bytes]:
    """The same lines; `total` holds their number and hash once they are through."""
    digest = hashlib.sha256()
    for each in lines:
        digest.update(each)
        total.rows += 1
        yield each
    total.sha256 = digest.hexdigest()


def sums(tables: Iterable[Travelling]) -> dict[str, Sum]:
    """Number and hash of the rows of every table of the tenant in scope."""
    found = {}
    for each in tables:
        found[each.name] = Sum()
        for _line in added_up(map(line, rows(each)), found[each.name]):
            pass
    return found
