"""Pages of stations and services."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.web import ctx, done, go, render
from core.web.forms import SchemaForm

from ..queries.stations import serving_choices, station_page
from ..schemas.station import ServiceForm, StationClosed, StationForm
from ..services import stations
from .pages import number_asked, pages, setting

READ, MANAGE, SERVE = "liaison.station.read", "liaison.station.manage", "liaison.service.write"


@pages.get("/stations/<int:station_id>", needs=READ)
def station(station_id: int) -> Any:
    page = station_page(ctx(), station_id)
    kinds = ServiceForm().fields["kind"].options()
    return render("liaison/station.html", page=page, s=page.station, kinds={o.value: o.label for o in kinds})


@pages.form("/stations/new", needs=MANAGE)
def new_station() -> Any:
    values = {"hours": setting("station_hours"), "opened_on": ctx().today().isoformat()}
    form = SchemaForm(StationForm(), values=values)
    if request.method == "POST" and form.submit(request.form) and form.attempt(stations.save_station, ctx(), **form.data):
        done(_("联络站“%(name)s”已设立。", name=form.result.name))
        return go("liaison.station", station_id=form.result.id)
    return render("liaison/form.html", 422 if form.errors else 200, form=form, title=_("新设联络站"), back="liaison.stations")


@pages.form("/stations/<int:station_id>/edit", needs=MANAGE)
def edit_station(station_id: int) -> Any:
    form = SchemaForm(StationForm(), station_page(ctx(), station_id).station)
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            stations.save_station, ctx(), station_id, version=form.version, **form.data):
        done(_("已保存。"))
        return go("liaison.station", station_id=station_id)
    return render("liaison/form.html", 422 if form.errors else 200, form=form, title=_("修改联络站"), back="liaison.stations")


@pages.form("/stations/<int:station_id>/close", needs=MANAGE)
def close_station(station_id: int) -> Any:
    found = station_page(ctx(), station_id).station
    form = SchemaForm(StationClosed(), values={"closed_on": ctx().today().isoformat()})
    form.version = found.version
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            stations.close_station, ctx(), station_id, version=form.version, **form.data):
        done(_("联络站已撤销，服务记录保留。"))
        return go("liaison.station", station_id=station_id)
    return render("liaison/form.html", 422 if form.errors else 200, form=form, title=_("撤销联络站：%(name)s", name=found.name),
                  back="liaison.stations")


@pages.form("/services/new", needs=SERVE)
def new_service() -> Any:
    values = {"station_id": number_asked(request.args.get("station_id")), "on": ctx().today().isoformat(),
              "record_id": number_asked(request.args.get("record_id"))}
    schema = ServiceForm()
    schema.fields["station_id"].source = serving_choices(ctx())  # type: ignore[attr-defined]
    form = SchemaForm(schema, values=values)
    if request.method == "POST" and form.submit(request.form) and form.attempt(stations.log_service, ctx(), **form.data):
        done(_("服务已登记。"))
        if request.form.get("again"):
            return go("liaison.new_service", station_id=form.result.station_id)
        if form.result.record_id:
            return go("liaison.record", record_id=form.result.record_id)
        return go("ledgers.show", name="liaison.services")
    return render("liaison/form.html", 422 if form.errors else 200, form=form, title=_("登记服务"), back="liaison.services",
                  again=True)
