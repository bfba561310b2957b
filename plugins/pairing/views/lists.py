"""Pages of needs and offers, with suggestions."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from core.base.i18n import _
from core.settings.dictionaries import label
from core.web import ctx, done, go, render
from core.web.forms import SchemaForm
from core.work.show import box

from ..queries import matching
from ..queries.choices import home
from ..queries.pages import need_page, offer_page
from ..schemas.lists import NeedForm, ResourceForm
from ..schemas.steps import Claimed
from ..services import lists
from ..words import PAIR_KINDS
from ..workflows import need_flow, resource_flow
from .pages import asked, form_page, ledger_url, pages, sent, setting
from .pairs import by_hand

READ, ORG, UNIT = "pairing.pair.read", "pairing.community.act", "pairing.unit.act"


@pages.get("/needs/<int:record_id>", needs=READ)
def need(record_id: int) -> Any:
    page = need_page(ctx(), record_id)
    open_now = page.need.state in ("open", "asked")
    return render("pairing/need.html", page=page, n=page.need, work=by_hand(box(ctx(), need_flow, page.need)), kinds=PAIR_KINDS,
                  kind=label("pairing.kind", page.need.kind),
                  found=matching.for_need(ctx(), page.need) if open_now and setting("suggests") else [],
                  may_edit=page.need.state == "open" and ctx().may(ORG, page.need.org_path))


@pages.form("/needs/new", needs=ORG)
def new_need() -> Any:
    form = SchemaForm(NeedForm(), values={"org_id": home(ctx(), ORG)})
    if sent(form, lists.publish_need):
        done(_("需求已发布，结对单位可以认领。"))
        if request.form.get("again"):
            return go("pairing.new_need")
        return go("pairing.need", record_id=form.result.id)
    return form_page(form, _("发布需求"), back=ledger_url("needs"), crumb=_("需求清单"), again=True,
                     text=_("写清要做成什么。发布后，与本社区结对的单位都能看到。"))


@pages.form("/needs/<int:record_id>/edit", needs=ORG)
def edit_need(record_id: int) -> Any:
    form = SchemaForm(NeedForm(), need_page(ctx(), record_id).need, hide=("org_id",))
    form.schema.load_fields["org_id"].required = False
    if sent(form, lists.update_need, record_id, versioned=True):
        done(_("已保存。"))
        return go("pairing.need", record_id=record_id)
    return form_page(form, _("修改需求"), back=url_for("pairing.need", record_id=record_id), crumb=_("需求"))


@pages.form("/needs/<int:record_id>/claim/<int:pair_id>", needs=UNIT)
def claim(record_id: int, pair_id: int) -> Any:
    """A unit takes the need on through one of its pairings."""
    page = need_page(ctx(), record_id)
    form = SchemaForm(Claimed(), values={"resource_id": asked("resource_id")})
    if sent(form, lists.claim_need, record_id, pair_id=pair_id):
        done(_("已认领，请在期限内制定方案。"))
        project = need_page(ctx(), record_id).project
        return go("pairing.project", record_id=project.id) if project else go("pairing.need", record_id=record_id)
    return form_page(form, _("认领：%(title)s", title=page.need.title), back=url_for("pairing.need", record_id=record_id),
                     crumb=page.need.title, text=_("提出社区：%(org)s", org=page.org.short_name), save=_("认领"))


@pages.get("/resources/<int:record_id>", needs=READ)
def resource(record_id: int) -> Any:
    page = offer_page(ctx(), record_id)
    return render("pairing/resource.html", page=page, o=page.offer, work=box(ctx(), resource_flow, page.offer),
                  kind=label("pairing.kind", page.offer.kind), may_edit=ctx().may(UNIT, page.offer.org_path))


@pages.form("/resources/new", needs=UNIT)
def new_resource() -> Any:
    form = SchemaForm(ResourceForm())
    if sent(form, lists.offer_resource):
        done(_("资源已发布，结对社区可以看到。"))
        if request.form.get("again"):
            return go("pairing.new_resource")
        return go("pairing.resource", record_id=form.result.id)
    return form_page(form, _("发布资源"), back=ledger_url("resources"), crumb=_("资源清单"), again=True)


@pages.form("/resources/<int:record_id>/edit", needs=UNIT)
def edit_resource(record_id: int) -> Any:
    form = SchemaForm(ResourceForm(), offer_page(ctx(), record_id).offer, hide=("unit_id",))
    form.schema.load_fields["unit_id"].required = False
    if sent(form, lists.update_resource, record_id, versioned=True):
        done(_("已保存。"))
        return go("pairing.resource", record_id=record_id)
    return form_page(form, _("修改资源"), back=url_for("pairing.resource", record_id=record_id), crumb=_("资源"))
