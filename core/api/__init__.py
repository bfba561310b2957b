"""What the API says of itself: the OpenAPI document of a tenant, and the same as a page to read."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Plugin

plugin = Plugin(name="api", title=_l("接口"), core=True)
