"""单位设置: one form per module, made from its settings schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request

from core.admin.setting_history import history, own_values
from core.base.i18n import _
from core.settings.modules import (
    is_secret,
    offered_schema,
    reset_one,
    reset_settings,
    save_settings,
    settings_of,
    settings_version,
    shown,
    undo_change,
)
from core.web import Pages, ctx, done, go, render
from core.web.forms.form import SchemaForm

pages = Pages("settings", __name__)


@pages.get("/", needs="admin.setting.manage")
def index() -> Any:
    plugins = ctx().plugins
    modules = [o.manifest for n, o in plugins.by_name.items() if o.manifest.settings and plugins.active(n + ".x", ctx().working)]
    return render("admin/settings.html", modules=modules)


@pages.form("/<module>", needs="admin.setting.manage")
def edit(module: str) -> Any:
    plugins = ctx().plugins
    schema = offered_schema(ctx(), module)
    now = settings_of(plugins, module)
    form = SchemaForm(schema, dict(now))
    form.version = settings_version(module)
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            save_settings, ctx(), module, values=form.data, version=form.version):
        done(_("设置已保存。"))
        return go("settings.edit", module=module)
    _hide_secrets(form, shown(schema, now), now.unreadable)
    title = plugins.by_name[module].manifest.title
    return render("admin/setting.html", form.status, form=form, module=module, title=title,
                  lines=history(ctx(), module, schema), own=own_values(ctx(), module, schema))


def _hide_secrets(form: SchemaForm, known: dict[str, Any], unreadable: Iterable[str]) -> None:
    """What nobody sees again is typed anew or left alone, whatever its field looks like."""
    for item in form.items:
        if is_secret(item.type):
            item.value = None
            if known[item.name]:
                item.attrs["placeholder"] = _("（打不开，请重新填写）") if item.name in unreadable else _("已设置；留空则不变")


@pages.post("/<module>/reset", needs="admin.setting.manage")
def reset(module: str) -> Any:
    offered_schema(ctx(), module)
    reset_settings(ctx(), module)
    done(_("已恢复默认设置。"))
    return go("settings.edit", module=module)


@pages.post("/<module>/<setting>/default", needs="admin.setting.manage")
def default(module: str, setting: str) -> Any:
    reset_one(ctx(), module, setting)
    done(_("这一项已恢复默认。"))
    return go("settings.edit", module=module)


@pages.post("/changes/<int:change_id>/undo", needs="admin.setting.manage")
def undo(change_id: int) -> Any:
    change = undo_change(ctx(), change_id)
    done(_("已撤销，恢复为修改之前的值。"))
    return go("settings.edit", module=change.module)
