"""Reading: what pages and forms ask for."""

from __future__ import annotations
