"""Rule packs: numbers from regulations with their source, tenant overrides, and the working-day calendar."""
from __future__ import annotations

from core.rules.dates import Due, add_months, due_date
from core.rules.packs import Rule, RuleFault, add_rules, catalog, load_rules
from core.rules.values import RuleValue, pack_version, rule
from core.rules.workdays import add_working_days, is_working_day

__all__ = [
    "Due", "Rule", "RuleFault", "RuleValue", "add_months", "add_rules", "add_working_days", "catalog", "due_date",
    "is_working_day", "load_rules", "pack_version", "rule",
]
