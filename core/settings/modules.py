"""Typed settings of a module: a marshmallow schema gives validation, defaults, the form and the page."""

from __future__ import annotations

import json
from typing import Any

from marshmallow import ValidationError, missing
from sqlalchemy import select

from core.base.crypto import Unreadable, seal, unseal
from core.base.i18n import _
from core.base.ids import new_id
from core.base.scope import current_scope
from core.base.session import session
from core.contracts.errors import Conflict, NotFound
from core.plugin import Plugins
from core.service import Context, service

from .models import ModuleSettings, SettingChange

MASKED, SEALED = "••••••", "sealed"
KEPT = (None, "", MASKED)       # what a form or a program sends for a secret that it does not change


class Chosen(dict[str, Any]):
    """The settings of a module. `unreadable`: secrets whose sealed value does not open here (the key is gone, or the row came
    from elsewhere) by label; they are not in it, and asking for one raises Conflict with a sentence that says what to do.
    """

    def __init__(self, values: dict[str, Any], unreadable: dict[str, str]) -> None:
        super().__init__(values)
        self.unreadable = unreadable

    def __missing__(self, name: str) -> Any:
        if name in self.unreadable:
            said = _("设置“%(label)s”的内容在这里打不开。请单位管理员到“单位设置”中重新填写。", label=self.unreadable[name])
            raise Conflict(said)
        raise KeyError(name)


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


def settings_of(plugins: Plugins, module: str) -> Chosen:
    """The module's settings in the tenant in scope: defaults, then what was chosen. Names no longer known are dropped; a value
    that this version of the module does not take any more counts as the default.
    """
    schema, row = schema_of(plugins, module), _row(module)
    chosen, unreadable = {}, {}
    for name, stored in (row.chosen if row else {}).items():
        if name in schema.fields:
            try:
                chosen[name] = _opened(row, name, stored)
            except Unreadable:
                unreadable[name] = label_of(schema, name)
    try:
        taken = schema.load(chosen, partial=True) if chosen else {}
    except ValidationError as error:
        taken = error.valid_data
    found = {**defaults(schema), **taken}
    return Chosen({k: v for k, v in found.items() if k not in unreadable}, unreadable)


def label_of(schema: Any, name: str) -> str:
    """What a setting is called; the name itself for one that is not known any more."""
    field = schema.fields.get(name)
    return str(field.metadata.get("ui", {}).get("label", name)) if field is not None else name


def settings_version(module: str) -> int:
    """The version of the tenant's own settings of a module; 0 while all are the defaults."""
    row = _row(module)
    return row.version if row else 0


@service("admin.setting.manage")
def save_settings(ctx: Context, module: str, *, values: dict[str, Any], version: int | None = None) -> None:
    """Keep the settings of a module (already loaded through its schema); values equal to the default are not kept.
    A secret left blank, or as it is masked, stays as it is: `reset_one` takes it away.

    Raises Conflict when `version` (of settings_version) is not the one that stands there.
    """
    ctx.refuse_when_archived(module)
    if version is not None and version != settings_version(module):
        raise Conflict(current=_row(module))
    schema = schema_of(ctx.plugins, module)
    blank = {k: (*KEPT, usual) for k, usual in defaults(schema).items() if is_secret(schema.fields[k])}
    _put(ctx, module, schema, {k: v for k, v in values.items() if v not in blank.get(k, ())})


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
    now = schema.dump(dict(settings_of(ctx.plugins, change.module)))
    standard = defaults(schema)
    if change.undone_at is not None or change.masked or change.setting not in schema.fields:
        raise Conflict(_("这次修改不能撤销。"))
    if now.get(change.setting) != change.after:
        raise Conflict(_("这一项之后又改过，不能撤销这次修改。请核对现在的值。"))
    if change.before == schema.dump(standard).get(change.setting):
        values = {change.setting: standard[change.setting]}        # also a None that the schema itself would not take
    else:
        try:
            values = schema.load({change.setting: change.before}, partial=True)
        except ValidationError:
            raise Conflict(_("以前的值现在不再允许，不能撤销。请直接填写新的值。")) from None
    change.undone_at = ctx.now()
    _put(ctx, change.module, schema, values)
    return change


def _put(ctx: Context, module: str, schema: Any, values: dict[str, Any]) -> None:
    """Change some settings and leave the others."""
    before = settings_of(ctx.plugins, module)
    after = {**before, **values}
    standard = defaults(schema)
    row = _row(module) or ModuleSettings(id=new_id(), module=module, chosen={})
    own = {k: v for k, v in after.items() if v != standard.get(k)}
    secrets = {k for k in own if is_secret(schema.fields[k])}
    kept = {k: row.chosen[k] if k in before and after[k] == before[k] and isinstance(row.chosen.get(k), dict)
            else _sealed(row, k, plain(schema, own)[k]) for k in secrets}
    kept |= {k: row.chosen[k] for k in before.unreadable if k not in values}      # its key may come back
    row.chosen = {k: v for k, v in schema.dump(own).items() if k not in secrets} | kept
    session().add(row)
    _told(ctx, module, schema, before, after)


def _told(ctx: Context, module: str, schema: Any, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Write the differences into the history and the audit; of a secret only that it changed."""
    was, now, changes = schema.dump(dict(before)), schema.dump(after), {}
    for name, field in schema.fields.items():
        if before.get(name) == after.get(name) if name in before else name not in after:
            continue
        secret = is_secret(field)
        pair = [MASKED, MASKED] if secret else [was.get(name), now.get(name)]
        changes[name] = pair
        session().add(SettingChange(module=module, setting=name, before=pair[0], after=pair[1], masked=secret, at=ctx.now(),
                                    by_name=ctx.actor.label))
    ctx.audit("settings", None, module, changes=changes)


def plain(schema: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON has them, those that a schema only loads among them. Not to be shown."""
    hidden = {k: schema.fields[k]._serialize(v, k, values) for k, v in values.items() if schema.fields[k].load_only}
    return {**schema.dump(dict(values)), **hidden}


def shown(schema: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON has them, with a mask in the place of each secret that is set."""
    found, standard = schema.dump(dict(values)), defaults(schema)
    return found | {k: MASKED if k not in values or values[k] != standard[k] else None
                    for k, field in schema.fields.items() if is_secret(field)}


def _place(row: ModuleSettings, name: str) -> dict[str, Any]:
    return {"tenant_id": current_scope().tenant_id, "table": "settings_module", "row_id": row.id, "column": f"chosen.{name}"}


def _sealed(row: ModuleSettings, name: str, value: Any) -> dict[str, str]:
    """A secret as it is stored."""
    return {SEALED: seal(json.dumps(value), **_place(row, name))}


def _opened(row: ModuleSettings | None, name: str, value: Any) -> Any:
    """A stored value; of a secret what was sealed."""
    if row is None or not (isinstance(value, dict) and set(value) == {SEALED}):
        return value
    return json.loads(unseal(value[SEALED], **_place(row, name)))


def is_secret(field: Any) -> bool:
    """A setting whose value nobody sees again."""
    return bool(field.load_only or field.metadata.get("ui", {}).get("sensitive"))


@service("admin.setting.manage", writes=False)
def changes_of(ctx: Context, module: str) -> list[SettingChange]:
    """The last 50 changes of a module's settings, newest first."""
    wanted = select(SettingChange).where(SettingChange.module == module)
    return list(session().scalars(wanted.order_by(SettingChange.at.desc(), SettingChange.id.desc()).limit(50)).all())
