"""Indicators by organisation: the units right below the reader's, in official order, never sorted by a score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from core.base.session import session
from core.ledgers.filters import filters_of
from core.ledgers.scope import within
from core.people.models import OrgUnit
from core.people.words import LIVING_STATUS
from core.plugin import Indicator
from core.service import WHOLE_TENANT, Context

from .engine import Value, by_ledger, by_prefix, grouped, measure, middle_of, value_of

LEVEL = 4         # characters of a path per level of the tree
MOST = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A unit with its values, in the order of the indicators asked for (None: the ledger knows no places)."""

    id: int
    name: str
    path: str
    values: list[Value | None]


def units_below(ctx: Context, permission: str) -> list[tuple[int, str, str]]:
    """(id, name, path) of the units the reader compares: children of the own unit, or the own units when there are several."""
    held = ctx.subtrees(permission)
    if not held:
        return []
    wanted = select(OrgUnit.id, OrgUnit.short_name, OrgUnit.path).where(OrgUnit.status.in_(LIVING_STATUS))
    if held == WHOLE_TENANT:
        wanted = wanted.where(func.length(OrgUnit.path) == 2 * LEVEL)
    elif len(held) == 1:
        wanted = wanted.where(within([OrgUnit.path], held), func.length(OrgUnit.path) == len(held[0]) + LEVEL)
    else:
        shortest = min(map(len, held))
        wanted = wanted.where(OrgUnit.path.in_([p for p in held if len(p) == shortest]))
    rows = session().execute(wanted.order_by(OrgUnit.path).limit(MOST)).all()
    return [(row.id, row.short_name, row.path) for row in rows]


def by_place(ctx: Context, indicators: Sequence[Indicator]) -> list[Place]:
    """Values for each unit right below the reader's; one statement per ledger and one for the units."""
    return whole_and_places(ctx, [], indicators)[1]


def whole_and_places(ctx: Context, indicators: Sequence[Indicator],
                     compared: Sequence[Indicator]) -> tuple[dict[str, Value], list[Place]]:
    """(name -> value of `indicators` in the actor's scope, values of `compared` for each unit right below the reader's).

    A ledger divided into places is not read again for what adds up: counts, sums, percentages by their two parts. Middles are
    measured.
    """
    of = {i.of for i in compared}
    readable = by_ledger({i.name: i for i in (*compared, *(i for i in indicators if i.of in of and adds_up(i)))}.values(), ctx)
    units = units_below(ctx, readable[0][0].permission) if readable else []
    found: dict[str, tuple[Indicator, dict[str, Value]]] = {}
    for ledger, listed in readable if units else []:
        if ledger.scope and not grouped(ledger, ctx):
            placed = by_prefix(ledger, listed, len(units[0][2]), ctx)
            found |= {i.name: (i, {path: values[i.name] for path, values in placed.items()}) for i in listed}
    whole = {name: added(i, values.values()) for name, (i, values) in found.items() if adds_up(i)}
    rest = measure(ctx, [i for i in indicators if i.name not in whole])
    return whole | rest, [Place(unit_id, name, path, [_value(found.get(i.name), path) for i in compared])
                          for unit_id, name, path in units]


def adds_up(indicator: Indicator) -> bool:
    """Whether the values of the parts add up to that of the whole: all but a middle."""
    return indicator.median is None


def added(indicator: Indicator, parts: Iterable[Value]) -> Value:
    """The value of a whole from those of all its parts; the parts of a percentage bring what they are a share of."""
    listed = list(parts)
    return value_of(indicator, sum(part.amount for part in listed), sum(part.base or 0 for part in listed))


def _value(known: tuple[Indicator, dict[str, Value]] | None, path: str) -> Value | None:
    """The value at a place; a place without rows counts none, and has no middle."""
    if known is None:
        return None
    indicator, values = known
    return values.get(path) or (value_of(indicator, 0, 0) if indicator.median is None else middle_of(indicator, None))


def place_key(indicator: Indicator, ctx: Context) -> str:
    """The query-string key by which the indicator's ledger can be narrowed to a unit, or ""."""
    ledger = ctx.plugins.ledgers[indicator.of]
    return next((f.name for f in filters_of(ledger) if f.kind == "org"), "")
