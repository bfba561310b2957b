"""Proof that one tenant never sees another: a probe that tries, in two shadow tenants full of canaries.

Nothing in it names a module. Addresses come from the URL map, values for them from walking through the pages, rows from
the tables, forms from the pages, and the rest from what modules declare: a plugin is covered on the day it is installed.
The tests (tests/isolation) run it with planted holes too; `juheli tenant prove-isolation` runs it on a live installation.
"""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, Plugin

plugin = Plugin(
    name="isolation",
    title=_l("隔离检验"),
    core=True,
    permissions=(
        Permission("isolation.proof.read", _l("查看隔离检验报告")),
        Permission("isolation.proof.run", _l("运行隔离检验")),
    ),
)
