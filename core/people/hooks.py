"""What organisations and people answer to core's questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask import has_request_context, url_for
from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _, _l
from core.plugin import CalendarEntry, HeldData, NavItem, SearchHit, TimelineEntry, hookimpl
from core.rules import add_months, rule
from core.service import Context
from core.settings.dictionaries import label

from . import tree
from .conditions import counted
from .extras.shown import held_about
from .models import Affiliation, MemberChange, OrgUnit, Person
from .queries import own_rows
from .queries.people import search_people
from .queries.units import search_orgs
from .services.root import ensure_root
from .words import (
    AFFILIATION_KINDS,
    CHANGE_TYPES,
    GENDERS,
    LIVING_STATUS,
    MEMBER_KINDS,
    MEMBERSHIP_STATES,
)

READ, ORG = "people.person.read", "people.org.read"


@hookimpl
def plugin_enabled(first: bool, ctx: Context) -> None:
    """A tenant that is opened has the top of its tree at once, so that everything typed or imported hangs under it."""
    ensure_root(ctx)


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    return (
        NavItem(_l("人员"), "people.index", READ, icon="people", group="work", rank=30, key="g m"),
        NavItem(_l("组织"), "people.tree", ORG, icon="diagram-3", group="work", rank=31, key="g o"),
        NavItem(_l("动态维护"), "people.checks", READ, icon="clipboard-check", group="work", rank=32),
    )


@hookimpl
def search_hits(query: Any, ctx: Context) -> Iterable[SearchHit]:
    found: list[SearchHit] = []
    if ctx.may(READ):
        found += [SearchHit(p.name, url_for("people.person", record_id=p.id), _("人员"),
                            f"{p.org.short_name} · {MEMBER_KINDS[p.member_kind]}")
                  for p in search_people(ctx, query.text, query.limit)]
    if ctx.may(ORG) and query.text.strip():
        found += [SearchHit(u.short_name, url_for("people.org", record_id=u.id), _("组织"), u.name)
                  for u in search_orgs(ctx, query.text, query.limit)]
    return found


@hookimpl
def timeline(person_id: int, ctx: Context) -> Iterable[TimelineEntry]:
    for c in own_rows.changes(person_id):
        yield TimelineEntry(c.effective_on, f"{CHANGE_TYPES[c.type]} {c.document_no}".strip(), _("组织关系"))
    for h, unit in own_rows.posts(person_id):
        yield TimelineEntry(h.starts_on, _("任%(org)s%(post)s", org=unit, post=label("people.post", h.post)), _("任职"))
        if h.ends_on:
            yield TimelineEntry(h.ends_on, _("不再任%(org)s%(post)s", org=unit, post=label("people.post", h.post)), _("任职"))
    for a, unit in own_rows.links(person_id):
        if a.kind == "formal":
            continue
        yield TimelineEntry(a.starts_on, _("%(kind)s：%(org)s", kind=AFFILIATION_KINDS[a.kind], org=unit), _("参与"))


@hookimpl
def calendar(start: dt.date, end: dt.date, ctx: Context) -> Iterable[CalendarEntry]:
    """Terms that end, and the day on which members of the reader's own units fall due for a check."""
    paths = ctx.subtrees(ORG)
    if not paths:
        return
    ending = (select(OrgUnit).where(OrgUnit.term_end.between(start, end), OrgUnit.status.in_(LIVING_STATUS))
              .where(tree.within_any(OrgUnit.path, paths)).order_by(OrgUnit.term_end).limit(200))
    source = rule("people.term_reminders").source
    for unit in session().scalars(ending):
        yield CalendarEntry(unit.term_end, _("%(name)s 任期届满", name=unit.short_name), _page("people.org", unit.id), source)
    yield from _checks_due(start, end, ctx)


def _checks_due(start: dt.date, end: dt.date, ctx: Context) -> Iterable[CalendarEntry]:
    paths, period = ctx.subtrees(READ), rule("people.registry_check")
    if not paths:
        return
    months = int(period.value)
    since, until = add_months(start, -months), add_months(end, -months)
    rows = session().execute(
        select(Person.verified_on, Person.org_id).where(counted(), Person.verified_on.between(since, until))
        .where(tree.within_any(Person.org_path, paths)).group_by(Person.verified_on, Person.org_id).limit(200)).all()
    days: dict[dt.date, int] = {}
    for day, _org in rows:
        due = add_months(day, months)
        days[due] = days.get(due, 0) + 1
    for day, n in sorted(days.items()):
        if start <= day <= end:
            yield CalendarEntry(day, _("%(n)s 个支部的党员信息到期核验", n=n), _page("people.checks"), period.source)


def _page(endpoint: str, record_id: int | None = None) -> str:
    """Address of a page; empty in jobs, which have no address."""
    if not has_request_context():
        return ""
    return url_for(endpoint, record_id=record_id) if record_id else url_for(endpoint)


@hookimpl
def personal_data(person_id: int, ctx: Context) -> Iterable[HeldData]:
    person = ctx.get(Person, person_id)
    links = session().execute(
        select(Affiliation, OrgUnit.short_name).join(Affiliation.org).where(Affiliation.person_id == person_id)).all()
    changes = session().scalars(select(MemberChange).where(MemberChange.person_id == person_id)).all()
    yield HeldData(_("基本信息"), tuple((name, text) for name, text in (
        (_("姓名"), person.name), (_("性别"), GENDERS.get(person.gender, "")), (_("出生日期"), person.birth_date or ""),
        (_("身份证号码"), person.id_mask), (_("联系电话"), person.phone_mask),
        (_("学历"), label("people.education", person.education)), (_("工作单位"), person.work_unit),
        (_("居住社区"), person.residence.short_name if person.residence else ""), (_("特长"), person.skills),
        (_("备注"), person.note)) if text))
    yield HeldData(_("党员信息"), tuple((name, text) for name, text in (
        (_("党员类别"), MEMBER_KINDS[person.member_kind]), (_("党籍状态"), MEMBERSHIP_STATES[person.membership_state]),
        (_("入党时间"), person.joined_on or ""), (_("转正时间"), person.confirmed_on or ""),
        (_("党员分类"), label("people.category", person.category)), (_("最近核验"), person.verified_on or "")) if text))
    yield HeldData(_("组织关系与参与"), tuple(
        (f"{AFFILIATION_KINDS[a.kind]} · {unit}", f"{a.starts_on} — {a.ends_on or ''}") for a, unit in links))
    yield HeldData(_("组织关系变动"), tuple((str(c.effective_on), f"{CHANGE_TYPES[c.type]} {c.reason}".strip()) for c in changes))
    yield from held_about(ctx, person_id)
