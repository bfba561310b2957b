"""Pages of projects, contributions and spending."""

from __future__ import annotations

from typing import Any

from flask import url_for

from core.base.i18n import _
from core.settings.dictionaries import label
from core.web import ctx, done, go, render
from core.web.forms import SchemaForm
from core.work.show import box

from ..models import Pairing
from ..queries.pages import gift_page, my_pairs, offer_page, project_page
from ..schemas.gift import GiftForm
from ..schemas.lists import ProjectForm, SpendingForm
from ..services import gifts, lists
from ..words import GIFTS, MEASURES, RATING_TONES, RATINGS
from ..workflows import gift_flow, project_flow
from .pages import asked, form_page, ledger_url, pages, sent, with_choices

READ, STATE = "pairing.pair.read", "pairing.gift.state"


@pages.get("/projects/<int:record_id>", needs=READ)
def project(record_id: int) -> Any:
    page = project_page(ctx(), record_id)
    one = page.project
    return render("pairing/project.html", page=page, p=one, work=box(ctx(), project_flow, one),
        kind=label("pairing.kind", one.kind),
                  gifts=GIFTS, measures=MEASURES, flow=gift_flow, ratings=RATINGS, tones=RATING_TONES, today=ctx().today(),
                  may_give=one.state != "cancelled" and gifts.may_state(ctx(), one),
                  may_spend=page.raised > page.spent and ctx().may(STATE, one.org_path))


@pages.form("/projects/new", needs=READ)
def new_project() -> Any:
    """Agreed between both without a published need; from an offer, the unit must agree first."""
    offer = offer_page(ctx(), resource_id) if (resource_id := asked("resource_id")) else None
    values = {"pair_id": offer.mine[0].id if offer and offer.mine else asked("pair_id"),
              "title": offer.offer.title if offer else None, "kind": offer.offer.kind if offer else None}
    form = SchemaForm(ProjectForm(), values=values)
    if sent(form, lists.start_project, resource_id=resource_id):
        done(_("项目已建立，等待单位确认。") if form.result.state == "requested" else _("项目已建立，请制定方案。"))
        return go("pairing.project", record_id=form.result.id)
    return form_page(form, _("新建项目"), back=ledger_url("projects"), crumb=_("共建项目清单"),
                     text=_("用于双方商定、没有另发需求的事项。已发布的需求请在需求页上认领。"))


@pages.form("/projects/<int:record_id>/gift", needs=STATE)
def new_gift(record_id: int) -> Any:
    page = project_page(ctx(), record_id)
    one = page.project
    givers = {p.id: p.unit_name for p in my_pairs(ctx(), Pairing.org_id == one.org_id) if ctx().may(STATE, p.org_path)}
    givers[one.pair_id] = page.pair.unit_name               # whatever became of the pairing: its project outlives it
    form = SchemaForm(with_choices(GiftForm(), {"pair_id": list(givers.items())}),
        values={"pair_id": one.pair_id, "on": ctx().today().isoformat()})
    if sent(form, gifts.state_gift, record_id):
        done(_("已登记，请另一方确认。"))
        return go("pairing.project", record_id=record_id)
    return form_page(form, _("登记投入"), back=url_for("pairing.project", record_id=record_id), crumb=one.title,
                     text=_("资金须写明来源和票据号。另一方确认后才计入。"))


@pages.form("/projects/<int:record_id>/spending", needs=STATE)
def new_spending(record_id: int) -> Any:
    page = project_page(ctx(), record_id)
    left = (page.raised - page.spent) / 100
    form = SchemaForm(SpendingForm(), values={"on": ctx().today().isoformat()})
    if sent(form, lists.record_spending, record_id):
        done(_("支出已登记。"))
        return go("pairing.project", record_id=record_id)
    return form_page(form, _("登记支出"), back=url_for("pairing.project", record_id=record_id), crumb=page.project.title,
                     text=_("两方确认到账、尚未使用：%(left)s 元。", left=f"{left:,.2f}"))


@pages.get("/gifts/<int:record_id>", needs=READ)
def gift(record_id: int) -> Any:
    one, pair, title, seen = gift_page(ctx(), record_id)
    return render("pairing/gift.html", g=one, p=pair, title=title, seen=seen, work=box(ctx(), gift_flow, one), gifts=GIFTS,
                  measures=MEASURES)
