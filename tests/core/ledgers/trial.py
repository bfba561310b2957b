"""A module of the tests' own, with ledgers over the real tables of people."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager

from sqlalchemy import insert, select

from core.base.db import begin_write, new_ids, session
from core.base.pinyin import name_keys
from core.base.scope import tenant_scope
from core.ledgers import plugin as ledgers_plugin
from core.people.models import OrgUnit, Person
from core.plugin import DAYS, FEN, Action, Filter, Indicator, Ledger, Owner, Permission, Plugin, View, col
from core.plugin.manager import Plugins, installed
from core.service import Actor, Context, Grant, TenantInfo

READ, EXPORT = "trial.row.read", "trial.row.export"
KINDS = {"full": "正式党员", "probationary": "预备党员"}

roster = Ledger(
    name="trial.roster",
    title="党员花名册",
    permission=READ,
    export=EXPORT,
    rows=select(Person).join(Person.org),
    key=Person.id,
    scope=(Person.org_path, Person.guest_path),
    columns=(
        col("name", "姓名", Person.name, search=True),
        col("gender", "性别", Person.gender, choices={"m": "男", "f": "女"}),
        col("joined", "入党时间", Person.joined_on, filter=True, align="end"),
        col("kind", "类别", Person.member_kind, filter=True, choices=KINDS, tones={"full": "ok"}),
        col("branch", "所在党支部", OrgUnit.short_name, filter=True, key=OrgUnit.id),
        col("phone", "联系电话", Person.phone_mask, mask="phone", search=True, sort=False),
        col("formal", "组织关系在本单位", Person.is_formal, filter=True, hidden=True),
        col("age", "党龄", value=lambda row, ctx: ctx.today().year - row.joined.year if row.joined else "", priority=2),
        col("added", "登记时间", Person.created_at, filter=True, hidden=True),
        col("version", "版次", Person.version, filter=True, hidden=True, unit=FEN),
    ),
    filters=(
        Filter(name="org", label="组织", kind="org", source=Person.org_path),
        Filter(name="nophone", label="没有电话", kind="flag", where=lambda ctx: Person.phone_mask == ""),
    ),
    order=("name",),
    views=(View(name="new", label="预备党员", query={"kind": "probationary"}),),
    actions=(Action("新增", "trial.new", READ, primary=True),),
)
whole = Ledger(
    name="trial.units",
    title="组织一览",
    permission=READ,
    rows=select(OrgUnit),
    key=OrgUnit.id,
    columns=(col("name", "名称", OrgUnit.short_name, search=True), col("path", "路径", OrgUnit.path)),
    order=("path",),
)
picked = Ledger(
    name="trial.picked",
    title="可勾选",
    permission=READ,
    rows=select(Person),
    key=Person.id,
    scope=(Person.org_path,),
    columns=(col("name", "姓名", Person.name, warn=lambda row, ctx: not row.phone), col("phone", "电话", Person.phone_mask)),
    bulk=(Action("批量核验", "ledgers.index", READ), Action("移出", "ledgers.index", EXPORT, icon="trash")),
)
young = Indicator(
    name="trial.young",
    definition="预备党员",
    label="预备党员数",
    of="trial.roster",
    tile=True,
    where=lambda ctx: Person.member_kind == "probationary",
)
share = Indicator(
    name="trial.reachable", definition="登记了电话的比例",
    label="有电话的比例",
    of="trial.roster",
    unit="percent",
    tile=True,
    good="high",
    where=lambda ctx: Person.phone_mask != "",
)
middle = Indicator(
    name="trial.middle", definition="有电话的人的版次的中间值", label="版次（中位数）", of="trial.roster", unit=DAYS,
    median=Person.version, where=lambda ctx: Person.phone_mask != "",
)


class Trial(Owner):
    """Declares what stands above, without files."""

    ledgers, indicators, workflows, import_kinds = [roster, whole, picked], [young, share, middle], [], []

    def __init__(self):
        permissions = (Permission(READ, "看"), Permission(EXPORT, "导出"))
        super().__init__(Plugin(name="trial", title="试用", core=True, permissions=permissions), "core.testing")

    def file(self, name):
        return None

    def problems(self):
        return self.manifest.problems()


def plugins():
    return Plugins([Trial(), Owner(ledgers_plugin, "core.ledgers")])


def with_all_others():
    """Every installed module and this one."""
    return Plugins([*(o for o in installed().by_name.values() if o.name != "trial"), Trial()])


def context(known, tenant_id=1, *paths, permissions=(READ, EXPORT), user=7):
    """A signed-in reader with the permissions on each of the paths (default: the whole tenant)."""
    grants = tuple(Grant(1, "看", frozenset(permissions), path) for path in paths or ("",))
    return Context(
        TenantInfo(tenant_id, f"t{tenant_id}", "临沭县", "county"), Actor("user", user, "周明霞"), grants, plugins=known
    )


@contextmanager
def scoped(database, tenant_id=1):
    with database.use(), tenant_scope(tenant_id):
        yield


COMMON = {"version": 1, "created_at": dt.datetime(2026, 1, 5, 4, tzinfo=dt.UTC)}


def fill(persons_per_branch=3, branches=4, root="0000"):
    """A county with branches and members, in the tenant in scope; returns the branches' paths."""
    begin_write()
    units = [unit(i, new, i and "branch" or "county", root) for i, new in enumerate(new_ids(branches + 1))]
    for made in units:
        session().execute(insert(OrgUnit), {**made, "parent_id": units[0]["id"] if made["ordinal"] > 5000 else None})
    numbers = enumerate(new_ids(persons_per_branch * branches))
    session().execute(insert(Person), [person(n, new, units[1 + n % branches]) for n, new in numbers])
    session().commit()
    return [made["path"] for made in units[1:]]


def unit(ordinal, new, kind, root):
    name = f"第{ordinal}支部" if ordinal else "县委"
    path = root + (f"{ordinal:04d}" if ordinal else "")
    names = {"name": name, "short_name": name, "kind": kind}
    return {**COMMON, **names, "tenant_id": tenant(), "id": new, "ordinal": ordinal + 5000, "path": path}


def person(n, new, branch):
    name = "张王李赵曾"[n % 5] + "明" * (1 + n % 2) + "伟芳娜敏静"[n // 5 % 5]
    keys = name_keys(name)
    return {
        **COMMON, "tenant_id": tenant(), "id": new, "name": name, "name_full": keys.full, "name_initials": keys.initials,
        "org_id": branch["id"], "org_path": branch["path"], "gender": "mf"[n % 2], "joined_on": dt.date(2000 + n % 20, 7, 1),
        "member_kind": "full" if n % 3 else "probationary", "phone_mask": "" if n % 4 == 3 else f"138****{n:04d}",
    }  # fmt: skip


def tenant():
    return session().info["scope"].tenant_id
