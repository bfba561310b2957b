"""结构表 as a ledger: one row a unit with members of its own, one column a figure; a view for each way of counting."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Date, Float, ScalarSelect, and_, bindparam, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from core.base.i18n import _l
from core.plugin import A4, PERCENT, Col, Filter, Ledger, View, col
from core.settings.dictionaries import labels

from . import bands
from .conditions import counted
from .models import OrgUnit, Person
from .words import BRANCHES, LIVING_STATUS, ORG_KINDS

Parent = aliased(OrgUnit)
MOST_AGES, MOST_PERIODS = 12, 8         # bands with a column of their own; the last column takes all that follow
FIRST, LAST = dt.date(1, 1, 1), dt.date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Told:
    """A word that the rules or the tenant's lists give when it is shown."""

    read: Callable[[], Any]

    def __str__(self) -> str:
        return str(self.read())


def heads(*where: Callable[[Any], Any]) -> ScalarSelect[int]:
    """Members of the unit itself (units below not included) for whom all conditions hold."""
    person = aliased(Person)
    own = (person.tenant_id == OrgUnit.tenant_id, person.org_id == OrgUnit.id, counted(person))
    wanted = select(func.count()).select_from(person).where(*own, *(condition(person) for condition in where))
    return wanted.correlate(OrgUnit).scalar_subquery()


def figure(name: str, label: Any, source: Any, **more: Any) -> Col:
    return col(name, label, source, align="end", width=8, total="unit" not in more, **more)


def between(name: str, days: Callable[[], tuple[dt.date | None, dt.date | None]]) -> Callable[[Any], Any]:
    """Whether a date of the person lies in a span that is asked for when the statement runs."""
    first = bindparam("first", callable_=lambda: days()[0] or FIRST, unique=True, type_=Date)
    last = bindparam("last", callable_=lambda: days()[1] or LAST, unique=True, type_=Date)
    return lambda person: and_(getattr(person, name) >= first, getattr(person, name) <= last)


def at(number: int, most: int, found: list[bands.Band]) -> bands.Band | None:
    """The band of a column; the last column is open at its end. None: the rule has fewer."""
    if number >= len(found):
        return None
    low, high = found[number]
    return (low, None) if number == most - 1 else (low, high)


def columns_of(prefix: str, most: int, listed: Callable[[], list[bands.Band]], words: Callable[..., str], field: str,
               days: Callable[..., tuple[dt.date | None, dt.date | None]]) -> list[Col]:
    """A column for each band of a rule, and one for those whose date is not known."""

    def one(number: int) -> Col:
        def span() -> tuple[dt.date | None, dt.date | None]:
            band = at(number, most, listed())
            return days(*band) if band else (LAST, FIRST)

        def told() -> str:
            band = at(number, most, listed())
            return words(*band) if band else "—"

        return figure(f"{prefix}{number}", Told(told), heads(between(field, span)), hidden=True)

    unknown = heads(lambda person: getattr(person, field).is_(None))
    return [*(one(number) for number in range(most)), figure(f"{prefix}_unknown", _l("未登记"), unknown, hidden=True)]


def listed_in(kind: str, field: str) -> list[Col]:
    """A column for each word of a shared list, one for the tenant's own words, one for those without any."""
    entries = tomllib.loads((Path(__file__).parent / "dictionaries.toml").read_text(encoding="utf-8"))[kind]["entries"]
    codes = [entry["code"] for entry in entries]

    def one(code: str) -> Col:
        return figure(f"{field}_{code}", Told(lambda: labels(kind).get(code, code)),
                      heads(lambda person: getattr(person, field) == code), hidden=True)

    own = heads(lambda person: getattr(person, field).not_in(["", *codes]))
    none = heads(lambda person: getattr(person, field) == "")
    return [*map(one, codes), figure(f"{field}_own", _l("本单位自设"), own, hidden=True),
            figure(f"{field}_none", _l("未登记"), none, hidden=True)]


def older(person: Any) -> Any:
    return between("birth_date", lambda: (None, bands.born_by(bands.older_age())))(person)


UNIT = (
    col("short_name", _l("党组织"), OrgUnit.short_name, order=OrgUnit.path, search=True, opens="people.org", width=18),
    col("kind", _l("组织类别"), OrgUnit.kind, choices=ORG_KINDS, filter=True, priority=2),
    col("parent", _l("隶属"), Parent.short_name, order=Parent.path, priority=2, width=16),
    figure("members", _l("党员数"), heads()),
)
OLDER = heads(older)
SHARE = cast(OLDER * 100, Float) / func.nullif(heads(lambda person: person.birth_date.is_not(None)), 0)
SEXES = (
    figure("male", _l("男"), heads(lambda person: person.gender == "male")),
    figure("female", _l("女"), heads(lambda person: person.gender == "female")),
)
OVERALL = (
    *SEXES,
    figure("full", _l("正式党员"), heads(lambda person: person.member_kind == "full")),
    figure("probationary", _l("预备党员"), heads(lambda person: person.member_kind == "probationary")),
    figure("older", _l("%(n)s 周岁及以上", n=Told(bands.older_age)), OLDER),
    figure("older_share", _l("%(n)s 周岁及以上占比", n=Told(bands.older_age)), SHARE, unit=PERCENT),
)
AGES = columns_of("age", MOST_AGES, bands.ages, bands.age_words, "birth_date", bands.births)
PERIODS = columns_of("joined", MOST_PERIODS, bands.periods, bands.period_words, "joined_on", bands.joining)
EDUCATION, CATEGORIES = listed_in("people.education", "education"), listed_in("people.category", "category")


def view(name: str, label: Any, counted_by: Iterable[Col]) -> View:
    return View(name=name, label=label, query={"cols": ",".join(["short_name", "members", *(c.name for c in counted_by)])})


structure_table = Ledger(
    name="people.structure", title=_l("党员结构表"), permission="people.person.read", export="people.person.export",
    paper=A4.landscape, icon="pie-chart", key=OrgUnit.id, scope=(OrgUnit.path,), opens="people.org",
    rows=select(OrgUnit).outerjoin(OrgUnit.parent.of_type(Parent)).where(OrgUnit.status.in_(LIVING_STATUS), or_(
        OrgUnit.kind.in_(BRANCHES),
        exists().where(Person.tenant_id == OrgUnit.tenant_id, Person.org_id == OrgUnit.id, counted()))),
    columns=(*UNIT, *OVERALL, *AGES, *PERIODS, *EDUCATION, *CATEGORIES),
    filters=(Filter(name="under", label=_l("上级组织"), kind="org", source=OrgUnit.path),),
    views=(view("ages", _l("年龄"), AGES), view("periods", _l("党龄（入党时间）"), PERIODS),
           view("education", _l("学历"), EDUCATION), view("categories", _l("党员分类"), CATEGORIES)),
    order=("short_name",), rank=35, group=_l("组织与人员"),
    note=_l("按支部统计组织关系在册的党员（含失去联系的，不含停止党籍的）；没有登记生日的不计入占比。"),
)
