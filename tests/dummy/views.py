from __future__ import annotations

from core.web import SIGNED_IN, Pages, ctx, go

from . import services

pages = Pages("dummy", __name__)


@pages.get("/", needs="dummy.note.read")
def index() -> str:
    return "notes"


@pages.post("/write", needs="dummy.note.write")
def write() -> object:
    services.write_note(ctx(), text="x")
    return go("dummy.index")


@pages.get("/folder/", needs=SIGNED_IN)
def folder() -> str:
    return "folder"
