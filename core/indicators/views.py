"""What an indicator means, what it is now, and its rows."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _
from core.plugin import COUNT, DAYS, FEN, HOURS, PERCENT
from core.web import SIGNED_IN, Pages, ctx, render

from .report_views import report_pages
from .services import read_indicator, read_list

__all__ = ["pages", "report_pages"]

pages = Pages("indicators", __name__)


def unit_words(unit: str) -> str:
    return {COUNT: _("个（条、人）"), PERCENT: _("百分比"), DAYS: _("天"), FEN: _("元"), HOURS: _("小时")}.get(unit, unit)


@pages.get("/", needs=SIGNED_IN)
def index() -> Any:
    return render("indicators/index.html", values=read_list(ctx()))


@pages.get("/<name>/", needs=SIGNED_IN)
def show(name: str) -> Any:
    found = read_indicator(ctx(), name)
    return render("indicators/show.html", found=found, indicator=found.indicator, ledger=found.ledger,
                  unit=unit_words(found.indicator.unit))
