"""The search box: what was typed, against the columns marked `search`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.sql.elements import False_

from core.access.answers import answer
from core.base.crypto import blind_index
from core.base.pinyin import NameQuery, name_filter, search_prefix
from core.base.session import AGAIN, session
from core.plugin import Beside, Col, Ledger
from core.service import Context

from .columns import FULL, INDEX, INITIALS, passing, sibling, sql_type
from .kept import once
from .scope import BEYOND
from .wording import enumerated

LONGEST = 60
TAIL = 4          # digits of a masked number that stay readable
FEW = 200         # rows that a search names by their keys


def cleaned(text: str) -> str:
    """What was typed without control characters (NUL among them), at most LONGEST characters."""
    return "".join(c for c in text[: 4 * LONGEST] if c.isprintable()).strip()[:LONGEST]


def search_condition(ledger: Ledger, text: str, ctx: Context) -> ColumnElement[bool]:
    """Rows where any of the searched columns matches; columns that cannot match such a text are left out."""
    query = search_prefix(text)
    parts = [part for col in ledger.columns if col.search and _filled(ledger, col) for part in _matches(col, text, query, ctx)]
    parts = [part for part in parts if not isinstance(part, False_)]
    # sqlalchemy.false() would fold the tenant away as well, which the fence refuses
    return or_(*parts) if parts else ledger.key.is_(None)


def searchable(ledger: Ledger) -> str:
    """Labels of the searched columns, for the placeholder of the box."""
    return enumerated(c.label for c in ledger.columns if c.search)


def _matches(col: Col, text: str, query: NameQuery, ctx: Context) -> list[ColumnElement[bool]]:
    if col.mask in ("phone", "id_no"):
        return _number(col, query.digits, ctx)
    full, initials = sibling(col.source, FULL), sibling(col.source, INITIALS)
    if full is not None and initials is not None:
        return [] if query.digits else [name_filter(query, col.source, full, initials)]
    if sql_type(col.source) == "number":
        return _passing(col, lambda value: value == int(text)) if text.isascii() and text.isdecimal() and len(text) < 16 else []
    if not (words := text.split()):
        return []
    return _passing(col, lambda value: and_(*(value.contains(word, autoescape=True) for word in words)))


def _filled(ledger: Ledger, col: Col) -> bool:
    """Whether there is anything to be found in the column: no values in another table, as long as nobody filled in any."""
    if not isinstance(beside := col.matches, Beside):
        return True
    wanted = once(("filled", ledger, col.name), lambda: beside.keys(lambda value: value.is_not(None)).limit(1).execution_options(
        **BEYOND, **AGAIN))
    return bool(answer(wanted))


def _passing(col: Col, test: Callable[[Any], ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Values in another table are looked up at once, and the rows they belong to named by their keys while these are few:
    a subquery among the alternatives would keep the database from finding any of them by index.
    """
    if not isinstance(col.matches, Beside):
        return [passing(col, test)]
    found = session().scalars(col.matches.keys(test).limit(FEW + 1).execution_options(**BEYOND)).all()
    if len(found) > FEW:
        return [passing(col, test)]
    return [col.matches.among(found)] if found else []


def _number(col: Col, digits: str, ctx: Context) -> list[ColumnElement[bool]]:
    """A whole number through the blind index, its last four digits through the mask."""
    if len(digits) == TAIL:
        return [col.source.endswith(digits, autoescape=True)]
    index: Any = sibling(col.source, INDEX)
    if len(digits) > 6 and index is not None:
        return [index == blind_index(ctx.tenant.id, col.mask, digits)]
    return []
