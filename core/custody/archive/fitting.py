"""Whether what an archive holds fits this installation: same schema per owner, plugins there, place free."""

from __future__ import annotations

from core.base.engine import current_database
from core.base.i18n import _
from core.migrations.upgrade import heads
from core.plugin import Plugins, installed
from core.tenancy.models import Tenant

from .format import TENANT_COLUMNS, Manifest, TableEntry
from .opening import damaged, refused
from .tables import Travelling, travelling
from .values import Unfit, decoded


def fitting(manifest: Manifest) -> list[tuple[Travelling, TableEntry]]:
    """The tables to fill, in order, with what the archive says of each. Raises Invalid when something does not fit.

    Tables that the archive does not know stay empty; tables that nobody has here must be empty in the archive.
    """
    plugins = installed()
    here = {each.name: each for each in travelling(current_database().metadata, plugins)}
    there = {entry.name: entry for entry in manifest.tables}
    _same_schema(manifest, plugins)
    for name, entry in there.items():
        if name not in here and entry.rows:
            raise refused(_("本平台没有“%(name)s”应用，而数据包里有它的数据。请先安装该应用。", name=entry.owner))
    found = [(each, there[name]) for name, each in here.items() if name in there]
    for each, entry in found:
        if sorted(entry.columns) != sorted(column.name for column in each.columns):
            raise refused(_("数据表 %(table)s 的结构与本平台不同。请用同一版本的平台导入。", table=each.name))
    return found


def _same_schema(manifest: Manifest, plugins: Plugins) -> None:
    """Revisions are compared only for owners that are on both sides; the owner that is missing is told by its rows."""
    for owner, revision in heads(plugins).items():
        given = manifest.schema.get(owner, revision)
        if given != revision:
            raise refused(_("数据包来自版本 %(there)s（%(owner)s 结构 %(given)s），本平台是 %(here)s 结构。"
                            "请让两边升级到同一版本，再导出导入。", there=manifest.version, owner=owner, given=given,
                            here=revision))


def check_tenant(manifest: Manifest) -> None:
    """The archive is of a whole tenant, and its own columns are of the right kinds. Raises Invalid."""
    if manifest.details:
        raise refused(_("这是一个应用的数据包，不是整个单位的，不能导入。"))
    columns = Tenant.__table__.c
    try:
        row = {name: decoded(manifest.tenant.get(name), columns[name], sized=True) for name in TENANT_COLUMNS}
    except Unfit as unfit:
        raise damaged() from unfit
    whole = isinstance(row["brand"], dict) and isinstance(row["contact"], dict) and row["name"].strip()
    if row["kind"] not in ("county", "street") or not whole:
        raise damaged()
