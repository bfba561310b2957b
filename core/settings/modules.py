"""Typed settings of a module: a marshmallow schema gives validation, defaults, the form and the page."""

from __future__ import annotations

from typing import Any

from marshmallow import missing
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Conflict, NotFound
from core.plugin import Plugins
from core.service import Context, service

from .models import ModuleSettings


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
    schema = schema_of(ctx.plugins, module)
    standard = defaults(schema)
    before = settings_of(ctx.plugins, module)
    chosen = schema.dump({k: v for k, v in values.items() if v != standard.get(k)})
    row = _row(module)
    if row is None:
        session().add(ModuleSettings(module=module, chosen=chosen))
    else:
        row.chosen = chosen
    changes = {k: [before.get(k), v] for k, v in values.items() if before.get(k) != v}
    ctx.audit("settings", None, module, changes=changes)


@service("admin.setting.manage", action="admin.setting.reset")
def reset_settings(ctx: Context, module: str, *, version: int | None = None) -> None:
    """Back to the defaults of the module's schema. Raises Conflict as above."""
    ctx.refuse_when_archived(module)
    row = _row(module)
    if version is not None and version != settings_version(module):
        raise Conflict(current=row)
    if row is not None:
        session().delete(row)
    ctx.audit("settings", None, module)
