"""Fields whose value is one (or some) of a list, another record, or a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from marshmallow import ValidationError, fields

from core.base.i18n import Lazy, _, _l
from core.web.forms import clean
from core.web.forms.fields import BIGGEST, Said


class Option(NamedTuple):
    """One entry of a list: what is stored, what is shown, and letters to find it by (pinyin)."""

    value: Any
    label: str | Lazy
    find: str = ""


Source = Iterable[Any] | Callable[[], Iterable[Any]]


def options(source: Source) -> list[Option]:
    """The entries of a list or of a function that makes it: values, ``(value, label)`` pairs or
    ``Option``."""
    entries = source() if callable(source) else source
    return [
        Option(*entry) if isinstance(entry, tuple | list) else Option(entry, entry) for entry in entries
    ]


def match(entries: list[Option], typed: Any) -> Option | None:
    """The entry whose value, or else whose label, was typed."""
    wanted = clean.one_line(str(typed))
    by_value = next((entry for entry in entries if str(entry.value) == wanted), None)
    return by_value or next((entry for entry in entries if str(entry.label) == wanted), None)


class Choice(Said, fields.Field):
    """One of a list that is known per request (dictionary, states, tenant setting). Value or label may be
    typed."""

    widget = "select"
    default_error_messages = {"invalid": _l("请从列表中选择")}

    def __init__(self, source: Source, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source = source

    def options(self) -> list[Option]:
        return options(self.source)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        listed = self.options()
        if isinstance(value, bool) and any(entry.value is value for entry in listed):
            return value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.make_error("invalid")
        found = match(listed, value)
        if found is None:
            shown = clean.one_line(str(value))[:20]
            raise ValidationError(
                _("“%(value)s”不在可选范围内，请从列表中选择", value=shown)
                if shown
                else str(self.error_messages["required"])
            )
        return found.value


class Choices(Choice):
    """Several of a list; duplicates are dropped, order is kept. A cell holds them with ``、`` or a comma
    between."""

    widget = "checks"
    default_error_messages = {"invalid": _l("请从列表中选择")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, str):
            value = [part for part in re.split(r"[、,，;；]", value) if part.strip()]
        if not isinstance(value, list | tuple) or len(value) > 1000:
            raise self.make_error("invalid")
        picked: list[Any] = []
        for one in value:
            found = super()._deserialize(one, attr, data, **kwargs)
            if found not in picked:
                picked.append(found)
        if self.required and not picked:
            raise self.make_error("required")
        return picked


class Ref(Said, fields.Field):
    """The id of another record (``kind``: ``org``, ``person``, …). Whether it exists is for the service to
    say.

    ``source`` gives the list to pick from (or None: the picker of that kind loads it), ``shown`` the name
    of an id.
    """

    widget = "ref"
    default_error_messages = {"invalid": _l("请从列表中选择")}

    def __init__(
        self,
        kind: str,
        source: Source | None = None,
        *,
        shown: Callable[[int], str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.kind, self.source, self.shown = kind, source, shown

    def options(self) -> list[Option]:
        return options(self.source) if self.source is not None else []

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.make_error("invalid")
        typed = clean.ascii_form(str(value))
        if re.fullmatch(r"[0-9]{1,16}", typed) and 0 < int(typed) <= BIGGEST:
            return int(typed)
        found = match(self.options(), value)
        if found is None:
            raise self.make_error("invalid")
        return found.value


class Refs(Ref):
    """The ids of several records."""

    widget = "refs"
    default_error_messages = {"invalid": _l("请从列表中选择")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[int]:
        if isinstance(value, str):
            value = [part for part in re.split(r"[、,，;；]", value) if part.strip()]
        if not isinstance(value, list | tuple) or len(value) > 5000:
            raise self.make_error("invalid")
        picked = [super(Refs, self)._deserialize(one, attr, data, **kwargs) for one in value]
        if self.required and not picked:
            raise self.make_error("required")
        return list(dict.fromkeys(picked))


class Upload(Said, fields.Field):
    """A file from the browser (a werkzeug ``FileStorage``); ``accept`` lists endings such as ``(".xlsx",
    ".csv")``."""

    widget = "file"
    default_error_messages = {"invalid": _l("请选择文件"), "required": _l("请选择文件")}

    def __init__(self, accept: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(load_only=True, **kwargs)
        self.accept = accept

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        name = getattr(value, "filename", None)
        if not name:
            raise self.make_error("invalid")
        if self.accept and not name.lower().endswith(self.accept):
            raise ValidationError(_("只接受 %(endings)s 文件", endings="、".join(self.accept)))
        return value
