"""应用中心: what is installed, what is on here, switch on and off."""

from __future__ import annotations

from typing import Any

from core.admin.catalogue import catalogue, catalogue_entry, kept_for, overview
from core.base.i18n import _
from core.rules import rule
from core.tenancy.lifecycle import archive_plugin, disable_plugin, enable_plugin
from core.web import Pages, ctx, done, go, render

pages = Pages("plugins", __name__)


@pages.get("/", needs="tenancy.plugin.read")
def index() -> Any:
    return render("admin/plugins.html", entries=catalogue(ctx()), picture=overview(ctx()))


@pages.get("/<name>", needs="tenancy.plugin.read")
def show(name: str) -> Any:
    return render("admin/plugin.html", entry=catalogue_entry(ctx(), name), kept_for=kept_for,
                  purge_days=rule("custody.purge_wait_days").value)


@pages.post("/<name>/enable", needs="tenancy.plugin.manage")
def enable(name: str) -> Any:
    enable_plugin(ctx(), name)
    done(_("已启用，下一次打开页面即可使用。"))
    return go("plugins.show", name=name)


@pages.post("/<name>/archive", needs="tenancy.plugin.manage")
def archive(name: str) -> Any:
    archive_plugin(ctx(), name)
    done(_("已归档。记录可以查看和导出，不能修改；重新启用后原样恢复。"))
    return go("plugins.show", name=name)


@pages.post("/<name>/disable", needs="tenancy.plugin.manage")
def disable(name: str) -> Any:
    disable_plugin(ctx(), name)
    done(_("已停用。数据保留，重新启用后原样恢复。"))
    return go("plugins.show", name=name)
