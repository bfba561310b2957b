"""Stating what was given; the other side confirms it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.i18n import _
from core.contracts.errors import Forbidden, Invalid
from core.service import Context, service
from core.work import engine

from ..facts import Errors, check_texts, clean, not_future
from ..models import Contribution, JointProject
from ..sides import UNIT_ACT, pair_in_sight, side_of
from ..words import ORG_SIDE, UNIT_SIDE
from ..workflows import gift_flow

STATE = "pairing.gift.state"


@service(STATE)
def state_gift(ctx: Context, project_id: int, *, pair_id: int, kind: str, what: str, on: dt.date, amount_fen: int | None = None,
               quantity: int | None = None, source: str | None = None, receipt_no: str | None = None) -> Contribution:
    """State a contribution to a project for one's own side. Raises Invalid with a sentence per field.

    The unit states what it gave to a project it leads; the community what any unit paired with it gave.
    """
    project, pair = ctx.get(JointProject, project_id), pair_in_sight(ctx, pair_id)
    side = side_of(ctx, pair, STATE)
    if pair.org_id != project.org_id or (side == UNIT_SIDE and pair.id != project.pair_id):
        raise Invalid({"pair_id": [_("请选择与这个社区结对的单位。")]})
    if project.state == "cancelled" or pair.signed_on is None:
        raise Invalid({"pair_id": [_("项目已取消或协议未生效，不能登记投入。")]})
    errors = _wrong(kind, amount_fen, quantity, source, receipt_no)
    check_texts({"what": what, "source": source}, ("what", "source"), errors)
    not_future(ctx, on, "on", errors)
    if pair.starts_on > on:
        errors.setdefault("on", [_("日期早于协议起始日 %(day)s，请核对。", day=pair.starts_on.isoformat())])
    if pair.ended_on and on > pair.ended_on:
        errors.setdefault("on", [_("结对已于 %(day)s 结束，此后的投入不在这里登记。", day=pair.ended_on.isoformat())])
    clean(errors)
    gift = Contribution(
        project_id=project.id, pair_id=pair.id, org_id=pair.org_id, org_path=pair.org_path, unit_id=pair.unit_id,
        unit_path=pair.unit_path, kind=kind, what=what.strip(), amount_fen=amount_fen, quantity=quantity, on=on,
        source=(source or "").strip(), receipt_no=(receipt_no or "").strip(), stated_by=ctx.actor.label[:80],
        stater_id=ctx.actor.id, unit_confirmed_on=ctx.today() if side == UNIT_SIDE else None,
        org_confirmed_on=ctx.today() if side == ORG_SIDE else None)
    engine.start(ctx, gift_flow, gift, state=f"{side}_stated", happened_on=on)
    return gift


def _wrong(kind: str, amount_fen: int | None, quantity: int | None, source: str | None,
           receipt_no: str | None) -> Errors:
    errors: Errors = {}
    if kind == "cash":
        for name, value, text in (("amount_fen", amount_fen, _("资金请填写金额。")), ("source", source, _("资金请写明来源。")),
                                  ("receipt_no", receipt_no, _("资金请填写收据或票据号。"))):
            if not value:
                errors[name] = [text]
    elif not quantity:
        errors["quantity"] = [_("请填写数量：物资写件数，劳务、专业服务写小时，场地写次数。")]
    return errors


def may_state(ctx: Context, project: Any) -> bool:
    """Whether the reader may state contributions to a project, for the page."""
    try:
        side_of(ctx, project, STATE)
    except Forbidden:
        return False
    return ctx.may(STATE) and (ctx.may(STATE, project.org_path) or ctx.may(UNIT_ACT, project.unit_path))
