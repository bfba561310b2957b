"""动态维护: the rounds, and the page on which a branch looks through its members."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.service import Context
from core.web import ctx, done, go, warn

from ..models import RegistryCheck
from ..services.checks import confirm_members, round_of, rounds
from ..workflows import registry_check
from .pages import pages, show

READ = "people.person.read"


def steps_for(ctx: Context, check: RegistryCheck) -> list[Any]:
    """The steps the actor may make on a round; they are posted to the workflow engine's own door."""
    return [s for s in registry_check.steps if s.may and check.state in s.sources and ctx.may(s.may, check.org_path)]


@pages.get("/checks", needs=READ)
def checks() -> Any:
    return show("people/checks.html", rounds=rounds(ctx()), workflow=registry_check)


@pages.get("/checks/<int:record_id>/", needs=READ)
def check(record_id: int) -> Any:
    found, people = round_of(ctx(), record_id)
    left = sum(1 for person in people if person.check_state == "due_for_check")
    return show("people/check.html", check=found, people=people, left=left, steps=steps_for(ctx(), found),
                  state=registry_check.state(found.state), may_confirm=ctx().may("people.check.confirm", found.org_path))


@pages.post("/checks/<int:record_id>/confirm", needs="people.check.confirm")
def confirm(record_id: int) -> Any:
    picked = [int(v) for v in request.form.getlist("person") if v.isascii() and v.isdigit() and len(v) <= 16]
    if picked:
        n = confirm_members(ctx(), record_id, picked)
        done(_("已核对 %(n)s 名党员。", n=n))
    else:
        warn(_("请先勾选已核对的党员。"))
    return go("people.check", record_id=record_id)
