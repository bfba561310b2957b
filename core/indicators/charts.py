"""Options for the chart library, built where the figures are."""

from __future__ import annotations

from typing import Any

from core.plugin import PERCENT, Indicator

from .history import Point


def curve_option(series: list[tuple[Indicator, list[Point]]]) -> dict[str, Any] | None:
    """Lines over months, percentages on an axis of their own; None while no line has two points."""
    drawn = [(i, points) for i, points in series if len(points) > 1]
    if not drawn:
        return None
    months = sorted({p.month for _i, points in drawn for p in points})
    percent = [i.unit == PERCENT for i, _points in drawn]
    mixed = any(percent) and not all(percent)
    axes = [{"type": "value", "minInterval": 1}, {"type": "value", "max": 100}] if mixed else [{"type": "value"}]
    lines = []
    for indicator, points in drawn:
        known = {p.month: p.value.number for p in points}
        lines.append({"type": "line", "name": str(indicator.label), "data": [known.get(m) for m in months], "symbolSize": 7,
                      "yAxisIndex": int(mixed and indicator.unit == PERCENT)})
    return {"tooltip": {"trigger": "axis"}, "legend": {"show": len(lines) > 1, "top": 0},
            "grid": {"left": 8, "right": 8, "top": 36, "bottom": 4, "containLabel": True},
            "xAxis": {"type": "category", "data": months}, "yAxis": axes, "series": lines}
