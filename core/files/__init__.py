"""Files that belong to a tenant: kept outside the database under random names, each with a row that says whose it is."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Plugin

plugin = Plugin(name="files", title=_l("文件"), core=True)
