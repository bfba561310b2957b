"""What the rules say about a unit: size, committee, secretary, term. Shown with the source, never forced."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.rules import RuleValue, rule
from core.service import Context, service

from .. import tree
from ..conditions import counted, term_soon
from ..models import OrgUnit, Person, PostHolding
from ..words import BRANCHES, LIVING_STATUS, PARTY_ORGS

PEOPLE = "people.person.read"
COMMITTEE_POSTS = ("secretary", "deputy_secretary", "organisation_member", "publicity_member", "discipline_member",
                   "committee_member")


@dataclass(frozen=True, slots=True)
class Advice:
    """What a rule says about a unit; shown with its source, never forced."""

    text: str
    rule: RuleValue


@service(PEOPLE, writes=False)
def org_warnings(ctx: Context, org_id: int) -> list[Advice]:
    """Rules R5 to R7 applied to one unit: size, committee, secretary, term."""
    unit = ctx.get(OrgUnit, org_id)
    if unit.status not in LIVING_STATUS or unit.kind not in PARTY_ORGS or not ctx.may(PEOPLE, unit.path):
        return []
    return [*_size(unit), *_committee(unit), *_term(ctx, unit)]


def _count(where, *more) -> int:
    return session().scalar(select(func.count()).select_from(Person).where(counted(), where, *more)) or 0


def _size(unit: OrgUnit) -> list[Advice]:
    if unit.kind in BRANCHES:
        return _branch_size(unit)
    heads = _count(tree.within(Person.org_path, unit.path))
    committee, general = rule("people.committee_min_members"), rule("people.general_branch_min_members")
    if unit.kind == "committee" and heads < committee.value:
        return [Advice(_("现有党员 %(n)s 名，不足 %(m)s 名；因工作需要设立党委的，应有上级批准。",
                         n=heads, m=committee.value), committee)]
    if unit.kind == "general_branch" and heads >= committee.value:
        return [Advice(_("现有党员 %(n)s 名，已达 %(m)s 名，可以报请设立党委。", n=heads, m=committee.value), committee)]
    if unit.kind == "general_branch" and heads < general.value:
        return [Advice(_("现有党员 %(n)s 名，不足 %(m)s 名；因工作需要设立党总支的，应有上级批准。",
                         n=heads, m=general.value), general)]
    return []


def _branch_size(unit: OrgUnit) -> list[Advice]:
    heads, full = _count(Person.org_id == unit.id), _full_members(unit)
    least, most, units = (rule(f"people.{name}") for name in (
        "branch_min_members", "branch_max_members", "joint_branch_max_units"))
    found = []
    if unit.kind == "branch" and full < least.value:
        found.append(Advice(_("正式党员 %(n)s 名，不足 %(m)s 名，可与邻近单位成立联合党支部。", n=full, m=least.value), least))
    if heads > most.value and not unit.size_approval_no:
        found.append(Advice(_("党员 %(n)s 名，超过 %(m)s 名，可报请设立党总支或分设支部；经批准保留的请登记文号。",
                               n=heads, m=most.value), most))
    covered = session().scalar(select(func.count()).select_from(OrgUnit).where(
        OrgUnit.parent_id == unit.id, OrgUnit.kind == "unit", OrgUnit.status.in_(LIVING_STATUS))) or 0
    if unit.kind == "joint_branch" and covered > units.value:
        found.append(Advice(_("联合党支部覆盖 %(n)s 个单位，一般不超过 %(m)s 个。", n=covered, m=units.value), units))
    return found


def _full_members(unit: OrgUnit) -> int:
    return _count(Person.org_id == unit.id, Person.member_kind == "full")


def _committee(unit: OrgUnit) -> list[Advice]:
    posts = session().scalars(select(PostHolding.post).where(
        PostHolding.org_id == unit.id, PostHolding.ends_on.is_(None), PostHolding.post.in_(COMMITTEE_POSTS))).all()
    since, low, high = (rule(f"people.branch_committee_{name}") for name in ("min_members", "size_min", "size_max"))
    found = []
    if "secretary" not in posts:
        found.append(Advice(_("没有登记书记。"), since))
    if unit.kind in BRANCHES and (full := _full_members(unit)) >= since.value and not low.value <= len(posts) <= high.value:
        found.append(Advice(_("正式党员 %(n)s 名，应设支部委员会（%(low)s 至 %(high)s 人），现登记 %(now)s 人。",
                               n=full, low=low.value, high=high.value, now=len(posts)), since))
    return found


def _term(ctx: Context, unit: OrgUnit) -> list[Advice]:
    soon = rule("people.term_ending_soon")
    if unit.term_end is None or unit.term_end > term_soon(ctx):
        return []
    if unit.term_end < ctx.today():
        return [Advice(_("任期已于 %(day)s 届满，请尽快换届或办理延期批准。", day=unit.term_end.isoformat()), soon)]
    return [Advice(_("任期将于 %(day)s 届满，请准备换届。", day=unit.term_end.isoformat()), soon)]
