"""Names that are Juheli's own: no plugin may have one, it would answer for core or stand in its tables and addresses."""

from __future__ import annotations

CORE_MODULES = ("tenancy", "accounts", "access", "people", "settings", "files", "notify", "work", "ledgers",
                "indicators", "imports", "webhooks", "admin", "custody", "isolation", "api")
ENGINES_WITH_TABLES = ("audit", "jobs", "rules", "web")  # no modules, but their tables are core's
# What the process itself answers, first parts of the addresses of core's pages, and folders beside the modules.
RESERVED = frozenset({"apps", "core", "healthz", "home", "juheli", "look", "metrics", "onboarding", "platform", "plugins",
                      "readyz", "reports", "search", "static", "t", "tenants", "tests", "tokens"})
OWN = RESERVED.union(CORE_MODULES, ENGINES_WITH_TABLES)
