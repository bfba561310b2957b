"""结构表: members of a subtree by gender, age, education, length of membership and category."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.rules import rule
from core.service import Context, service
from core.settings.dictionaries import labels

from .. import tree
from ..conditions import born_by, counted
from ..models import OrgUnit, Person
from ..sanity import years_between
from ..words import GENDERS, MEMBER_KINDS

READ = "people.person.read"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its words, its number, its share of the known ones in tenths of a per cent."""

    label: str
    count: int
    permille: int
    query: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    lines: tuple[Line, ...]
    unknown: int


@dataclass(frozen=True, slots=True)
class Structure:
    """All tables of one subtree; `elderly` is the share of members at or above the age of the rule."""

    total: int
    elderly: Line
    tables: tuple[Table, ...]


@service(READ, writes=False)
def structure(ctx: Context, org_id: int | None = None) -> Structure:
    """The tables of a unit and everything below it (None: all the actor may read)."""
    roots = ctx.subtrees(READ)
    if org_id:
        unit = ctx.get(OrgUnit, org_id)
        ctx.require(READ, unit.path)
        roots = (unit.path,)
    where = [counted(), tree.within_any(Person.org_path, roots)]      # guests count where their formal affiliation is
    births = _counts(Person.birth_date, where)
    total = sum(births.values())
    known = sum(n for day, n in births.items() if day)
    limit = int(rule("people.older_age").value)
    old = sum(n for day, n in births.items() if day and day <= born_by(ctx, limit))
    elderly = Line(_("%(n)s 周岁及以上", n=limit), old, _share(old, known), {"birth_date_to": born_by(ctx, limit).isoformat()})
    words = ((_("性别"), "gender", GENDERS), (_("党员类别"), "member_kind", MEMBER_KINDS),
             (_("学历"), "education", labels("people.education")), (_("党员分类"), "category", labels("people.category")))
    tables = [_by_words(title, name, known_words, _counts(getattr(Person, name), where)) for title, name, known_words in words]
    return Structure(total, elderly, (_ages(ctx, births), _seniority(_counts(Person.joined_on, where)), *tables))


def _counts(column, where: Iterable) -> dict:
    return dict(session().execute(select(column, func.count()).where(*where).group_by(column)).all())


def _share(part: int, whole: int) -> int:
    return round(1000 * part / whole) if whole else 0


def _lines(rows: Sequence[tuple[str, int, dict[str, str]]]) -> tuple[Line, ...]:
    whole = sum(n for _label, n, _query in rows)
    return tuple(Line(label, n, _share(n, whole), query) for label, n, query in rows)


def _by_words(title: str, name: str, words: dict, counts: dict) -> Table:
    rows = [(str(label), counts.get(code, 0), {name: code}) for code, label in words.items() if counts.get(code)]
    return Table(title, _lines(rows), sum(n for code, n in counts.items() if code not in words))


def _ages(ctx: Context, births: dict) -> Table:
    """Age bands by the lower ends of rule people.age_bands."""
    lows, today = list(rule("people.age_bands").value), ctx.today()
    ages = [(years_between(day, today), n) for day, n in births.items() if day]
    rows = []
    for low, high in zip(lows, [*lows[1:], None], strict=True):
        label = _("%(low)s 岁及以上", low=low) if high is None else (
            _("%(high)s 岁及以下", high=high - 1) if low == 0 else _("%(low)s–%(high)s 岁", low=low, high=high - 1))
        query = {"birth_date_to": born_by(ctx, low).isoformat()} if low else {}
        if high is not None:
            query["birth_date_from"] = (born_by(ctx, high) + dt.timedelta(days=1)).isoformat()
        rows.append((label, sum(n for age, n in ages if age >= low and (high is None or age < high)), query))
    return Table(_("年龄"), _lines(rows), births.get(None, 0))


def _seniority(joined: dict) -> Table:
    """Periods of joining by the first years of rule people.seniority_since."""
    years = list(rule("people.seniority_since").value)
    rows = []
    for first, following in zip(years, [*years[1:], None], strict=True):
        label = _("%(year)s 年以后入党", year=first) if following is None else _(
            "%(first)s–%(last)s 年入党", first=first, last=following - 1)
        query = {"joined_on_from": f"{first}-01-01", **({"joined_on_to": f"{following - 1}-12-31"} if following else {})}
        rows.append((label, sum(n for day, n in joined.items() if day and day.year >= first
                                and (following is None or day.year < following)), query))
    return Table(_("党龄（入党时间）"), _lines(rows), joined.get(None, 0))
