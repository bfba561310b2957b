"""The page of an organisation, founding and changing one, its posts and terms."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.plugin import ORG_UNIT
from core.web import ctx, done, go
from core.web.forms import SchemaForm

from ..extras.forms import form_schema, typed
from ..models import OrgUnit
from ..queries import units
from ..queries.org_page import org_page
from ..schemas import EditOrg, Election, EndPost, NewOrg, Post
from ..services import orgs, posts, terms
from ..services.reveal import reveal_contact
from .pages import filled, kept, numbers, pages, posted, show, status, trail
from .reorganise import changes_for

READ, MANAGE = "people.org.read", "people.org.manage"


def _page(record_id: int, shown: str | None = None) -> Any:
    page = org_page(ctx(), record_id)
    return show("people/org.html", page=page, shown=shown, trail=trail(page.crumbs[:-1]), changes=changes_for(ctx(), page.unit))


@pages.get("/o/<int:record_id>/", needs=READ)
def org(record_id: int) -> Any:
    return _page(record_id)


@pages.form("/o/new", needs=MANAGE)
def new_org() -> Any:
    given = {"parent_id": request.args["parent_id"]} if request.args.get("parent_id", "").isdigit() else {}
    form = SchemaForm(form_schema(NewOrg, ORG_UNIT), values=given)
    if posted(form) and form.attempt(orgs.create_org, ctx(), **filled(form.data)):
        done(_("已新增组织：%(name)s", name=form.result.short_name))
        if request.form.get("again"):
            return go("people.new_org", parent_id=form.result.parent_id)
        return go("people.org", record_id=form.result.id)
    return show("people/form.html", status(), form=form, title=_("新增组织"), again=True)


@pages.form("/o/<int:record_id>/edit", needs=MANAGE)
def edit_org(record_id: int) -> Any:
    unit = units.get_org(ctx(), record_id)
    form = SchemaForm(form_schema(EditOrg, ORG_UNIT, unit), obj=unit, values=typed(ctx(), unit))
    form["contact_phone"].help = kept(unit.contact_phone_mask)
    if posted(form) and form.attempt(_save, record_id, form):
        done(_("已保存：%(name)s", name=form.result.short_name))
        return go("people.org", record_id=record_id)
    return show("people/form.html", status(), form=form, title=_("修改：%(name)s", name=unit.short_name), unit=unit)


def _save(record_id: int, form: SchemaForm) -> OrgUnit:
    return orgs.update_org(ctx(), record_id, version=form.version, **numbers(form.data, "contact_phone"))


@pages.post("/o/<int:record_id>/contact", needs="people.person.reveal")
def show_contact(record_id: int) -> Any:
    """The full contact phone, once, on the answer to this post."""
    number = reveal_contact(ctx(), record_id, reason=request.form.get("reason", ""))
    return _page(record_id, number)


@pages.form("/o/<int:record_id>/posts/new", needs=MANAGE)
def new_post(record_id: int) -> Any:
    unit = units.get_org(ctx(), record_id)
    form = SchemaForm(Post())
    if posted(form) and form.attempt(posts.appoint, ctx(), org_id=record_id, **filled(form.data)):
        done(_("已登记任职：%(name)s", name=form.result.person_name))
        return go("people.new_post", record_id=record_id) if request.form.get("again") else go("people.org", record_id=record_id)
    return show("people/form.html", status(), form=form, title=_("登记任职：%(name)s", name=unit.short_name), unit=unit,
                  again=True)


@pages.form("/o/<int:record_id>/posts/<int:holding_id>/end", needs=MANAGE)
def end_post(record_id: int, holding_id: int) -> Any:
    unit = units.get_org(ctx(), record_id)
    form = SchemaForm(EndPost(), values={"ends_on": ctx().today().isoformat()})
    if posted(form) and form.attempt(posts.end_post, ctx(), holding_id, ends_on=form.data["ends_on"]):
        done(_("已登记离任：%(name)s", name=form.result.person_name))
        return go("people.org", record_id=record_id)
    return show("people/form.html", status(), form=form, title=_("登记离任：%(name)s", name=unit.short_name), unit=unit)


@pages.post("/o/<int:record_id>/election/begin", needs=MANAGE)
def begin_election(record_id: int) -> Any:
    terms.open_election(ctx(), record_id)
    done(_("已标记为换届中。"))
    return go("people.org", record_id=record_id)


@pages.form("/o/<int:record_id>/election", needs=MANAGE)
def election(record_id: int) -> Any:
    unit = units.get_org(ctx(), record_id)
    form = SchemaForm(Election())
    form.version = unit.version
    if posted(form) and form.attempt(terms.record_election, ctx(), record_id, version=form.version, **form.data):
        done(_("已登记换届，新一届到 %(day)s。", day=form.result.term_end.isoformat()))
        return go("people.org", record_id=record_id)
    return show("people/form.html", status(), form=form, title=_("登记换届：%(name)s", name=unit.short_name), unit=unit)
