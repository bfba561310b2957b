"""What a tenant decides about itself, for programs: settings of modules, lists, applications switched on and off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.base.i18n import _, _l
from core.service import Context
from core.settings import lists
from core.settings.modules import (
    offered_schema,
    plain,
    reset_settings,
    save_settings,
    schema_of,
    settings_of,
    settings_version,
    shown,
)
from core.tenancy.lifecycle import archive_plugin, disable_plugin, enable_plugin
from core.web import ctx
from core.web.api import TEXT, Api, Variant, items_of, told
from core.web.forms import Bool, Length, Schema, Text, ui
from core.web.resource import act
from core.web.wire import Answer, form_of

from .catalogue import Entry, catalogue, catalogue_entry

settings_api = Api("admin", __name__, prefix="/settings", part="settings")
lists_api = Api("admin", __name__, prefix="/lists", part="lists")
plugins_api = Api("admin", __name__, prefix="/plugins", part="plugins")
SETTING, PLUGIN = "admin.setting.manage", "tenancy.plugin."
FLAG, NUMBER = {"type": "boolean"}, {"type": "integer"}
SETTINGS = told(module=TEXT, version=NUMBER, values={"type": "object"})


# -- settings
def _modules(here: Context) -> Iterator[Variant]:
    for name, owner in here.plugins.by_name.items():
        if owner.manifest.settings and here.plugins.active(name + ".x", here.enabled):
            yield Variant(arguments={"module": name}, title=_("设置：%(name)s", name=owner.manifest.title), answers=SETTINGS)


def _changes(here: Context) -> Iterator[Variant]:
    for one in _modules(here):
        yield Variant(arguments=one.arguments, title=one.title, answers=SETTINGS, note=_("没有写的设置不变"),
                      takes=lambda name=one.arguments["module"]: schema_of(here.plugins, name))


def _stand(module: str) -> Answer:
    values = shown(offered_schema(ctx(), module), settings_of(ctx().plugins, module))
    version = settings_version(module)
    return Answer({"module": module, "version": version, "values": values}, version=version)


@settings_api.get("/<module>", needs=SETTING, title=_l("一个模块的设置"), answers=SETTINGS, tagged=True, variants=_modules)
def get_settings(module: str) -> Any:
    return _stand(module)


@settings_api.patch("/<module>", needs=SETTING, title=_l("修改设置"), answers=SETTINGS, tagged=True, versioned=True,
                    open_body=True, variants=_changes, page="settings.edit")
def change_settings(module: str, version: int | None) -> Any:
    schema = offered_schema(ctx(), module)
    values = form_of(schema, lambda: plain(schema, settings_of(ctx().plugins, module)))
    save_settings(ctx(), module, values=values, version=version)
    return _stand(module)


@settings_api.post("/<module>/reset", needs=SETTING, title=_l("恢复默认设置"), answers=SETTINGS, tagged=True, versioned=True,
                   variants=_modules, page="settings.reset")
def reset(module: str, version: int | None) -> Any:
    offered_schema(ctx(), module)
    reset_settings(ctx(), module, version=version)
    return _stand(module)


# -- lists
ENTRY = told(code=TEXT, label=TEXT, base=TEXT, active=FLAG, rank=NUMBER, version=NUMBER, own=FLAG)


class EntryIn(Schema):
    """An entry of a list; as what it counts, the service checks."""

    label = Text(required=True, validate=Length(max=60), metadata=ui(_l("名称")))
    base = Text(required=True, validate=Length(max=60), metadata=ui(_l("汇总时归入")))
    active = Bool(load_default=True, metadata=ui(_l("使用中")))


def _entry(entry: Any, status: int = 0) -> Answer:
    return Answer({name: getattr(entry, name) for name in list(ENTRY["properties"])[:-1]} | {"own": not entry.declared}, status,
                  entry.version)


@lists_api.get("", needs=lists.MANAGE, title=_l("可以维护的列表"), answers=items_of(told(kind=TEXT, title=TEXT)))
def all_lists() -> dict[str, Any]:
    return {"items": [{"kind": one.kind, "title": one.title} for _module, found in lists.read_lists(ctx()) for one in found]}


@lists_api.get("/<kind>", needs=lists.MANAGE, title=_l("一个列表"), answers=items_of(ENTRY))
def one_list(kind: str) -> dict[str, Any]:
    return {"items": [_entry(one).data for one in lists.read_list(ctx(), kind)]}


@lists_api.get("/<kind>/<code>", needs=lists.MANAGE, title=_l("列表中的一项"), answers=ENTRY, tagged=True)
def one_entry(kind: str, code: str) -> Any:
    return _entry(lists.find_entry(ctx(), kind, code))


@lists_api.post("/<kind>", needs=lists.MANAGE, title=_l("增加一项"), takes=EntryIn, like_form=True, answers=ENTRY, status=201,
                tagged=True, page="settings.new_entry")
def new_entry(kind: str, data: dict[str, Any]) -> Any:
    return _entry(lists.add_entry(ctx(), kind, **data), 201)


@lists_api.patch("/<kind>/<code>", needs=lists.MANAGE, title=_l("修改一项"), takes=EntryIn, like_form=True, answers=ENTRY,
                 tagged=True, versioned=True, page="settings.edit_entry",
                 held=lambda kind, code: _entry(lists.find_entry(ctx(), kind, code)).data)
def edit_entry(kind: str, code: str, data: dict[str, Any], version: int | None) -> Any:
    return _entry(lists.save_entry(ctx(), kind, code, version=version, **data))


def _move(by: int) -> Any:
    def move(ctx: Context, kind: str, code: str, *, version: int | None) -> None:
        lists.move_entry(ctx, kind, code, by=by, version=version)

    return move


act(lists_api, "POST", "/<kind>/<code>/up", _move(-1), name="up", needs=lists.MANAGE, page="settings.move_entry",
    title=_l("上移"))
act(lists_api, "POST", "/<kind>/<code>/down", _move(1), name="down", needs=lists.MANAGE, page="settings.move_entry",
    title=_l("下移"))
act(lists_api, "POST", "/<kind>/<code>/reset", lists.reset_entry, page="settings.reset_entry", title=_l("一项恢复默认"))
act(lists_api, "POST", "/<kind>/reset", lists.reset_list, page="settings.reset_list", title=_l("列表恢复默认"))

# -- applications
APP = told(name=TEXT, title=TEXT, version=TEXT, enabled=FLAG, archived=FLAG, fits=FLAG, requires={"type": "array", "items": TEXT})


def _app(entry: Entry) -> dict[str, Any]:
    return {"name": entry.manifest.name, "title": str(entry.manifest.title), "version": entry.manifest.version,
            "enabled": entry.enabled, "archived": entry.archived, "fits": entry.fits,
            "requires": [one.name for one in entry.requires]}


@plugins_api.get("", needs=PLUGIN + "read", title=_l("应用"), answers=items_of(APP))
def apps() -> dict[str, Any]:
    return {"items": [_app(one) for one in catalogue(ctx())]}


@plugins_api.get("/<name>", needs=PLUGIN + "read", title=_l("一个应用"), answers=APP)
def app(name: str) -> dict[str, Any]:
    return _app(catalogue_entry(ctx(), name))


act(plugins_api, "POST", "/<name>/enable", enable_plugin, page="plugins.enable", title=_l("启用应用"))
act(plugins_api, "POST", "/<name>/archive", archive_plugin, page="plugins.archive", title=_l("归档应用"),
    note=_l("记录可以查看和导出，不能修改"))
act(plugins_api, "POST", "/<name>/disable", disable_plugin, page="plugins.disable", title=_l("停用应用"))
