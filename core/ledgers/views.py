"""Pages of the ledgers."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import make_response, request, url_for
from werkzeug.wrappers import Response

from core.accounts.services.standing import still_open
from core.base.i18n import _
from core.jobs.models import DONE, FAILED
from core.web import SIGNED_IN, Pages, ctx, done, go, render
from core.web.download import attachment
from core.web.paging import Page

from . import services
from .book import WRITERS
from .catalogue import groups
from .cells import plain
from .export import AT_ONCE, file_name, plan_export, queue_export, record_export, write_file
from .listing import read_listing
from .paper import read_sheet
from .state import LONGEST, SIZES, State

pages = Pages("ledgers", __name__, audience="both")
ROWS_COOKIE = "rows"


@dataclass(frozen=True, slots=True)
class StatePage(Page):
    """Addresses of pages come from the state, so that nothing ignored is carried along."""

    state: State | None = None

    def url(self, number: int, size: int | None = None) -> str:
        assert self.state is not None
        return "?" + self.state.query(page=number if number > 1 else "", size=size or "")


def remembered() -> int:
    """Rows per page as this browser chose them last."""
    text = request.cookies.get(ROWS_COOKIE, "")
    return int(text) if text in map(str, SIZES) else 0


def query_pairs() -> list[tuple[str, str]]:
    return list(request.args.items(multi=True))


@pages.get("/", needs=SIGNED_IN)
def index() -> Any:
    return render("ledgers/index.html", groups=groups(ctx()))


@pages.get("/<name>/", needs=SIGNED_IN)
def show(name: str) -> Any:
    listing = read_listing(ctx(), name, query_pairs(), remembered())
    state = listing.state
    page = StatePage(listing.rows, listing.number, state.size, listing.total, state=state)
    body, status = render("ledgers/list.html", listing=listing, page=page, ledger=state.ledger, state=state)
    response = make_response(body, status)
    if request.headers.get("HX-Request"):
        response.headers["HX-Push-Url"] = _address(state)
    if request.args.get("size") and state.size != remembered():
        response.set_cookie(ROWS_COOKIE, str(state.size), max_age=365 * 86400, httponly=True, samesite="Lax",
                            secure=request.is_secure, path=request.script_root or "/")
    return response


def _address(state: State) -> str:
    query = state.query()
    return request.script_root + request.path + ("?" + query if query else "")


def back_to(name: str, **changed: str) -> Response:
    """To the list the form came from: its own query string only, with the given keys changed ("" drops one)."""
    query = _grouped(services.given_query(request.form)) | changed
    return go("ledgers.show", name=name, **{key: value for key, value in query.items() if value})


def _grouped(query: list[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in query:
        if key.isidentifier() and not key.startswith("_") and key not in ("name", "endpoint"):
            found.setdefault(key, []).append(value)
    return found


@pages.post("/<name>/columns", needs=SIGNED_IN)
def columns(name: str) -> Any:
    """Remember the columns; those that the address names (a view of its own columns) are changed there only."""
    chosen = [] if request.form.get("reset") else request.form.getlist("cols")
    if any(key == "cols" for key, _value in services.given_query(request.form)):
        return back_to(name, cols=",".join(chosen)[:LONGEST])
    services.choose_columns(ctx(), name, chosen)
    return back_to(name)


@pages.post("/<name>/views", needs=SIGNED_IN)
def save_view(name: str) -> Any:
    audience, _mark, role = request.form.get("audience", "me").partition(":")
    view = services.save_view(ctx(), name, services.given_query(request.form), request.form.get("title", ""),
                              audience, int(role) if role.isdecimal() else None)
    done(_("视图“%(name)s”已保存", name=view.name))
    return go("ledgers.show", name=name, view=view.id)


@pages.post("/<name>/views/<int:view_id>/rename", needs=SIGNED_IN)
def rename_view(name: str, view_id: int) -> Any:
    services.rename_view(ctx(), name, view_id, request.form.get("title", ""))
    return go("ledgers.show", name=name, view=view_id)


@pages.post("/<name>/views/<int:view_id>/delete", needs=SIGNED_IN)
def delete_view(name: str, view_id: int) -> Any:
    services.delete_view(ctx(), name, view_id)
    done(_("视图已删除"))
    return go("ledgers.show", name=name)


@pages.get("/<name>/print", needs=SIGNED_IN)
def paper(name: str) -> Any:
    sheet = read_sheet(ctx(), name, query_pairs())
    upright = request.args.get("paper") or sheet.ledger.paper.orientation
    landscape = upright != "portrait"
    query = sheet.state.query(page="")
    turned = f"?{query}&paper={'portrait' if landscape else 'landscape'}"
    frame = {"title": sheet.ledger.title, "org": sheet.unit, "as_of": plain(ctx().today()), "unit": "",
             "landscape": landscape, "filler": ctx().actor.label, "printed_at": plain(ctx().now()), "other_paper_url": turned,
             "back_url": url_for("ledgers.show", name=name) + "?" + query}
    return render("ledgers/paper.html", sheet=frame, ledger=sheet.ledger, columns=sheet.columns, rows=sheet.rows, cut=sheet.cut,
                  narrowed=sheet.narrowed, total=sheet.total)


@pages.post("/<name>/export", needs=SIGNED_IN)
def export(name: str) -> Any:
    """The file itself, or for many rows the page of the job that writes it."""
    kind = request.form.get("format", "")
    plan = plan_export(ctx(), name, services.given_query(request.form), kind)
    if plan.rows > AT_ONCE:
        return go("ledgers.progress", job_id=queue_export(still_open(ctx()), plan, kind).id)
    with tempfile.TemporaryDirectory(prefix="juheli-export-") as folder:
        path = Path(folder, "file")
        rows = write_file(ctx(), plan, kind, path)
        record_export(still_open(ctx()), plan, kind, rows)
        return attachment(path.read_bytes(), file_name(plan.state.ledger, ctx(), kind), WRITERS[kind].media)


@pages.get("/exports/<int:job_id>", needs=SIGNED_IN)
def progress(job_id: int) -> Any:
    """How far an export is; asked every two seconds until it is done (286 tells htmx to stop)."""
    found = services.export_job(ctx(), job_id)
    over = found.status in (DONE, FAILED)
    asked = bool(request.headers.get("HX-Request"))
    return render("ledgers/progress.html", 286 if asked and over else 200, job=found, over=over, failed=found.status == FAILED,
                  ledger=ctx().plugins.ledgers.get(found.payload["ledger"]))
