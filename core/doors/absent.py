"""A start without a plugin that tenants keep data of: said loudly, and everything else serves."""

from __future__ import annotations

import logging

from sqlalchemy.exc import DBAPIError

from core.base.engine import Database
from core.plugin import installed
from core.tenancy.everywhere import complaints

log = logging.getLogger("juheli.plugin")


def tell_vanished(database: Database) -> list[str]:
    """Write an error line per plugin that has vanished; the lines. Nothing where the tables are not there, or older."""
    try:
        with database.use():
            found = complaints(installed())
    except DBAPIError:
        return []
    for each in found:
        log.error(each)
    return found
