"""Reading indicators for pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.plugin import PERCENT, Indicator, Ledger
from core.service import Context, service

from .charts import curve_option
from .engine import Value, find_indicator, measure, offered
from .history import Point, curves, has_curve
from .places import Place, place_key, whole_and_places


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
    kept: bool

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
    whole, places = whole_and_places(ctx, [indicator], [indicator])
    value = whole[name]
    points = curves(ctx, [value])[indicator.name]
    return Shown(indicator, ledger, value, places, place_key(indicator, ctx), points,
                 curve_option([(indicator, points)]), has_curve(ctx, [value]))


@dataclass(frozen=True, slots=True)
class Overview:
    """The indicators of the dashboard. `change` is the difference to the last figure of the month before (None: unknown).

    `kept`: whether there will be a curve for this reader at all.
    """

    values: list[Value]
    change: dict[str, float | None]
    chart: dict[str, Any] | None
    chart_head: list[str]
    chart_rows: list[list[str]]
    places: list[Place]
    compared: list[Indicator]
    place_keys: list[str]
    kept: bool


TILES, COMPARED = 7, 4


@service(None, writes=False)
def read_overview(ctx: Context) -> Overview:
    """What the dashboard shows of the first indicators that want a tile."""
    listed = offered(ctx, tiles=True)[:TILES]
    compared = listed[:COMPARED]
    measured, places = whole_and_places(ctx, listed, compared)
    values = [measured[i.name] for i in listed]
    points = curves(ctx, values)
    long = [i for i in listed if len(points[i.name]) > 1]
    firsts = {i.unit == PERCENT: i for i in reversed(long)}.values()            # the first count and the first share
    drawn = [(i, points[i.name]) for i in long if i in firsts]
    months = sorted({p.month for _i, line in drawn for p in line})
    by_month = [{p.month: str(p.value) for p in line} for _i, line in drawn]
    return Overview(
        values, {name: _change(line) for name, line in points.items()}, curve_option(drawn),
        [str(i.label) for i, _line in drawn], [[month, *(line.get(month, "—") for line in by_month)] for month in months],
        places, compared, [place_key(i, ctx) for i in compared], has_curve(ctx, values))


def _change(line: list[Point]) -> float | None:
    if len(line) < 2 or line[-1].value.number is None or line[-2].value.number is None:
        return None
    return round(line[-1].value.number - line[-2].value.number, 1)
