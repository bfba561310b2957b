"""Changes of membership and participation, each a form of its own reached from the person's page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort

from core.base.i18n import _, _l
from core.service import Context
from core.web import ctx, done, go
from core.web.forms import SchemaForm

from .. import schemas
from ..models import Person
from ..queries.people import get_person
from ..services import links, membership, merge
from ..standing import is_counted
from .pages import pages, posted, show, status

TRANSFER = "people.person.transfer"


@dataclass(frozen=True, slots=True)
class Act:
    """One change: its words, its form, its service, and when it is offered."""

    label: Any
    schema: type
    run: Callable[..., Any]
    fits: Callable[[Person], bool]
    permission: str = TRANSFER
    grave: bool = False


def _lost(ctx: Context, person_id: int, **data: Any) -> Person:
    return membership.set_contact_lost(ctx, person_id, lost=True, **data)


def _found(ctx: Context, person_id: int, **data: Any) -> Person:
    return membership.set_contact_lost(ctx, person_id, lost=False, **data)


def _take_part(ctx: Context, person_id: int, *, version: int | None, effective_on: Any = None, **data: Any) -> Any:
    return links.open_affiliation(ctx, person_id, **data)


def _alive(person: Person) -> bool:
    return person.membership_state != "deceased"


ACTS = {
    "transfer": Act(_l("转接到其他支部"), schemas.Transfer, membership.transfer, lambda p: p.is_formal and _alive(p)),
    "transfer-out": Act(_l("转出"), schemas.TransferOut, membership.transfer_out, lambda p: p.is_formal and _alive(p)),
    "transfer-in": Act(_l("转入"), schemas.TransferIn, membership.transfer_in,
                       lambda p: not p.is_formal and p.member_kind != "none"
                       and p.membership_state in ("normal", "transferred_out")),
    "admit": Act(_l("发展入党"), schemas.Admission, membership.admit, lambda p: p.member_kind == "none" and _alive(p)),
    "confirm": Act(_l("转正"), schemas.Dated, membership.confirm_member,
                   lambda p: p.member_kind == "probationary" and is_counted(p)),
    "take-part": Act(_l("登记参与关系"), schemas.Participation, _take_part, _alive, "people.person.update"),
    "lost": Act(_l("登记失去联系"), schemas.Reasoned, _lost, lambda p: p.is_formal and p.membership_state == "normal"),
    "found": Act(_l("恢复联系"), schemas.Reasoned, _found, lambda p: p.membership_state == "contact_lost"),
    "suspend": Act(_l("登记停止党籍"), schemas.Decided, membership.suspend, is_counted, grave=True),
    "restore": Act(_l("登记恢复党籍"), schemas.Decided, membership.restore,
                   lambda p: p.membership_state in ("suspended", "removed")),
    "remove": Act(_l("登记出党"), schemas.Decided, membership.remove, lambda p: p.is_formal, grave=True),
    "death": Act(_l("登记去世"), schemas.Dated, membership.record_death, _alive, grave=True),
    "take-out": Act(_l("移出登记（录入错误）"), schemas.Reasoned, merge.take_out, lambda p: True, "people.person.merge", True),
}


def acts_for(ctx: Context, person: Person) -> dict[str, Act]:
    """The changes that fit the person's state and that the actor may make."""
    return {name: act for name, act in ACTS.items() if act.fits(person) and ctx.may(act.permission, person.org_path)}


@pages.form("/p/<int:record_id>/act/<name>", needs="people.person.read")
def act(record_id: int, name: str) -> Any:
    chosen = ACTS.get(name) or abort(404)
    who = get_person(ctx(), record_id)
    ctx().require(chosen.permission, who.org_path)
    form = SchemaForm(chosen.schema())
    form.version = who.version
    if posted(form) and form.attempt(chosen.run, ctx(), record_id, version=form.version, **form.data):
        done(_("已办理：%(name)s %(act)s", name=who.name, act=chosen.label))
        return go("people.archive") if name == "take-out" else go("people.person", record_id=record_id, tab="relations")
    return show("people/form.html", status(), form=form, person=who, grave=chosen.grave,
                  title=_("%(act)s：%(name)s", act=chosen.label, name=who.name))


@pages.post("/p/<int:record_id>/links/<int:link_id>/end", needs="people.person.update")
def end_link(record_id: int, link_id: int) -> Any:
    links.close_affiliation(ctx(), link_id)
    done(_("参与关系已结束。"))
    return go("people.person", record_id=record_id, tab="relations")
