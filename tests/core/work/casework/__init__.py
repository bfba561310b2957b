"""A module for tests: cases that are registered, sent to another place, taken there, checked and closed."""

from __future__ import annotations

from core.plugin import Permission, Plugin

plugin = Plugin(
    name="casework",
    title="cases",
    permissions=tuple(Permission(f"casework.case.{verb}", verb) for verb in (
        "read", "write", "send", "take", "check")),
)
