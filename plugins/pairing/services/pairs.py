"""Pairing two sides: proposing, signing, renewing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select, update

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Invalid
from core.people.models import OrgUnit
from core.service import Context, service
from core.work import engine

from ..facts import (
    Errors,
    check_goals,
    check_meeting_place,
    check_new_term,
    check_overlap,
    check_texts,
    clean,
    not_future,
    open_key,
)
from ..models import PairAgreement, Pairing
from ..sides import ORG_ACT, UNIT_ACT, follow, require_either, require_side, unit_named, works_for
from ..words import IN_FORCE, ORG_SIDE, UNIT_SIDE
from ..workflows import pairing_flow
from .papers import attach

PROPOSE = "pairing.pair.propose"


@service(PROPOSE)
def propose(
    ctx: Context,
    *,
    kind: str,
    unit_id: int,
    org_id: int,
    starts_on: dt.date,
    ends_on: dt.date,
    goals: str,
    document_no: str | None = None,
    unit_owner: str | None = None,
    org_owner: str | None = None,
    paper: Any = None,
) -> Pairing:
    """Propose a pairing with the first version of its agreement. Either side may. Raises Invalid with a sentence per field."""
    unit = unit_named(ctx, unit_id)
    if unit is None or unit.left_on:
        raise Invalid({"unit_id": [_("请选择一个共建单位。")]})
    org = session().get(OrgUnit, (ctx.tenant.id, org_id))
    errors: Errors = {}
    check_meeting_place(org, unit, errors)
    check_new_term(ctx, starts_on, ends_on, errors)
    check_goals(goals, "goals", errors)
    check_texts({"goals": goals}, ("goals",), errors)
    clean(errors)
    assert org is not None
    pair = Pairing(kind=kind, unit_id=unit.id, unit_path=unit.org_path, unit_name=unit.name, org_id=org.id, org_path=org.path,
                   org_name=org.short_name, starts_on=starts_on, ends_on=ends_on, goals=goals.strip(),
                   unit_owner=unit_owner or "", org_owner=org_owner or "")
    if not works_for(ctx, PROPOSE, pair):
        raise Invalid({"unit_id": [_("您不在其中任何一方，不能代双方发起结对。")]})
    check_overlap(pair, starts_on, ends_on, errors)
    clean(errors)
    pair.open_key = open_key(pair)
    with beyond_subtree("pairing: the other side may lie elsewhere"):
        if session().scalars(select(Pairing.id).where(Pairing.open_key == pair.open_key)).first():
            raise Invalid({"kind": [_("双方已有一个同类结对没有结束，请办理续签。")]})
    engine.start(ctx, pairing_flow, pair)
    _add_version(ctx, pair, starts_on, ends_on, goals, document_no, paper)
    return pair


def _add_version(ctx: Context, pair: Pairing, starts_on: dt.date, ends_on: dt.date, goals: str, document_no: str | None,
                 paper: Any) -> PairAgreement:
    number = len(versions(pair)) + 1
    agreement = PairAgreement(pair_id=pair.id, number=number, org_id=pair.org_id, org_path=pair.org_path, unit_id=pair.unit_id,
                          unit_path=pair.unit_path, starts_on=starts_on, ends_on=ends_on, goals=goals.strip(),
                          document_no=document_no or "", proposed_on=ctx.today())
    if paper is not None:
        attach(ctx, agreement, paper)
    session().add(agreement)
    session().flush()
    ctx.audit(pairing_flow.name, pair.id, pair.label, agreement=number, until=ends_on.isoformat())
    return agreement


def versions(pair: Pairing) -> list[PairAgreement]:
    """All versions, newest first."""
    return list(
        session().scalars(select(PairAgreement).where(PairAgreement.pair_id == pair.id).order_by(PairAgreement.number.desc())))


@service(PROPOSE)
def propose_renewal(ctx: Context, pair_id: int, *, starts_on: dt.date, ends_on: dt.date, goals: str,
                    document_no: str | None = None, paper: Any = None, version: int | None = None) -> PairAgreement:
    """A new version of the agreement, to be signed by both; an unsigned one before it is dropped."""
    pair = ctx.get(Pairing, pair_id)
    require_either(ctx, PROPOSE, pair)
    ctx.check_version(pair, version)
    if pair.state not in IN_FORCE:
        raise Conflict(_("这一结对还没有签约或已经结束，不能续签。"))
    errors: Errors = {}
    check_new_term(ctx, starts_on, ends_on, errors)
    check_goals(goals, "goals", errors)
    check_texts({"goals": goals}, ("goals",), errors)
    if starts_on < pair.starts_on:
        errors["starts_on"] = [_("续签的起始日期不能早于原协议 %(day)s。", day=pair.starts_on.isoformat())]
    if not errors:
        check_overlap(pair, starts_on, ends_on, errors)
    clean(errors)
    session().execute(update(PairAgreement).where(PairAgreement.pair_id == pair.id, PairAgreement.dropped_on.is_(None),
                                              PairAgreement.unit_signed_on.is_(None) | PairAgreement.org_signed_on.is_(None))
                      .values(dropped_on=ctx.today()).execution_options(synchronize_session="fetch"))
    return _add_version(ctx, pair, starts_on, ends_on, goals, document_no, paper)


@service(PROPOSE)
def attach_paper(ctx: Context, agreement_id: int, *, paper: Any, version: int | None = None) -> PairAgreement:
    """Attach the agreement as a file; once a side has signed, the file stands. Raises Conflict then.

    An agreement that came from a sheet was signed on paper: its scan is added later, once.
    """
    agreement = ctx.get(PairAgreement, agreement_id)
    require_either(ctx, PROPOSE, agreement)
    ctx.check_version(agreement, version)
    if not agreement.takes_paper:
        raise Conflict(_("已有一方签署，协议文件不能再换。需要修改的，请办理续签。"))
    attach(ctx, agreement, paper)
    session().flush()
    ctx.audit("pairing_agreement", agreement.id, agreement.file_name)
    return agreement


@service(UNIT_ACT, action="pairing.agreement.sign")
def sign_for_unit(ctx: Context, agreement_id: int, *, happened_on: dt.date | None = None,
                  version: int | None = None) -> PairAgreement:
    """Sign for the unit; the second of the two signatures makes the version valid."""
    agreement = ctx.get(PairAgreement, agreement_id)
    require_side(ctx, UNIT_ACT, agreement.unit_path)
    day = _signable(ctx, agreement, happened_on, agreement.unit_signed_on, agreement.org_signer_id, version)
    agreement.unit_signed_on, agreement.unit_signed_by, agreement.unit_signer_id = day, ctx.actor.label[:80], ctx.actor.id
    return _signed(ctx, agreement, UNIT_SIDE)


@service(ORG_ACT, action="pairing.agreement.sign")
def sign_for_community(ctx: Context, agreement_id: int, *, happened_on: dt.date | None = None,
                       version: int | None = None) -> PairAgreement:
    """Sign for the community; see `sign_for_unit`."""
    agreement = ctx.get(PairAgreement, agreement_id)
    require_side(ctx, ORG_ACT, agreement.org_path)
    day = _signable(ctx, agreement, happened_on, agreement.org_signed_on, agreement.unit_signer_id, version)
    agreement.org_signed_on, agreement.org_signed_by, agreement.org_signer_id = day, ctx.actor.label[:80], ctx.actor.id
    return _signed(ctx, agreement, ORG_SIDE)


def _signable(ctx: Context, agreement: PairAgreement, day: dt.date | None, already: dt.date | None, other: int | None,
              version: int | None) -> dt.date:
    """The day of signing. Raises Invalid or Conflict for what speaks against it."""
    ctx.check_version(agreement, version)
    pair = ctx.get(Pairing, agreement.pair_id)
    if already or agreement.dropped_on or pair.state in ("ended", "declined"):
        raise Conflict(_("这一版协议已签署或已作废，请刷新页面。"))
    errors: Errors = {}
    on = day or ctx.today()
    not_future(ctx, on, "happened_on", errors)
    if not agreement.file_id:
        errors["paper"] = [_("请先附上协议文件，再签署。")]
    if other is not None and other == ctx.actor.id:
        errors["happened_on"] = [_("您已代另一方签署，同一账号不能代表双方。")]
    clean(errors)
    return on


def _signed(ctx: Context, agreement: PairAgreement, side: str) -> PairAgreement:
    pair = ctx.get(Pairing, agreement.pair_id)
    session().flush()
    ctx.audit(pairing_flow.name, pair.id, pair.label, signed=side, agreement=agreement.number)
    if agreement.in_force:
        _take_effect(ctx, pair, agreement)
    return agreement


def _take_effect(ctx: Context, pair: Pairing, agreement: PairAgreement) -> None:
    """Both have signed: the pairing follows the version."""
    on = max(day for day in (agreement.unit_signed_on, agreement.org_signed_on) if day)
    pair.agreement_no, pair.signed_on, pair.ends_on, pair.goals = agreement.number, on, agreement.ends_on, agreement.goals
    pair.last_event_on = max(on, pair.last_event_on or on)
    if pair.state == "proposed":
        pair.starts_on = agreement.starts_on
        follow(ctx, pairing_flow.name, pair, "agree", on)
        if pair.starts_on <= ctx.today():
            follow(ctx, pairing_flow.name, pair, "begin", max(on, pair.starts_on))
    elif pair.state in ("expired", "dormant"):
        follow(ctx, pairing_flow.name, pair, "renew", on)
    session().flush()


@service(PROPOSE, action="pairing.pair.owners")
def name_owners(ctx: Context, pair_id: int, *, unit_owner: str | None = None, org_owner: str | None = None,
                version: int | None = None) -> Pairing:
    """Say who answers for the pairing on either side."""
    pair = ctx.get(Pairing, pair_id)
    require_either(ctx, PROPOSE, pair)
    ctx.check_version(pair, version)
    pair.unit_owner, pair.org_owner = unit_owner or "", org_owner or ""
    session().flush()
    ctx.audit(pairing_flow.name, pair.id, pair.label, owners=True)
    return pair
