"""The first page: what waits for the reader's side, the pairings in force, the figures."""

from __future__ import annotations

from typing import Any

from core.indicators.engine import measure, offered
from core.web import ctx, go, render

from ..queries import pages as queries
from ..words import PAIR_KINDS
from ..workflows import pairing_flow, project_flow
from .pages import pages, setting

READ = "pairing.pair.read"


@pages.get("/", needs=READ)
def index() -> Any:
    tiles = measure(ctx(),
        [i for i in offered(ctx()) if i.name.startswith("pairing.") and i.tile])
    return render("pairing/index.html", desk=queries.desk(ctx()), tiles=list(tiles.values()), kinds=PAIR_KINDS,
                  flow=pairing_flow, project_flow=project_flow, today=ctx().today(), suggests=setting("suggests"))


@pages.get("/open-needs/<int:record_id>", needs=READ)
def open_needs(record_id: int) -> Any:
    """Where the reminder of open needs leads: the pairing, with the needs of its community."""
    return go("pairing.pair", record_id=record_id, _anchor="needs")
