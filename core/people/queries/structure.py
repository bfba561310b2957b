"""结构表: members of a subtree by gender, age, education, length of membership and category."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.plugin import BLANK
from core.service import Context, service
from core.settings.dictionaries import labels

from .. import bands, tree
from ..conditions import counted
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
    """The lines of a table, and how many have nothing registered, with the roster's filter for them."""

    title: str
    lines: tuple[Line, ...]
    unknown: int
    unknown_query: dict[str, str]


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
    limit = bands.older_age()
    old = sum(n for day, n in births.items() if day and day <= bands.born_by(limit))
    elderly = Line(_("%(n)s 周岁及以上", n=limit), old, _share(old, known), _query("birth_date", None, bands.born_by(limit)))
    words = ((_("性别"), "gender", GENDERS), (_("党员类别"), "member_kind", MEMBER_KINDS),
             (_("学历"), "education", labels("people.education")), (_("党员分类"), "category", labels("people.category")))
    coded = _coded([name for _title, name, _words in words], where)
    tables = [_by_words(title, name, known_words, coded[name]) for title, name, known_words in words]
    return Structure(total, elderly, (_ages(ctx, births), _seniority(_counts(Person.joined_on, where)), *tables))


def _counts(column, where: Iterable) -> dict:
    return dict(session().execute(select(column, func.count()).where(*where).group_by(column)).all())


def _coded(names: Sequence[str], where: Iterable) -> dict[str, Counter]:
    """name -> code -> members. The members are read once for all names: lists are short, and so are their combinations."""
    columns = [getattr(Person, name) for name in names]
    found: dict[str, Counter] = {name: Counter() for name in names}
    for *codes, n in session().execute(select(*columns, func.count()).where(*where).group_by(*columns)):
        for name, code in zip(names, codes, strict=True):
            found[name][code] += n
    return found


def _share(part: int, whole: int) -> int:
    return round(1000 * part / whole) if whole else 0


def _lines(rows: Sequence[tuple[str, int, dict[str, str]]]) -> tuple[Line, ...]:
    whole = sum(n for _label, n, _query in rows)
    return tuple(Line(label, n, _share(n, whole), query) for label, n, query in rows)


def _by_words(title: str, name: str, words: dict, counts: dict) -> Table:
    rows = [(str(label), counts.get(code, 0), {name: code}) for code, label in words.items() if counts.get(code)]
    return Table(title, _lines(rows), sum(n for code, n in counts.items() if code not in words), {name: BLANK})


def _ages(ctx: Context, births: dict) -> Table:
    today, rows = ctx.today(), []
    known = [(years_between(day, today), n) for day, n in births.items() if day]
    for low, high in bands.ages():
        found = sum(n for age, n in known if age >= low and (high is None or age < high))
        rows.append((bands.age_words(low, high), found, _query("birth_date", *bands.births(low, high))))
    return Table(_("年龄"), _lines(rows), births.get(None, 0), {f"birth_date_{BLANK}": "1"})


def _seniority(joined: dict) -> Table:
    rows = []
    for first, following in bands.periods():
        found = sum(n for day, n in joined.items() if day and day.year >= first and (following is None or day.year < following))
        rows.append((bands.period_words(first, following), found, _query("joined_on", *bands.joining(first, following))))
    return Table(_("党龄（入党时间）"), _lines(rows), joined.get(None, 0), {f"joined_on_{BLANK}": "1"})


def _query(name: str, first: dt.date | None, last: dt.date | None) -> dict[str, str]:
    """The filter of the roster that shows the people behind a band."""
    return {f"{name}_{end}": day.isoformat() for end, day in (("from", first), ("to", last)) if day}
