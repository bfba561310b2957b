"""Taking in a sheet of pairings that were signed on paper before; a batch can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict
from core.people.models import OrgUnit
from core.people.names import Named, UnitNames
from core.service import Context
from core.work import engine

from .facts import Errors, check_goals, check_meeting_place, check_overlap, check_term, check_texts, open_key
from .models import JointProject, NeedItem, PairAgreement, Pairing, PairReview, PairVisit, PartnerUnit, QuarterSummary
from .sides import conclude
from .words import IN_FORCE
from .workflows import pairing_flow

Row = dict[str, Any]
TAKE = "pairing.unit.manage"         # not the sides themselves: nobody else confirms what a sheet says was signed
KIND = "pairing.pairing"
KEPT = ("goals", "unit_owner", "org_owner")


@dataclass(frozen=True)
class Known:
    """What rows of one chunk share: names of organisations, and the units they name that take part."""

    names: UnitNames
    units: dict[str, list[PartnerUnit]]


def prepare(ctx: Context, rows: list[Row]) -> Known:
    """Read organisations and units, each once for the chunk."""
    known = Known(UnitNames.shared(), {})
    with beyond_subtree("pairing: names of units are known to those who pair"):
        for unit in session().scalars(select(PartnerUnit).where(PartnerUnit.name.in_({row["unit"] for row in rows}),
                                                                PartnerUnit.left_on.is_(None))):
            known.units.setdefault(unit.name, []).append(unit)
    return known


def check(ctx: Context, row: Row, known: Known) -> Errors:
    """Sentences per field, against the units, the tree and the pairings there are."""
    errors: Errors = {}
    unit, place = _unit(row, known, errors), _place(row, known.names, errors)
    if row["signed_on"] > ctx.today():
        errors["signed_on"] = [_("日期不能晚于今天。")]
    if row.get("last_event_on") and not row["signed_on"] <= row["last_event_on"] <= ctx.today():
        errors["last_event_on"] = [_("日期应在签约日期与今天之间。")]
    check_goals(row.get("goals"), "goals", errors)
    check_texts(row, ("goals",), errors)
    check_term(row["signed_on"], row["ends_on"], errors)
    if errors or unit is None or place is None:
        return errors
    org = session().get(OrgUnit, (ctx.tenant.id, place.id))
    check_meeting_place(org, unit, errors)
    if not (ctx.may(TAKE, unit.org_path) and ctx.may(TAKE, place.path)):
        errors["unit"] = [_("双方须都在您负责的范围内，才能导入这一结对。")]
    if not errors and _same(row, unit, place) is None:
        _check_beside(ctx, row, _new(row, unit, place), errors)
    return errors


def _check_beside(ctx: Context, row: Row, pair: Pairing, errors: Errors) -> None:
    """Against the pairings of the kind that both have already: no overlap, and only one that is open."""
    check_overlap(pair, row["signed_on"], row["ends_on"], errors)
    if "starts_on" in errors:
        errors["signed_on"] = errors.pop("starts_on")
        return
    other = _open_one(pair)
    if other is not None and not _is_past(ctx, pair, other) and not (other.ends_on < pair.starts_on and other.state in IN_FORCE):
        errors["kind"] = [_("双方已有一个同类结对没有结束，请办理续签。")]


def _open_one(pair: Pairing) -> Pairing | None:
    """The open pairing of that kind between the two."""
    with beyond_subtree("pairing: both sides lie in the actor's part, their pairing too"), session().no_autoflush:
        return session().scalars(select(Pairing).where(Pairing.open_key == open_key(pair))).one_or_none()


def _is_past(ctx: Context, pair: Pairing, other: Pairing) -> bool:
    """Whether a row tells of a term before the one that is open."""
    return pair.ends_on < ctx.today() and pair.ends_on < other.starts_on


def write(ctx: Context, row: Row, known: Known) -> tuple[str, int, str, Row | None]:
    """Enter one pairing as it is today, or complete the one there is."""
    unit, place = _unit(row, known, {}), _place(row, known.names, {})
    assert unit is not None and place is not None, row
    same = _same(row, unit, place)
    if same is not None:
        return _complete(ctx, same, row)
    pair = _new(row, unit, place)
    pair.signed_on, pair.agreement_no = row["signed_on"], 1
    pair.last_event_on = row.get("last_event_on") or row["signed_on"]
    kept = _enter(ctx, pair)
    signed = {"unit_signed_on": row["signed_on"], "org_signed_on": row["signed_on"], "unit_signed_by": _("纸质协议"),
              "org_signed_by": _("纸质协议")}
    session().add(PairAgreement(pair_id=pair.id, number=1, org_id=pair.org_id, org_path=pair.org_path, unit_id=pair.unit_id,
                            unit_path=pair.unit_path, starts_on=pair.starts_on, ends_on=pair.ends_on, goals=pair.goals,
                            document_no=row.get("document_no") or "", proposed_on=row["signed_on"], **signed))
    session().flush()
    return KIND, pair.id, "created", {"version": pair.version, **kept}


def _enter(ctx: Context, pair: Pairing) -> Row:
    """Enter a pairing in the state its dates give it. The one before it ends, for one of a kind is open at a time."""
    other, state, kept = _open_one(pair), "active", {}
    if other is not None and _is_past(ctx, pair, other):
        state, pair.ended_on = "ended", pair.ends_on
    else:
        if other is not None:
            kept = {"followed": other.id}
            engine.advance(conclude(ctx), pairing_flow, other, "end", reason=_("由新一期协议接续"), accept=True)
        state, pair.open_key = "expired" if pair.ends_on < ctx.today() else "active", open_key(pair)
    engine.start(ctx, pairing_flow, pair, state=state, reason=_("已有结对导入"), happened_on=pair.starts_on)
    return kept


def undo(ctx: Context, pair_id: int, kept: Row) -> None:
    """Take one row back. Raises Conflict when the pairing was changed or worked on since."""
    pair = ctx.get(Pairing, pair_id)
    if pair.version != kept["version"] or "followed" in kept or ("before" not in kept and _used(pair)):
        raise Conflict(_("“%(name)s”在导入之后又被修改过，没有撤销。", name=pair.label))
    if "before" in kept:
        for name, value in kept["before"].items():
            setattr(pair, name, value)
        session().flush()
        return
    session().execute(delete(PairAgreement).where(PairAgreement.pair_id == pair.id))
    session().delete(pair)
    session().flush()


def _used(pair: Pairing) -> bool:
    """Whether anything came to a pairing beside the one agreement of its sheet: records, another version, a scan, a signature."""
    for model in (JointProject, PairVisit, NeedItem, QuarterSummary, PairReview):
        if session().scalars(select(model.id).where(model.pair_id == pair.id)).first():
            return True
    papers = session().scalars(select(PairAgreement).where(PairAgreement.pair_id == pair.id)).all()
    return len(papers) > 1 or any(one.file_id or one.unit_signer_id or one.org_signer_id for one in papers)


def _complete(ctx: Context, pair: Pairing, row: Row) -> tuple[str, int, str, Row | None]:
    given = {name: row[name] for name in KEPT if row.get(name) and row[name] != getattr(pair, name)}
    if not given:
        return KIND, pair.id, "unchanged", None
    before = {name: getattr(pair, name) for name in given}
    for name, value in given.items():
        setattr(pair, name, value)
    session().flush()
    ctx.audit(pairing_flow.name, pair.id, pair.label, fields=sorted(given))
    return KIND, pair.id, "updated", {"version": pair.version, "before": before}


def _new(row: Row, unit: PartnerUnit, place: Named) -> Pairing:
    return Pairing(kind=row["kind"], unit_id=unit.id, unit_path=unit.org_path, unit_name=unit.name, org_id=place.id,
                   org_path=place.path, org_name=place.short_name, starts_on=row["signed_on"], ends_on=row["ends_on"],
                   **{name: row.get(name) or "" for name in KEPT})


def _same(row: Row, unit: PartnerUnit, place: Named) -> Pairing | None:
    """The pairing of that kind between the two that began on that day."""
    return session().scalars(select(Pairing).where(
        Pairing.kind == row["kind"], Pairing.unit_id == unit.id, Pairing.org_id == place.id,
        Pairing.starts_on == row["signed_on"])).one_or_none()


def _unit(row: Row, known: Known, errors: Errors) -> PartnerUnit | None:
    found = known.units.get(row["unit"], [])
    if len(found) != 1:
        errors["unit"] = [_("共建单位名册里没有“%(name)s”，请先登记或导入单位。", name=row["unit"][:30])]
        return None
    return found[0]


def _place(row: Row, names: UnitNames, errors: Errors) -> Named | None:
    place, why = names.find(row["org"])
    if place is None:
        errors["org"] = [why]
    return place
