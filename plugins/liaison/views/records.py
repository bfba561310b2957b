"""Pages of records: the list of whom to call, the record, registering, contacts, reviews, searches."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.contracts.errors import Invalid
from core.indicators.engine import measure, offered
from core.ledgers.selection import selected_ids
from core.web import ctx, done, go, render
from core.web.forms import SchemaForm
from core.work.show import box

from ..models import MobileRecord
from ..queries.records import calls_due, names_of, record_page
from ..schemas.contact import Contact, ContactOfMany, Review, Search
from ..schemas.record import Inflow, Outflow, Stay
from ..services import contacts, records
from ..words import ENDED, UNDER_CARE
from ..workflows import mobile_record
from .pages import number_asked, pages, setting

READ, REGISTER, CONTACT = "liaison.record.read", "liaison.record.register", "liaison.contact.write"
CHOSEN_FROM = ("liaison.outflow", "liaison.inflow")
NOT_OF_INFLOW = ("region", "abroad", "transferable", "why_not_transferred", "graduate", "graduated_on")


@pages.get("/", needs=READ)
def index() -> Any:
    """Whom to call, and the figures."""
    tiles = measure(ctx(), [i for i in offered(ctx()) if i.name.startswith("liaison.")])
    return render("liaison/index.html", calls=calls_due(ctx()), tiles=list(tiles.values()), today=ctx().today())


@pages.get("/records/<int:record_id>", needs=READ)
def record(record_id: int) -> Any:
    page = record_page(ctx(), record_id)
    return render("liaison/record.html", page=page, r=page.record, work=box(ctx(), mobile_record, page.record),
                  ended=page.record.state in ENDED, searched=page.record.state in ("contact_overdue", "lost_contact"),
                  either=lambda permission: any(ctx().may(permission, path) for path in sides(page.record)),
                  cared=page.record.state in UNDER_CARE, today=ctx().today(), cards=setting("asks_activity_card"))


def sides(record: MobileRecord) -> list[str]:
    """The places of a record: who holds a right at one of them may use it on the record."""
    return [path for path in (record.org_path, record.receiving_path) if path is not None]


def hidden_fields(*names: str) -> tuple[str, ...]:
    return names if setting("asks_activity_card") else (*names, "activity_card_no")


@pages.form("/records/outflow", needs=REGISTER)
def new_outflow() -> Any:
    form = SchemaForm(Outflow(), values={"person_id": number_asked(request.args.get("person_id"))}, hide=hidden_fields())
    if request.method == "POST" and form.submit(request.form) and form.attempt(records.register_outflow, ctx(), **form.data):
        done(_("已登记 %(name)s 流出：%(state)s。", name=form.result.person_name,
               state=mobile_record.state(form.result.state).label))
        return go("liaison.record", record_id=form.result.id)
    return render("liaison/form.html", 422 if form.errors else 200, form=form, title=_("登记流出党员"), again=False,
                  back="liaison.outflow", text=_("登记一次，流出、流入两边的台账都由这条记录生成。"))


@pages.form("/records/inflow", needs=REGISTER)
def new_inflow() -> Any:
    form = SchemaForm(Inflow(), hide=hidden_fields())
    if request.method == "POST" and form.submit(request.form) and form.attempt(records.register_inflow, ctx(), **form.data):
        done(_("已登记 %(name)s 流入，请在期限内完成首次联系。", name=form.result.person_name))
        return go("liaison.record", record_id=form.result.id)
    return render("liaison/form.html", 422 if form.errors else 200, form=form, title=_("登记流入党员"), back="liaison.inflow",
                  text=_("用于组织关系在本单位以外的党员；本单位范围内的，请由所在党支部登记流出并通知。"))


@pages.form("/records/<int:record_id>/edit", needs=REGISTER)
def edit_record(record_id: int) -> Any:
    found = record_page(ctx(), record_id).record
    form = SchemaForm(Stay(), found, hide=hidden_fields(*(NOT_OF_INFLOW if found.direction == "inflow" else ())))
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            records.update_record, ctx(), record_id, version=form.version, **form.data):
        done(_("已保存。"))
        return go("liaison.record", record_id=record_id)
    return render("liaison/form.html", 422 if form.errors else 200, form=form, title=_("修改登记"), record=found)


@pages.form("/records/<int:record_id>/contact", needs=CONTACT)
def contact(record_id: int) -> Any:
    """Three taps on a phone: reached or not, by which means, what was asked for."""
    page = record_page(ctx(), record_id)
    form = SchemaForm(Contact(), values={"outcome": "reached", "means": "phone", "happened_on": ctx().today().isoformat()})
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            contacts.log_contact, ctx(), record_id, **form.data):
        done(_("已登记与 %(name)s 的联系。", name=page.record.person_name))
        return go("liaison.record", record_id=record_id)
    return render("liaison/contact.html", 422 if form.errors else 200, form=form, page=page, r=page.record)


@pages.form("/contacts", needs=CONTACT)
def contact_many() -> Any:
    """Several members at once: chosen in a ledger (some of them, or all that match its filter), or here."""
    chosen, missed = _chosen_in_ledger()
    start = {"record_ids": chosen, "means": "phone", "happened_on": ctx().today().isoformat()}
    form = SchemaForm(ContactOfMany(), values=start)
    sent = request.method == "POST" and "ledger" not in request.form
    if sent and form.submit(request.form) and form.attempt(contacts.log_contacts, ctx(), **form.data):
        done(_("已登记 %(n)s 人的联系。", n=form.result))
        return go("liaison.index")
    if missed:
        form.refuse({"record_ids": [missed]})
    names = names_of(ctx(), chosen) if ctx().may(READ) else {}
    return render("liaison/form.html", 422 if form.errors else 200, form=form, title=_("登记多人联系"), back="liaison.outflow",
                  text=_("适合一轮电话后统一登记结果。每个人反映的需求请分别登记。"), names=names)


def _chosen_in_ledger() -> tuple[list[int], str]:
    """(ids the list's bulk form stands for, why there are none or too many)."""
    if request.form.get("ledger") not in CHOSEN_FROM:
        return [], ""
    try:
        found = selected_ids(ctx(), request.form["ledger"], request.form, CONTACT)
    except Invalid as refused:
        return [], " ".join(text for said in refused.errors.values() for text in said)
    most = contacts.MOST_AT_ONCE
    if len(found) > most:
        return [], _("选了 %(n)s 人，一次最多登记 %(m)s 人，请在台账里缩小筛选范围。", n=len(found), m=most)
    return found, ""


@pages.form("/records/<int:record_id>/review", needs="liaison.review.write")
def review(record_id: int) -> Any:
    found = record_page(ctx(), record_id).record
    form = SchemaForm(Review(), values={"year": ctx().today().year, "on": ctx().today().isoformat()})
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            contacts.write_review, ctx(), record_id, **form.data):
        done(_("评议意见已登记。"))
        return go("liaison.record", record_id=record_id)
    return render("liaison/form.html", 422 if form.errors else 200, form=form, title=_("登记年度评议意见"), record=found)


@pages.form("/records/<int:record_id>/search", needs="liaison.search.propose")
def search(record_id: int) -> Any:
    found = record_page(ctx(), record_id).record
    form = SchemaForm(Search())
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            contacts.log_search, ctx(), record_id, **form.data):
        done(_("查找情况已登记，满规定时间后由组织部门确认。"))
        return go("liaison.record", record_id=record_id)
    return render("liaison/form.html", 422 if form.errors else 200, form=form, title=_("登记查找情况"), record=found,
                  text=_("写清查找的方式、日期和依据。是否认定失联、如何处理，由党组织按程序决定。"))
