"""Pages of a pairing: proposing, agreement, signing, renewing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from flask import request, url_for

from core.base.i18n import _
from core.contracts.errors import Invalid
from core.files.sending import stored
from core.rules import add_months
from core.web import ctx, done, go, render, warn
from core.web.forms import SchemaForm
from core.work.show import box

from ..models import Pairing
from ..queries.choices import home
from ..queries.pages import pair_page
from ..schemas.pair import Owners, Paper, Proposal, Renewal
from ..services import pairs
from ..services.corrections import may_correct
from ..services.papers import open_paper
from ..sides import ORG_ACT, works_for
from ..words import HAS_RUN, PAIR_KINDS, RATING_TONES, RATINGS, SIDES, VISITS, WORKING
from ..workflows import BY_ITSELF, gift_flow, pairing_flow, project_flow
from .pages import asked, form_page, ledger_url, number_asked, pages, sent, setting

READ, PROPOSE = "pairing.pair.read", "pairing.pair.propose"


def by_hand(work: Any) -> Any:
    """The record's buttons without the steps that follow by themselves."""
    return dataclasses.replace(work, buttons=tuple(b for b in work.buttons if b.step.may != BY_ITSELF))


@pages.get("/pairs/<int:record_id>", needs=READ)
def pair(record_id: int) -> Any:
    page = pair_page(ctx(), record_id)
    return render("pairing/pair.html", page=page, p=page.pair, work=by_hand(box(ctx(), pairing_flow, page.pair)),
        kinds=PAIR_KINDS,
                  flow=project_flow, gifts=gift_flow, visits=VISITS, ratings=RATINGS, tones=RATING_TONES, sides=SIDES,
                  year=ctx().today().year, in_force=page.pair.state in WORKING,
                  has_run=page.pair.signed_on and page.pair.state in HAS_RUN,
                  may_propose=works_for(ctx(), PROPOSE, page.pair),
                  mine={one.id for one in (*page.summaries, *page.reviews) if may_correct(ctx(), one)})


def crumb(pair: Pairing) -> dict[str, str]:
    return {"back": url_for("pairing.pair", record_id=pair.id), "crumb": pair.label}


@pages.form("/pairs/new", needs=PROPOSE)
def new_pair() -> Any:
    today = ctx().today()
    until = add_months(today, 12 * int(setting("term_years"))) - dt.timedelta(days=1)
    form = SchemaForm(Proposal(), values={
        "unit_id": asked("unit_id"), "org_id": asked("org_id") or home(ctx(), ORG_ACT), "starts_on": today.isoformat(),
        "ends_on": until.isoformat(), "document_no": setting("document_prefix")})
    if sent(form, pairs.propose):
        done(_("已发起结对，请双方签署。"))
        return go("pairing.pair", record_id=form.result.id)
    return form_page(form, _("发起结对"), back=ledger_url("pairs"), crumb=_("结对共建一览表"),
        text=_("双方都签署后协议生效，对方会收到待办。"))


@pages.form("/pairs/<int:record_id>/renew", needs=PROPOSE)
def renew(record_id: int) -> Any:
    page = pair_page(ctx(), record_id)
    first = max(page.pair.ends_on + dt.timedelta(days=1), page.pair.starts_on)
    until = add_months(first, 12 * int(setting("term_years"))) - dt.timedelta(days=1)
    form = SchemaForm(Renewal(), values={"starts_on": first.isoformat(), "ends_on": until.isoformat(), "goals": page.pair.goals})
    form.version = page.pair.version
    if sent(form, pairs.propose_renewal, record_id, versioned=True):
        done(_("新一版协议已提出，请双方签署。"))
        return go("pairing.pair", record_id=record_id)
    return form_page(form, _("续签"), **crumb(page.pair),
                     text=_("续签生成新一版协议，双方签署后期限和目标随之更新，原协议保留。"))


@pages.form("/pairs/<int:record_id>/owners", needs=PROPOSE)
def owners(record_id: int) -> Any:
    page = pair_page(ctx(), record_id)
    form = SchemaForm(Owners(), page.pair)
    if sent(form, pairs.name_owners, record_id, versioned=True):
        done(_("已保存。"))
        return go("pairing.pair", record_id=record_id)
    return form_page(form, _("修改责任人"), **crumb(page.pair))


@pages.form("/agreements/<int:record_id>/paper", needs=PROPOSE)
def paper(record_id: int) -> Any:
    """Attach the file: a picture of the signed paper will do."""
    form = SchemaForm(Paper())
    if sent(form, pairs.attach_paper, record_id):
        done(_("协议文件已附上。"))
        return go("pairing.pair", record_id=form.result.pair_id)
    return form_page(form, _("附上协议文件"), back=ledger_url("pairs"), crumb=_("结对共建一览表"))


@pages.get("/agreements/<int:record_id>/file", needs=READ)
def agreement_file(record_id: int) -> Any:
    file, path = open_paper(ctx(), record_id)
    return stored(path, file.name)


@pages.post("/agreements/<int:record_id>/sign-unit", needs="pairing.unit.act")
def sign_unit(record_id: int) -> Any:
    return _sign(pairs.sign_for_unit, record_id)


@pages.post("/agreements/<int:record_id>/sign-community", needs="pairing.community.act")
def sign_community(record_id: int) -> Any:
    return _sign(pairs.sign_for_community, record_id)


def _sign(service: Any, record_id: int) -> Any:
    """Sign today; what speaks against it is said on the page one came from."""
    back_to = number_asked(request.form.get("pair_id"))
    try:
        signed = service(ctx(), record_id, version=number_asked(request.form.get("version")))
    except Invalid as refused:
        warn(" ".join(text for texts in refused.errors.values() for text in texts))
        return go("pairing.pair", record_id=back_to) if back_to else go("pairing.index")
    done(_("双方已签署，协议生效。") if signed.in_force else _("已签署，等待另一方签署。"))
    return go("pairing.pair", record_id=signed.pair_id)
