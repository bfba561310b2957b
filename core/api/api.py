"""The document itself, for programs."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l
from core.web import SIGNED_IN, ctx
from core.web.api import Api

from .openapi import document

api = Api("api", __name__, prefix="/openapi.json")


@api.get("", needs=SIGNED_IN, title=_l("本文档（OpenAPI 3.1）"), answers={"type": "object"})
def openapi() -> dict[str, Any]:
    return document(ctx())
