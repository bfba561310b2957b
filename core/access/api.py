"""Who am I: what a token may do, for whoever sets up a program."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l
from core.web import SIGNED_IN, ctx
from core.web.api import Api

from .api_roles import roles_api
from .places import names

__all__ = ["api", "roles_api"]

api = Api("access", __name__, prefix="/me")
_TEXT = {"type": "string"}
ME = {
    "type": "object", "required": ["tenant", "account", "grants", "modules"], "additionalProperties": False,
    "properties": {
        "tenant": {"type": "object", "required": ["slug", "name", "kind"], "additionalProperties": False,
                   "properties": {"slug": _TEXT, "name": _TEXT, "kind": {"enum": ["county", "street"]}}},
        "account": {"type": "object", "required": ["id", "name"], "additionalProperties": False,
                    "properties": {"id": {"type": "integer"}, "name": _TEXT}},
        "grants": {"type": "array", "items": {
            "type": "object", "required": ["role", "place", "permissions"], "additionalProperties": False,
            "properties": {"role": _TEXT, "place": _TEXT, "permissions": {"type": "array", "items": _TEXT}}}},
        "modules": {"type": "array", "items": _TEXT},
    },
}


@api.get("", needs=SIGNED_IN, title=_l("令牌的单位、权限和范围"), answers=ME)
def me() -> dict[str, Any]:
    here = ctx()
    places = names({grant.path for grant in here.grants})
    return {
        "tenant": {"slug": here.tenant.slug, "name": here.tenant.name, "kind": here.tenant.kind},
        "account": {"id": here.actor.id, "name": here.actor.label},
        "grants": [{"role": grant.role, "place": places[grant.path], "permissions": sorted(grant.permissions)}
                   for grant in here.grants],
        "modules": sorted(here.enabled),
    }
