"""Pages of the liaison stations. Everything that is a list is a ledger; here stand the pages of one record."""

from __future__ import annotations

from core.web.pickers import Picker, register

from ..queries.records import READ, find_records, name_of_record
from . import gatherings, records, stations
from .pages import pages

__all__ = ["gatherings", "pages", "records", "stations"]

register(Picker(kind="liaison_record", permission=READ, find=find_records, name=name_of_record))
