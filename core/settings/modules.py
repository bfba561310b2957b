"""Typed settings of a module: a marshmallow schema gives validation, defaults, the form and the page."""

from __future__ import annotations

from typing import Any

from marshmallow import missing
from sqlalchemy import select

from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Conflict, NotFound
from core.plugin import Plugins
from core.service import Context, service

from .models import ModuleSettings, SettingChange

MASKED = "••••••"


def schema_of(plugins: Plugins, module: str) -> Any:
    """An instance of the module's settings schema. Raises NotFound when it has none."""
    owner = plugins.by_name.get(module)
    schema = owner.settings_schema() if owner else None
    if schema is None:
        raise NotFound(module)
    return schema()


def offered_schema(ctx: Context, module: str) -> Any:
    """The same, of a module that is on here. Raises NotFound."""
    if not ctx.plugins.active(module + ".x", ctx.enabled):
        raise NotFound(module)
    return schema_of(ctx.plugins, module)


def defaults(schema: Any) -> dict[str, Any]:
    """Every setting at its default."""
    found = {}
    for name, field in schema.fields.items():
        value = field.load_default
        found[name] = None if value is missing else value() if callable(value) else value
    return found


def _row(module: str) -> ModuleSettings | None:
    return session().scalars(select(ModuleSettings).where(ModuleSettings.module == module)).one_or_none()


def settings_of(plugins: Plugins, module: str) -> dict[str, Any]:
    """The module's settings in the tenant in scope: defaults, then what was chosen; names no longer known are dropped."""
    schema = schema_of(plugins, module)
    row = _row(module)
    chosen = {k: v for k, v in (row.chosen if row else {}).items() if k in schema.fields}
    return {**defaults(schema), **schema.load(chosen, partial=True)} if chosen else defaults(schema)


def settings_version(module: str) -> int:
    """The version of the tenant's own settings of a module; 0 while all are the defaults."""
    row = _row(module)
    return row.version if row else 0


@service("admin.setting.manage")
def save_settings(ctx: Context, module: str, *, values: dict[str, Any], version: int | None = None) -> None:
    """Keep the settings of a module (already loaded through its schema); values equal to the default are not kept.

    Raises Conflict when `version` (of settings_version) is not the one that stands there.
    """
    ctx.refuse_when_archived(module)
    if version is not None and version != settings_version(module):
        raise Conflict(current=_row(module))
    _put(ctx, module, schema_of(ctx.plugins, module), values)


@service("admin.setting.manage", action="admin.setting.reset")
def reset_settings(ctx: Context, module: str, *, version: int | None = None) -> None:
    """Back to the defaults of the module's schema. Raises Conflict as above."""
    ctx.refuse_when_archived(module)
    row = _row(module)
    if version is not None and version != settings_version(module):
        raise Conflict(current=row)
    before, schema = settings_of(ctx.plugins, module), schema_of(ctx.plugins, module)
    if row is not None:
        session().delete(row)
    _told(ctx, module, schema, before, defaults(schema))


@service("admin.setting.manage", action="admin.setting.reset")
def reset_one(ctx: Context, module: str, setting: str) -> None:
    """One setting back to its default; the others stay. Raises NotFound."""
    ctx.refuse_when_archived(module)
    schema = offered_schema(ctx, module)
    if setting not in schema.fields:
        raise NotFound(setting)
    _put(ctx, module, schema, {setting: defaults(schema)[setting]})


@service("admin.setting.manage", action="admin.setting.undo")
def undo_change(ctx: Context, change_id: int) -> SettingChange:
    """Put back what stood there before a change.

    Raises NotFound, Conflict when it was changed again since, was taken back already, or is a secret of which nothing is kept.
    """
    change = ctx.get(SettingChange, change_id)
    ctx.refuse_when_archived(change.module)
    schema = offered_schema(ctx, change.module)
    now = schema.dump(settings_of(ctx.plugins, change.module))
    if change.undone_at is not None or change.masked or change.setting not in schema.fields:
        raise Conflict(_("这次修改不能撤销。"))
    if now.get(change.setting) != change.after:
        raise Conflict(_("这一项之后又改过，不能撤销这次修改。请核对现在的值。"))
    change.undone_at = ctx.now()
    _put(ctx, change.module, schema, schema.load({change.setting: change.before}, partial=True))
    return change


def _put(ctx: Context, module: str, schema: Any, values: dict[str, Any]) -> None:
    """Change some settings and leave the others."""
    before = settings_of(ctx.plugins, module)
    after = {**before, **values}
    standard = defaults(schema)
    chosen = schema.dump({k: v for k, v in after.items() if v != standard.get(k)})
    row = _row(module)
    if row is None:
        session().add(ModuleSettings(module=module, chosen=chosen))
    else:
        row.chosen = chosen
    _told(ctx, module, schema, before, after)


def _told(ctx: Context, module: str, schema: Any, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Write the differences into the history and the audit; of a secret only that it changed."""
    was, now, changes = schema.dump(before), schema.dump(after), {}
    for name, field in schema.fields.items():
        if before.get(name) == after.get(name):
            continue
        secret = is_secret(field)
        pair = [MASKED, MASKED] if secret else [was.get(name), now.get(name)]
        changes[name] = pair
        session().add(SettingChange(module=module, setting=name, before=pair[0], after=pair[1], masked=secret, at=ctx.now(),
                                    by_name=ctx.actor.label))
    ctx.audit("settings", None, module, changes=changes)


def is_secret(field: Any) -> bool:
    """A setting whose value nobody sees again."""
    return bool(field.load_only or field.metadata.get("ui", {}).get("sensitive"))


@service("admin.setting.manage", writes=False)
def changes_of(ctx: Context, module: str) -> list[SettingChange]:
    """The last 50 changes of a module's settings, newest first."""
    wanted = select(SettingChange).where(SettingChange.module == module)
    return list(session().scalars(wanted.order_by(SettingChange.at.desc(), SettingChange.id.desc()).limit(50)).all())
