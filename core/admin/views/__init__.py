"""Pages of the tenant's admin and auditor."""

from __future__ import annotations

from . import lists, taking_part
from .apps import pages as app_pages
from .audit import pages as audit_pages
from .jobs import pages as job_pages
from .platform import console
from .plugins import pages as plugin_pages
from .rules import pages as rule_pages
from .settings import pages as setting_pages

__all__ = [
    "app_pages", "audit_pages", "console", "job_pages", "lists", "plugin_pages", "rule_pages", "setting_pages", "taking_part",
]
