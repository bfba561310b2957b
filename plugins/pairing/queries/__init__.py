"""What pages and forms need to know."""

from __future__ import annotations
