"""Words for the audit."""

from __future__ import annotations

from core.base.i18n import _l

ACTIONS = {"isolation.proof.keep": _l("保存隔离检验报告")}
