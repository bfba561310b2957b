"""The page of a person, registering and changing one, revealing numbers, the printout for the person."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.plugin import PERSON
from core.web import back, ctx, done, go
from core.web.forms import SchemaForm

from ..extras.forms import form_schema, typed
from ..queries import people
from ..queries.person_page import TABS, held_data, person_page
from ..schemas import EditPerson, NewPerson, Reveal
from ..services.persons import create_person, update_person
from ..services.reveal import reveal
from .acts import acts_for
from .pages import filled, kept, numbers, pages, posted, show, status

READ = "people.person.read"


@pages.get("/p/<int:record_id>/", needs=READ)
def person(record_id: int) -> Any:
    """One person: head card, tabs, panels of all modules."""
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    page = person_page(ctx(), record_id, tab)
    return show("people/person.html", page=page, person=page.person, tab=tab,
                acts=acts_for(ctx(), page.person) if tab == "relations" else {}, shown=None,
                reveal_form=SchemaForm(Reveal()) if ctx().may("people.person.reveal") else None)


@pages.form("/p/new", needs="people.person.create")
def new_person() -> Any:
    given = {"org_id": request.args["org_id"]} if request.args.get("org_id", "").isdigit() else {}
    form = SchemaForm(form_schema(NewPerson, PERSON), values=given)
    if posted(form) and form.attempt(create_person, ctx(), **filled(form.data)):
        done(_("已登记：%(name)s", name=form.result.name))
        if request.form.get("again"):
            return go("people.new_person", org_id=form.result.org_id)
        return go("people.person", record_id=form.result.id)
    return show("people/form.html", status(), form=form, title=_("新增人员"), again=True)


@pages.form("/p/<int:record_id>/edit", needs="people.person.update")
def edit_person(record_id: int) -> Any:
    who = people.get_person(ctx(), record_id)
    form = SchemaForm(form_schema(EditPerson, PERSON, who), obj=who, values=typed(ctx(), who))
    form["phone"].help = kept(who.phone_mask)
    form["id_no"].help = kept(who.id_mask)
    if posted(form) and form.attempt(_save, record_id, form):
        done(_("已保存：%(name)s", name=form.result.name))
        return back("people.person", record_id=record_id)
    return show("people/form.html", status(), form=form, title=_("修改：%(name)s", name=who.name), person=who)


def _save(record_id: int, form: SchemaForm) -> Any:
    return update_person(ctx(), record_id, version=form.version, **numbers(form.data, "phone", "id_no"))


@pages.post("/p/<int:record_id>/reveal", needs="people.person.reveal")
def show_number(record_id: int) -> Any:
    """The full number, once, on the answer to this post: it is in no address and no history."""
    form, shown = SchemaForm(Reveal()), None
    if form.submit(request.form) and form.attempt(
            reveal, ctx(), record_id, field=form.data["field"], reason=form.data["reason"]):
        shown = (form["field"].shown(), form.data["field"], form.result)
    page = person_page(ctx(), record_id)
    return show("people/person.html", 200 if shown else 422, page=page, person=page.person, tab=TABS[0],
                acts={}, shown=shown, reveal_form=form)


@pages.get("/p/<int:record_id>/held", needs=READ)
def held(record_id: int) -> Any:
    """“我们掌握的您的信息”: one page to hand to the person (PIPL Art. 45)."""
    who, sections = held_data(ctx(), record_id)
    return show("people/held.html", person=who, sections=sections)
