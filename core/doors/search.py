"""The search box in the header: every module answers for its own records, each in its own guard."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import request

from core.web import SIGNED_IN, Pages, ctx, render

pages = Pages("search", __name__, audience="both")
LONGEST, LIMIT = 60, 10


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What was typed (cleaned) and how many hits one module may give."""

    text: str
    limit: int = LIMIT


def clean(text: str) -> str:
    """Control characters out, blanks collapsed, at most 60 characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST]


@pages.get("/", needs=SIGNED_IN)
def index() -> Any:
    text = clean(request.args.get("q", ""))
    hits = [c.value for c in ctx().collect("search_hits", query=SearchQuery(text))] if text else []
    groups = [(kind, list(each)) for kind, each in groupby(hits, key=lambda hit: str(hit.kind))]
    return render("search.html", text=text, groups=groups, total=len(hits))
