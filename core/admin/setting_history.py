"""The history of a module's settings in words: what each is called, what it was and is, which differ from the default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.base.i18n import _
from core.service import Context
from core.settings.models import SettingChange
from core.settings.modules import changes_of, defaults, is_secret, label_of, settings_of


@dataclass(frozen=True, slots=True)
class Line:
    """One change. `undoable`: nothing changed the setting since, and its value before is known."""

    change: SettingChange
    label: str
    before: str
    after: str
    undoable: bool


@dataclass(frozen=True, slots=True)
class Own:
    """A setting that is not at its default."""

    name: str
    label: str
    value: str
    standard: str


def in_words(schema: Any, name: str, value: Any) -> str:
    """A value (as JSON has it) as the form shows it."""
    field = schema.fields.get(name)
    if value is None or value in ("", []):
        return _("（空）")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    choices = {str(o.value): str(o.label) for o in field.options()} if hasattr(field, "options") else {}
    return "、".join(choices.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]))


def history(ctx: Context, module: str, schema: Any) -> list[Line]:
    """The last changes, newest first."""
    now = schema.dump(dict(settings_of(ctx.plugins, module)))
    return [Line(c, label_of(schema, c.setting), in_words(schema, c.setting, c.before), in_words(schema, c.setting, c.after),
                 not c.masked and c.undone_at is None and c.setting in schema.fields and now.get(c.setting) == c.after)
            for c in changes_of(ctx, module)]


def own_values(ctx: Context, module: str, schema: Any) -> list[Own]:
    """What the tenant chose otherwise than the default, with the default beside it."""
    now, standard = settings_of(ctx.plugins, module), defaults(schema)
    shown, usual = schema.dump(dict(now)), schema.dump(standard)
    told = {name: _("（打不开，请重新填写）") if name in now.unreadable else _("（不显示）") if is_secret(field)
            else in_words(schema, name, shown.get(name)) for name, field in schema.fields.items()}
    return [Own(name, label_of(schema, name), words, in_words(schema, name, usual.get(name)))
            for name, words in told.items() if name in now.unreadable or now[name] != standard.get(name)]
