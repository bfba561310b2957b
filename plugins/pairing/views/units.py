"""Pages of units and their yearly statement."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import request, url_for

from core.base.clock import SHANGHAI
from core.base.i18n import _
from core.contracts.errors import Invalid, NotFound
from core.web import ctx, done, go, render, warn
from core.web.download import attachment
from core.web.forms import SchemaForm

from ..queries import matching
from ..queries.pages import unit_page
from ..queries.statement import statement, title_of, write_statement
from ..schemas.unit import NewUnit, UnitFields
from ..services import units
from ..words import GIFTS, PAIR_KINDS, UNIT_KINDS
from ..workflows import pairing_flow
from .pages import asked, form_page, ledger_url, number_asked, pages, sent, setting

READ, MANAGE = "pairing.unit.read", "pairing.unit.manage"


@pages.get("/units/<int:record_id>", needs=READ)
def unit(record_id: int) -> Any:
    found, pairs, offers = unit_page(ctx(), record_id)
    mine = setting("suggests") and ctx().may("pairing.unit.act", found.org_path)
    return render("pairing/unit.html", u=found, pairs=pairs, offers=offers, kinds=UNIT_KINDS, pair_kinds=PAIR_KINDS,
                  flow=pairing_flow, year=ctx().today().year, found=matching.for_unit(ctx(), record_id) if mine else [])


@pages.form("/units/new", needs=MANAGE)
def new_unit() -> Any:
    form = SchemaForm(NewUnit(), values={"org_id": asked("org_id")})
    if sent(form, units.register_unit):
        done(_("“%(name)s”已登记为共建单位。", name=form.result.name))
        return go("pairing.unit", record_id=form.result.id)
    return form_page(form, _("登记共建单位"), back=ledger_url("units"), crumb=_("共建单位名册"))


@pages.form("/units/<int:record_id>/edit", needs=MANAGE)
def edit_unit(record_id: int) -> Any:
    form = SchemaForm(UnitFields(), unit_page(ctx(), record_id)[0])
    if sent(form, units.update_unit, record_id, versioned=True):
        done(_("已保存。"))
        return go("pairing.unit", record_id=record_id)
    return form_page(form, _("修改单位"), back=url_for("pairing.unit", record_id=record_id), crumb=_("共建单位"))


@pages.post("/units/<int:record_id>/retire", needs=MANAGE)
def retire_unit(record_id: int) -> Any:
    return _moved(units.retire_unit, record_id, _("单位已退出共建，记录保留。"))


@pages.post("/units/<int:record_id>/readmit", needs=MANAGE)
def readmit_unit(record_id: int) -> Any:
    return _moved(units.readmit_unit, record_id, _("单位重新参加共建。"))


def _moved(service: Any, record_id: int, said: str) -> Any:
    """Let a unit leave or return; what speaks against it is said on its page."""
    try:
        service(ctx(), record_id, version=number_asked(request.form.get("version")))
    except Invalid as refused:
        warn(" ".join(text for texts in refused.errors.values() for text in texts))
    else:
        done(said)
    return go("pairing.unit", record_id=record_id)


def year_or_404(year: int) -> int:
    if not 2000 <= year <= ctx().today().year:
        raise NotFound("year")
    return year


@pages.get("/units/<int:record_id>/statement/<int:year>", needs="pairing.pair.read")
def unit_statement(record_id: int, year: int) -> Any:
    """The yearly statement on A4."""
    found = statement(ctx(), record_id, year_or_404(year))
    sheet = SimpleNamespace(title=title_of(found), org=found.unit.party_org or found.unit.name, unit=_("元"),
        filler=ctx().actor.label,
                            as_of=min(ctx().today().isoformat(), f"{year}-12-31"), landscape=False, other_paper_url="",
                            back_url=url_for("pairing.unit", record_id=record_id),
                            printed_at=f"{ctx().now().astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
    return render("pairing/statement.html", found=found, sheet=sheet, gifts=GIFTS, may_export=ctx().may("pairing.pair.export"))


@pages.post("/units/<int:record_id>/statement/<int:year>", needs="pairing.pair.export")
def export_statement(record_id: int, year: int) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.xlsx"
        found = write_statement(ctx(), record_id, year_or_404(year), path)
        return attachment(path.read_bytes(), f"{title_of(found)}.xlsx")
