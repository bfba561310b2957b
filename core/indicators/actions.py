"""Audit codes of reports in plain words."""

from __future__ import annotations

from core.base.i18n import _l

ACTIONS = {"indicators.report.export": _l("导出报表"), "indicators_report": _l("报表")}
