"""Services of the notice board."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Conflict, Invalid, NotFound
from core.people.models import OrgUnit
from core.rules import rule
from core.service import Context, service
from core.work import engine

from .models import DRAFT, PUBLISHED, Bulletin
from .workflows import bulletin as WORKFLOW

WRITE = "notify.bulletin.write"
_FAR = "\U0010ffff"


def _org(ctx: Context, org_id: int) -> OrgUnit:
    """The unit whose board is meant; it must lie where the actor writes bulletins."""
    found = session().scalars(select(OrgUnit).where(OrgUnit.id == org_id)).one_or_none()
    if found is None or not ctx.may(WRITE, found.path):
        raise Invalid({"org_id": [_("请选择您可以起草公告的组织。")]})
    return found


def _check_length(data: dict[str, Any]) -> None:
    most = int(rule("notify.bulletin_longest").value)
    if (data["ends_on"] - data["starts_on"]).days > most:
        raise Invalid({"ends_on": [_("一则公告最多张贴 %(n)s 天。", n=most)]})


@service(WRITE, action="notify.bulletin.draft")
def draft_bulletin(ctx: Context, **data: Any) -> Bulletin:
    """Write a bulletin; it is shown to nobody before it is published."""
    org = _org(ctx, data["org_id"])
    _check_length(data)
    made = Bulletin(org_path=org.path, **_values(data))
    engine.start(ctx, WORKFLOW, made)
    return made


@service(WRITE, action="notify.bulletin.change")
def change_bulletin(ctx: Context, bulletin_id: int, *, version: int | None, **data: Any) -> Bulletin:
    """Change a draft. Raises Conflict once it was published: withdraw it and write a new one."""
    found = ctx.get(Bulletin, bulletin_id)
    ctx.check_version(found, version)
    if found.state != DRAFT:
        raise Conflict(_("已发布的公告不能修改。请撤下后重新起草。"))
    org = _org(ctx, data["org_id"])
    _check_length(data)
    for name, value in _values(data).items():
        setattr(found, name, value)
    found.org_path = org.path
    ctx.audit("notify.bulletin", found.id, found.title, fields=sorted(data))
    return found


def _values(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "objection_to": data.get("objection_to") or "", "mask_names": bool(data.get("mask_names"))}


@service(WRITE, writes=False)
def bulletins_to_manage(ctx: Context, limit: int = 200) -> list[Bulletin]:
    """Bulletins on the boards the actor writes for, drafts first."""
    return list(session().scalars(
        select(Bulletin).order_by(Bulletin.state != DRAFT, Bulletin.starts_on.desc(), Bulletin.id.desc()).limit(limit)))


@service(WRITE, writes=False)
def find_bulletin(ctx: Context, bulletin_id: int) -> Bulletin:
    """A bulletin on a board the actor writes for."""
    return ctx.get(Bulletin, bulletin_id)


def _concerns(ctx: Context) -> ColumnElement[bool]:
    """Boards of the places where the actor holds any role, of everything below and of everything above them."""
    places = sorted({grant.path for grant in ctx.grants})
    if "" in places:
        return Bulletin.id.is_not(None)
    above = sorted({path[:end] for path in places for end in range(len(path) + 1)})
    below = [and_(Bulletin.org_path >= path, Bulletin.org_path < path + _FAR) for path in places]
    return or_(Bulletin.org_path.in_(above), *below) if places else Bulletin.id.is_(None)


@service(None, writes=False)
def board(ctx: Context, limit: int = 50) -> list[Bulletin]:
    """What hangs on the boards that concern the actor today, latest first."""
    return list(session().scalars(_on_board(ctx).order_by(Bulletin.starts_on.desc(), Bulletin.id.desc()).limit(limit)))


@service(None, writes=False)
def find_on_board(ctx: Context, bulletin_id: int) -> Bulletin:
    """A bulletin that hangs on a board that concerns the actor. Raises NotFound."""
    found = session().scalars(_on_board(ctx).where(Bulletin.id == bulletin_id)).one_or_none()
    if found is None:
        raise NotFound("notify_bulletin")
    return found


def _on_board(ctx: Context) -> Any:
    today: dt.date = ctx.today()
    return select(Bulletin).where(Bulletin.state == PUBLISHED, Bulletin.starts_on <= today, Bulletin.ends_on >= today,
                                  _concerns(ctx))


def org_names(bulletins: list[Bulletin]) -> dict[int, str]:
    """Names of the units on whose boards they hang."""
    wanted = {one.org_id for one in bulletins}
    if not wanted:
        return {}
    return dict(session().execute(select(OrgUnit.id, OrgUnit.name).where(OrgUnit.id.in_(wanted))).all())  # type: ignore[arg-type]
