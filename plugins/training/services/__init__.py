"""What people do with training. Every function authorises itself; plain functions without @service stand elsewhere."""

from __future__ import annotations
