"""Registers of organisations and people. Headings in the order of domain.md §2.19."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import aliased

from core.base.i18n import _l
from core.plugin import A4, ORG_UNIT, PERSON, Action, Filter, Ledger, View, col
from core.service import Context
from core.settings.dictionaries import labels

from .conditions import holders_of, members_within, posts_of, residents_of, term_soon, unverified
from .extras.columns import with_extras
from .figures import structure_table as structure_table
from .models import Grid, MemberChange, OrgUnit, Person, PostHolding
from .tree import within_any
from .words import (
    CHANGE_TYPES,
    CHECK_STATES,
    GENDERS,
    LIVING_STATUS,
    MEMBER_KINDS,
    MEMBERSHIP_STATES,
    ORG_KINDS,
    ORG_STATUS,
    PARTY_ORGS,
    UNIT_KINDS,
)

Parent, Residence, Other = aliased(OrgUnit), aliased(OrgUnit), aliased(OrgUnit)
READ, ORG, EXPORT = "people.person.read", "people.org.read", "people.person.export"
STATE_TONES = {"normal": "ok", "contact_lost": "warn", "suspended": "err", "removed": "mute", "deceased": "mute",
               "transferred_out": "mute"}
STATUS_TONES = {"draft": "mute", "active": "ok", "term_due": "warn", "in_election": "info", "merged": "mute", "dissolved": "mute"}


def categories(ctx: Context) -> dict[str, str]:
    return labels("people.category")


def education(ctx: Context) -> dict[str, str]:
    return labels("people.education")


def posts(ctx: Context) -> dict[str, str]:
    return labels("people.post")


def post_sources(ctx: Context) -> dict[str, str]:
    return labels("people.post_source")


def year_month(day: dt.date | None) -> str:
    return f"{day.year}.{day.month:02d}" if day else ""


def post_names(codes: str | None) -> str:
    """Codes of posts with commas between -> their words."""
    known = labels("people.post")
    return "、".join(known.get(code, code) for code in codes.split(",")) if codes else ""


def signed(effect: int) -> str:
    return f"+{effect}" if effect > 0 else str(effect)


def lives() -> Any:
    """居住社区/网格 as one text."""
    grid = case((Grid.name.is_not(None), "/" + Grid.name), else_="")
    return func.coalesce(Residence.short_name, "") + grid


def person_in_reach(ctx: Context) -> Any:
    """The id of the person a change is about; nothing where the reader may not open the record, or it is gone."""
    seen = or_(*(within_any(path, ctx.subtrees(READ)) for path in SCOPE))
    return (select(Person.id).where(Person.tenant_id == MemberChange.tenant_id, Person.id == MemberChange.person_id, seen)
            .correlate(MemberChange).scalar_subquery())


def _term_near(row: Any, ctx: Context) -> bool:
    return row.term_end is not None and row.term_end <= term_soon(ctx)


def days_left(row: Any, ctx: Context) -> int | None:
    return (row.term_end - ctx.today()).days if row.term_end else None


NAME = (
    col("name", _l("姓名"), Person.name, search=True, opens="people.person", width=10),
    col("gender", _l("性别"), Person.gender, choices=GENDERS, filter=True, blank=True, width=6),
    col("birth_date", _l("出生年月"), Person.birth_date, show=year_month, filter=True, blank=True, width=10),
    col("education", _l("学历"), Person.education, choices=education, filter=True, blank=True, priority=2, width=10),
    col("joined_on", _l("入党时间"), Person.joined_on, show=year_month, filter=True, blank=True, width=10),
    col("confirmed_on", _l("转正时间"), Person.confirmed_on, show=year_month, priority=2, width=10),
    col("member_kind", _l("党员类别"), Person.member_kind, choices=MEMBER_KINDS, filter=True, width=10),
    col("org", _l("所在党支部"), OrgUnit.short_name, order=Person.org_path, opens="people.org", key=OrgUnit.id, width=18),
    col("residence", _l("居住社区/网格"), lives(), priority=2, width=18),
    col("posts", _l("党内职务"), posts_of(), show=post_names, priority=2, width=12),
    col("phone", _l("联系电话"), Person.phone_mask, mask="phone", search=True, priority=2, width=14),
    col("note", _l("备注"), Person.note, priority=3, width=16),
)
MORE = (
    col("category", _l("党员分类"), Person.category, choices=categories, filter=True, blank=True, hidden=True),
    col("membership_state", _l("党籍状态"), Person.membership_state, choices=MEMBERSHIP_STATES, tones=STATE_TONES, filter=True,
        hidden=True),
    col("id_no", _l("身份证号码"), Person.id_mask, mask="id_no", search=True, hidden=True, width=20),
    col("work_unit", _l("工作单位"), Person.work_unit, hidden=True, width=18),
    col("verified_on", _l("最近核验"), Person.verified_on, filter=True, hidden=True),
)
PEOPLE = (select(Person).join(Person.org).outerjoin(Person.residence.of_type(Residence)).outerjoin(Person.grid))
IN_SUBTREE = Filter(name="under", label=_l("所属组织"), kind="org", source=Person.org_path)
SCOPE = (Person.org_path, Person.guest_path)

roster = Ledger(
    name="people.roster", title=_l("党员花名册"), permission=READ, export=EXPORT, paper=A4.landscape, icon="person-lines-fill",
    more=with_extras(PERSON),
    rows=PEOPLE.where(Person.is_formal.is_(True)), key=Person.id, scope=(Person.org_path,), opens="people.person",
    columns=(*NAME, *MORE), filters=(IN_SUBTREE,), order=("org", "name"), imports="people.roster", rank=10,
    group=_l("组织与人员"),
    views=(View(name="probationary", label=_l("预备党员"), query={"member_kind": "probationary"}),
           View(name="lost", label=_l("失去联系"), query={"membership_state": "contact_lost"})),
    actions=(Action(_l("新增人员"), "people.new_person", "people.person.create", icon="person-plus", primary=True),),
    empty=_l("还没有党员。可以下载模板，把现有名册整表导入，也可以逐个新增。"),
)
everybody = Ledger(
    name="people.everybody", title=_l("联系服务人员总表"), permission=READ, export=EXPORT, paper=A4.landscape, icon="people",
    more=with_extras(PERSON),
    rows=PEOPLE, key=Person.id, scope=SCOPE, opens="people.person", columns=(*NAME, *MORE),
    filters=(IN_SUBTREE, Filter(name="guests", label=_l("流入、双报到所在组织"), kind="org", source=Person.guest_path),
             Filter(name="formal", label=_l("组织关系在册"), kind="flag", source=Person.is_formal)),
    order=("org", "name"), rank=20, group=_l("组织与人员"),
    note=_l("包括组织关系在册的党员、流入和双报到党员、志愿者以及已转出人员。"),
)
checks = Ledger(
    name="people.checks", title=_l("待核验党员"), permission=READ, export=EXPORT, paper=A4.landscape, icon="clipboard-check",
    more=with_extras(PERSON),
    rows=lambda ctx: PEOPLE.where(unverified(ctx)), key=Person.id, scope=(Person.org_path,), opens="people.person",
    columns=(NAME[0], NAME[7], *(c for c in MORE if c.name == "membership_state"), NAME[10],
             col("verified_on", _l("最近核验"), Person.verified_on, filter=True),
             col("check_state", _l("核验状态"), Person.check_state, choices=CHECK_STATES, filter=True)),
    filters=(IN_SUBTREE,), order=("verified_on", "org"), rank=60, group=_l("组织与人员"),
    empty=_l("没有到期需要核验的党员。"),
)
UNITS = select(OrgUnit).outerjoin(OrgUnit.parent.of_type(Parent))
SHORT = col("short_name", _l("简称"), OrgUnit.short_name, order=OrgUnit.path, search=True, opens="people.org", width=16)
ABOVE = col("parent", _l("隶属"), Parent.short_name, order=Parent.path, opens="people.org", key=Parent.id, width=16)
orgs = Ledger(
    name="people.orgs", title=_l("党组织一览表"), permission=ORG, paper=A4.landscape, icon="diagram-3",
    more=with_extras(ORG_UNIT),
    rows=UNITS.where(OrgUnit.kind != "unit"), key=OrgUnit.id, scope=(OrgUnit.path,), opens="people.org",
    columns=(
        SHORT,
        col("name", _l("组织名称（公章全称）"), OrgUnit.name, search=True, priority=2, width=28),
        col("kind", _l("组织类别"), OrgUnit.kind, choices=ORG_KINDS, filter=True),
        ABOVE,
        col("unit_kind", _l("单位类别"), OrgUnit.unit_kind, choices=UNIT_KINDS, filter=True, priority=2),
        col("secretary", _l("书记"), holders_of("secretary")),
        col("members", _l("党员数"), members_within(), align="end", width=8),
        col("founded_on", _l("成立时间"), OrgUnit.founded_on, filter=True, priority=2),
        col("approval_no", _l("批准文号"), OrgUnit.approval_no, priority=3),
        col("term_end", _l("届满日期"), OrgUnit.term_end, filter=True, warn=_term_near),
        col("status", _l("状态"), OrgUnit.status, choices=ORG_STATUS, tones=STATUS_TONES, filter=True),
        col("contact", _l("联系人"), OrgUnit.contact_name, priority=3),
        col("phone", _l("联系电话"), OrgUnit.contact_phone_mask, mask="phone", priority=3),
    ),
    filters=(Filter(name="under", label=_l("上级组织"), kind="org", source=OrgUnit.path),),
    order=("short_name",), imports="people.org_units", rank=5, group=_l("组织与人员"),
    actions=(Action(_l("新增组织"), "people.new_org", "people.org.manage", icon="plus-lg", primary=True),),
    empty=_l("还没有组织。可以下载模板，把组织名册整表导入，也可以逐个新增。"),
)
resident_units = Ledger(
    name="people.units", title=_l("驻区单位一览表"), permission=ORG, paper=A4.landscape, icon="building",
    more=with_extras(ORG_UNIT),
    rows=UNITS.where(OrgUnit.kind == "unit"), key=OrgUnit.id, scope=(OrgUnit.path,), opens="people.org",
    columns=(
        SHORT,
        col("name", _l("单位名称"), OrgUnit.name, search=True, priority=2, width=28),
        col("unit_kind", _l("单位类别"), OrgUnit.unit_kind, choices=UNIT_KINDS, filter=True),
        ABOVE,
        col("credit_code", _l("统一社会信用代码"), OrgUnit.credit_code, search=True, priority=3, width=20),
        col("address", _l("地址"), OrgUnit.address, search=True, priority=2, width=24),
        col("contact", _l("联系人"), OrgUnit.contact_name),
        col("phone", _l("联系电话"), OrgUnit.contact_phone_mask, mask="phone"),
    ),
    filters=(Filter(name="under", label=_l("所属组织"), kind="org", source=OrgUnit.path),),
    order=("short_name",), imports="people.org_units", rank=6, group=_l("组织与人员"),
    actions=(Action(_l("新增单位"), "people.new_org", "people.org.manage", icon="plus-lg", primary=True),),
    note=_l("辖区内参加共驻共建的单位，不是党组织的也在这里。"),
    empty=_l("还没有驻区单位。可以用“党组织名册”模板整表导入，类别填“单位”，也可以逐个新增。"),
)
terms = Ledger(
    name="people.terms", title=_l("支部换届台账"), permission=ORG, paper=A4.landscape, icon="calendar-event",
    more=with_extras(ORG_UNIT),
    rows=select(OrgUnit).outerjoin(OrgUnit.parent.of_type(Parent))
    .where(OrgUnit.kind.in_(PARTY_ORGS), OrgUnit.status.in_(LIVING_STATUS)),
    key=OrgUnit.id, scope=(OrgUnit.path,), opens="people.org",
    columns=(
        col("short_name", _l("党组织"), OrgUnit.short_name, search=True, opens="people.org", width=18),
        col("kind", _l("组织类别"), OrgUnit.kind, choices=ORG_KINDS, filter=True),
        col("parent", _l("隶属"), Parent.short_name, priority=2, width=16),
        col("term_years", _l("任期（年）"), OrgUnit.term_years, align="end", width=8),
        col("term_start", _l("本届开始"), OrgUnit.term_start),
        col("term_end", _l("届满日期"), OrgUnit.term_end, filter=True, warn=_term_near),
        col("days_left", _l("距届满（天）"), value=days_left, align="end", width=10),
        col("secretary", _l("书记"), holders_of("secretary")),
        col("status", _l("状态"), OrgUnit.status, choices=ORG_STATUS, tones=STATUS_TONES, filter=True),
    ),
    filters=(Filter(name="under", label=_l("上级组织"), kind="org", source=OrgUnit.path),),
    order=("term_end", "short_name"), rank=40, group=_l("组织与人员"),
)
changes = Ledger(
    name="people.changes", title=_l("党员增减台账"), permission=READ, export=EXPORT, paper=A4.landscape, icon="arrow-left-right",
    rows=select(MemberChange).join(MemberChange.org)
    .outerjoin(Other, (Other.tenant_id == MemberChange.tenant_id) & (Other.id == MemberChange.other_org_id)),
    key=MemberChange.id, scope=(MemberChange.org_path,),
    columns=(
        col("effective_on", _l("日期"), MemberChange.effective_on, filter=True),
        col("name", _l("姓名"), MemberChange.person_name, search=True, opens="people.person", key=person_in_reach),
        col("type", _l("变动类型"), MemberChange.type, choices=CHANGE_TYPES, filter=True),
        col("effect", _l("增减"), MemberChange.effect, show=signed, align="end", width=6),
        col("org", _l("所在党组织"), OrgUnit.short_name, order=MemberChange.org_path, opens="people.org", key=OrgUnit.id,
            width=18),
        col("place", _l("来源/去向"), func.coalesce(Other.short_name, MemberChange.other_place), width=18),
        col("document_no", _l("文号"), MemberChange.document_no, priority=2, width=16),
        col("reason", _l("事由"), MemberChange.reason, priority=2, width=18),
        col("by_name", _l("经办人"), MemberChange.by_name, priority=3),
    ),
    filters=(Filter(name="under", label=_l("所属组织"), kind="org", source=MemberChange.org_path),),
    views=(View(name="year", label=_l("本年"), query={"effective_on_from": "year"}),
           View(name="month", label=_l("本月"), query={"effective_on_from": "month"})),
    order=("-effective_on",), rank=30, group=_l("组织与人员"),
    actions=(Action(_l("期初期末核对"), "people.arithmetic", READ, icon="calculator"),),
)
leaders = Ledger(
    name="people.leaders", title=_l("书记与班子台账"), permission=READ, export=EXPORT, paper=A4.landscape, icon="person-badge",
    rows=select(PostHolding).join(PostHolding.person).join(PostHolding.org), key=PostHolding.id, scope=(PostHolding.org_path,),
    columns=(
        col("org", _l("党组织"), OrgUnit.short_name, order=PostHolding.org_path, opens="people.org", key=OrgUnit.id,
            width=18),
        col("post", _l("职务"), PostHolding.post, choices=posts, filter=True),
        col("name", _l("姓名"), Person.name, search=True, opens="people.person", key=Person.id, width=10),
        col("gender", _l("性别"), Person.gender, choices=GENDERS, width=6),
        col("birth_date", _l("出生年月"), Person.birth_date, show=year_month, width=10),
        col("education", _l("学历"), Person.education, choices=education, priority=2),
        col("starts_on", _l("任职时间"), PostHolding.starts_on, filter=True),
        col("ends_on", _l("离任时间"), PostHolding.ends_on),
        col("source", _l("任职方式"), PostHolding.source, choices=post_sources, filter=True, priority=2),
        col("document_no", _l("文号"), PostHolding.document_no, priority=3),
        col("phone", _l("联系电话"), Person.phone_mask, mask="phone", priority=2),
    ),
    filters=(Filter(name="under", label=_l("所属组织"), kind="org", source=PostHolding.org_path),
             Filter(name="current", label=_l("现任"), kind="flag", where=lambda ctx: PostHolding.ends_on.is_(None))),
    order=("org", "post"), rank=50, group=_l("组织与人员"),
    views=(View(name="now", label=_l("现任"), query={"current": "1"}),
           View(name="secretaries", label=_l("现任书记"), query={"current": "1", "post": "secretary"})),
)
grids = Ledger(
    name="people.grids", title=_l("网格与楼栋表"), permission=ORG, paper=A4.landscape, icon="grid",
    rows=select(Grid).join(Grid.org), key=Grid.id, scope=(Grid.org_path,), opens="people.grid",
    columns=(
        col("code", _l("网格编号"), Grid.code, search=True, opens="people.grid"),
        col("name", _l("网格名称"), Grid.name, search=True, width=16),
        col("org", _l("所属社区"), OrgUnit.short_name, opens="people.org", key=OrgUnit.id, width=16),
        col("buildings", _l("楼栋"), Grid.buildings, sort=False, width=30),
        col("household_count", _l("户数"), Grid.household_count, align="end", width=8, total=True),
        col("worker", _l("网格员"), Grid.worker_name, search=True),
        col("members", _l("党员数"), residents_of(), align="end", width=8, total=True),
        col("active", _l("使用中"), Grid.active, filter=True, priority=3),
    ),
    filters=(Filter(name="under", label=_l("所属组织"), kind="org", source=Grid.org_path),),
    order=("code",), rank=70, group=_l("组织与人员"),
    actions=(Action(_l("新增网格"), "people.new_grid", "people.grid.manage", icon="plus-lg", primary=True),),
)
