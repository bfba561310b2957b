"""接口文档: the OpenAPI document as a page, made here, without a script."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core.web import SIGNED_IN, Pages, ctx, render
from core.web.addresses import public_address
from core.web.api import ROOT
from core.web.wire import encoded

from .openapi import document
from .reading import read

pages = Pages("api", __name__, prefix="/api-docs")


@pages.get("/", needs=SIGNED_IN)
def index() -> Any:
    return render("api/index.html", groups=read(document(ctx())), address=public_address(request.script_root + ROOT))


@pages.get("/openapi.json", needs=SIGNED_IN)
def openapi() -> Any:
    return Response(encoded(document(ctx())), mimetype="application/json")
