"""The registers of the liaison stations."""

from __future__ import annotations

from .logs import attendance, contacts, searches
from .stations import services, stations
from .stays import inflow, outflow, returned

__all__ = ["attendance", "contacts", "inflow", "outflow", "returned", "searches", "services", "stations"]
