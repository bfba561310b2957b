"""Removing a tenant: asking, confirming, withdrawing, carrying out, the certificate."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import request

from core.accounts.services.prove import prove_password
from core.base.i18n import _
from core.contracts.errors import NotFound
from core.rules import rule
from core.web import Pages, ctx, done, go, render
from core.web.forms import SchemaForm

from .. import carrying_out, purge, removal
from ..models import Removal
from ..schemas import ConfirmSchema, PurgeSchema, RemovalSchema

pages = Pages("removals", __name__, audience="platform", prefix="/custody/removals")


@pages.form("/ask/<slug>", needs=removal.MAY)
def ask(slug: str) -> Any:
    row, form = removal.target(slug), SchemaForm(RemovalSchema())
    if request.method == "POST" and form.submit(request.form) and form.attempt(_ask, slug, **form.data):
        done(_("已提出注销申请，等待另一位运营人员确认。该单位现在只读。"))
        return go("removals.show", removal_id=form.result.id)
    return render("custody/ask.html", 422 if form.errors else 200, form=form, tenant=row,
                  days=rule("custody.removal_wait_days").value)


def _ask(slug: str, *, reason: str, typed: str, password: str) -> Removal:
    prove_password(ctx(), password, "password")
    return removal.ask(ctx(), slug, reason=reason, typed=typed)


@pages.form("/purge/<slug>/<plugin>", needs=removal.MAY)
def ask_purge(slug: str, plugin: str) -> Any:
    row, form = removal.target(slug), SchemaForm(PurgeSchema())
    if plugin not in ctx().plugins.optional:
        raise NotFound(plugin)
    if request.method == "POST" and form.submit(request.form) and form.attempt(_ask_purge, slug, plugin, **form.data):
        done(_("已提出清除申请，等待另一位运营人员确认。"))
        return go("removals.show", removal_id=form.result.id)
    title = ctx().plugins.by_name[plugin].manifest.title
    return render("custody/ask_purge.html", 422 if form.errors else 200, form=form, tenant=row, title=title, plugin=plugin,
                  days=rule("custody.purge_wait_days").value)


def _ask_purge(slug: str, plugin: str, *, reason: str, typed: str, password: str) -> Removal:
    prove_password(ctx(), password, "password")
    return purge.ask_purge(ctx(), slug, plugin, reason=reason, typed=typed)


@pages.get("/<int:removal_id>/", needs=removal.MAY)
def show(removal_id: int) -> Any:
    return _page(removal_id, SchemaForm(ConfirmSchema()))


def _page(removal_id: int, form: SchemaForm) -> Any:
    row = removal.get_removal(ctx(), removal_id)
    return render("custody/removal.html", 422 if form.errors else 200, row=row, form=form, now=ctx().now(),
                  mine=row.asked_by == ctx().actor.id, days=removal.wait_days(row))


@pages.post("/<int:removal_id>/confirm", needs=removal.MAY)
def confirm(removal_id: int) -> Any:
    form = SchemaForm(ConfirmSchema())
    if form.submit(request.form) and form.attempt(_confirm, removal_id, **form.data):
        done(_("已确认。等待期满后自动删除，在此之前可以撤回。"))
        return go("removals.show", removal_id=removal_id)
    return _page(removal_id, form)


def _confirm(removal_id: int, *, password: str) -> Removal:
    prove_password(ctx(), password, "password")
    return removal.confirm(ctx(), removal_id)


@pages.post("/<int:removal_id>/withdraw", needs=removal.MAY)
def withdraw(removal_id: int) -> Any:
    removal.withdraw(ctx(), removal_id)
    done(_("已撤回注销申请。"))
    return go("removals.show", removal_id=removal_id)


@pages.get("/<int:removal_id>/certificate", needs=removal.MAY)
def certificate(removal_id: int) -> Any:
    said = carrying_out.certificate(ctx(), removal_id)
    if said is None:
        raise NotFound("certificate")
    return render("custody/certificate.html", said=said, row=removal.get_removal(ctx(), removal_id),
                  moment_of=dt.datetime.fromisoformat)
