"""Where one starts: search, the tree, figures, arithmetic, duplicates, the archive."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import request

from core.base.i18n import _
from core.web import ctx
from core.web.forms import SchemaForm

from ..queries import people, units
from ..queries.arithmetic import GAINS, LOSSES, balance
from ..queries.structure import structure
from ..schemas import Period
from ..services.unmerge import undo_until
from ..words import ORG_KINDS
from .pages import pages, show, trail

PERSON, ORG = "people.person.read", "people.org.read"


def _asked_text() -> str:
    return "".join(c for c in request.args.get("q", "") if c.isprintable()).strip()[:60]


def _asked_unit() -> int | None:
    text = request.args.get("org_id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else None


@pages.get("/", needs=PERSON)
@pages.get("/p/", needs=PERSON)
def index() -> Any:
    """Find a person by name, pinyin, whole phone or ID number; below, the ways into the registry."""
    text = _asked_text()
    found = people.search_people(ctx(), text, 51) if text else []
    return show("people/index.html", q=text, found=found[:50], more=len(found) > 50)


@pages.get("/o/", needs=ORG)
def tree() -> Any:
    """The tree from the top (a single root unfolded) or below one unit; with `q` the units that match."""
    text, unit_id = _asked_text(), _asked_unit()
    unit = units.get_org(ctx(), unit_id) if unit_id else None
    crumbs = units.lineage(ctx(), unit) if unit else []
    hits = [(u, units.lineage(ctx(), u)) for u in units.search_orgs(ctx(), text, 50)] if text else []
    nodes = units.children(ctx(), unit_id, gone=request.args.get("gone") == "1")
    unfolded = {nodes[0].unit.id: units.children(ctx(), nodes[0].unit.id)} if len(nodes) == 1 and not unit else {}
    return show("people/tree.html", q=text, hits=hits, unit=unit, trail=trail(crumbs[:-1]), nodes=nodes, kinds=ORG_KINDS,
                  unfolded=unfolded, gone=request.args.get("gone") == "1")


@pages.get("/o/<int:record_id>/below", needs=ORG)
def branches(record_id: int) -> Any:
    """The units below one, as a piece of the tree (fetched when the reader opens it)."""
    return show("people/_nodes.html", nodes=units.children(ctx(), record_id), kinds=ORG_KINDS, depth=2)


@pages.get("/arithmetic", needs=PERSON)
def arithmetic() -> Any:
    """期初 + 增 − 减 = 期末 for a period and a subtree, checked against the head count."""
    today = ctx().today()
    form = SchemaForm(Period(), values={"start": dt.date(today.year, 1, 1).isoformat(), "end": today.isoformat()})
    asked = {name: request.args.get(name) or form[name].value for name in ("start", "end", "org_id")}
    ok = form.check({k: v for k, v in asked.items() if v})
    found = None
    if ok and form.data["start"] > form.data["end"]:
        form.refuse({"end": [_("结束日期应不早于开始日期。")]})
    elif ok:
        found = balance(ctx(), form.data["start"], form.data["end"], org_id=form.data.get("org_id"))
    return show("people/arithmetic.html", 200 if found else 422, form=form, found=found, gains=GAINS,
                  losses=LOSSES)






@pages.get("/structure", needs=PERSON)
def figures() -> Any:
    """结构表 of a subtree."""
    unit_id = _asked_unit()
    unit = units.get_org(ctx(), unit_id) if unit_id else None
    return show("people/structure.html", found=structure(ctx(), unit_id), unit=unit)


@pages.get("/duplicates", needs="people.person.merge")
def duplicates() -> Any:
    return show("people/duplicates.html", found=people.duplicates(ctx()))


@pages.get("/archive", needs=PERSON)
def archive() -> Any:
    rows = people.archived(ctx())
    return show("people/archive.html", rows=rows, until={row.id: undo_until(row) for row in rows}, today=ctx().today())
