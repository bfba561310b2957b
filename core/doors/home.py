"""The first page after signing in: what waits, how things stand, where to go."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.clock import SHANGHAI
from core.base.i18n import _
from core.indicators.services import read_overview
from core.web import SIGNED_IN, Pages, ctx, render

from .dashboard import panels, posted, shortcuts, waiting
from .firststeps import first_steps

pages = Pages("home", __name__, prefix="")


def greeting(moment: dt.datetime) -> str:
    """By the hour in China."""
    hour = moment.astimezone(SHANGHAI).hour
    if hour < 5 or hour >= 18:
        return _("晚上好")
    return _("上午好") if hour < 12 else _("下午好")


def weekday(day: dt.date) -> str:
    return (_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日"))[day.weekday()]


@pages.get("/", needs=SIGNED_IN)
def index() -> Any:
    who = ctx()
    return render("home/index.html", greeting=greeting(who.now()), who=who.actor.label, today=who.today(),
                  weekday=weekday(who.today()), work=waiting(who), figures=read_overview(who), shortcuts=shortcuts(who),
                  steps=first_steps(who), posted=posted(who), panels=panels(who))
