"""Reading indicators for pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.plugin import Indicator, Ledger
from core.service import Context, service

from .charts import curve_option
from .engine import Value, find_indicator, measure, offered
from .history import Point, curve
from .places import Place, by_place, place_key


@dataclass(frozen=True, slots=True)
class Shown:
    """One indicator with everything its page shows; `chart` is None until there are two months."""

    indicator: Indicator
    ledger: Ledger
    value: Value
    places: list[Place]
    place_key: str
    points: list[Point]
    chart: dict[str, Any] | None

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The curve as a table."""
        return [(point.month, str(point.value)) for point in self.points]


@service(None, writes=False)
def read_list(ctx: Context) -> list[Value]:
    """All indicators the actor may see with their values."""
    listed = offered(ctx)
    values = measure(ctx, listed)
    return [values[i.name] for i in listed]


@service(None, writes=False)
def read_indicator(ctx: Context, name: str) -> Shown:
    """Raises NotFound."""
    indicator, ledger = find_indicator(ctx, name)
    value = measure(ctx, [indicator])[indicator.name]
    points = curve(ctx, indicator, ledger.permission, value)
    return Shown(indicator, ledger, value, by_place(ctx, [indicator]), place_key(indicator, ctx), points,
                 curve_option([(indicator, points)]))
