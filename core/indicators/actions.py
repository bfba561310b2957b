"""Audit codes of reports in plain words."""

from __future__ import annotations

from core.base.i18n import _l

ACTIONS = {"reports.export": _l("导出报表"), "report": _l("报表")}
