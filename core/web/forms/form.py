"""A schema as an HTML form: shown, submitted, shown again with its errors."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, missing

from core.base.i18n import _
from core.contracts.errors import Conflict, Invalid
from core.plugin import installed
from core.web.forms.describe import Item, describe
from core.web.forms.schema import Schema, flat

GENERAL = "_schema"
LONGEST_VALUE = 200_000
log = logging.getLogger("juheli.web")
at_saved: list[Callable[[SchemaForm], None]] = []  # told of every form whose service succeeded (drafts end)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field whose saved value is not what was typed, when somebody else saved first."""

    label: str
    saved: str
    typed: str


class SchemaForm:
    """``form = SchemaForm(PersonSchema(), obj=person)``; ``if form.submit(request.form): … form.data``.

    An optional field left blank arrives as its ``load_default``, else as None: an edit form can empty a
    field.
    """

    def __init__(
        self,
        schema: Schema,
        obj: Any = None,
        *,
        values: Mapping[str, Any] | None = None,
        hide: Iterable[str] = (),
    ) -> None:
        """``obj`` gives the values of an edit form, ``values`` those of a new one; ``hide`` leaves fields
        out."""
        self.schema = schema
        self.items: list[Item] = [item for item in describe(schema) if item.name not in set(hide)]
        self.data: dict[str, Any] = {}
        self.errors: dict[str, list[str]] = {}
        self.version: int | None = getattr(obj, "version", None)
        self.record_id = int(getattr(obj, "id", None) or 0)
        self.result: Any = None
        self.late: list[Difference] | None = None
        self.too_late = ""                  # the service's own sentence, where it knows what became of the record
        shown = {**(schema.dump(obj) if obj is not None else {}), **(values or {})}
        for item in self.items:
            item.value = shown.get(item.name, self._default(item.name) if obj is None else None)

    def _default(self, name: str) -> Any:
        default = self.schema.fields[name].load_default
        return None if default is missing else default() if callable(default) else default

    @property
    def key(self) -> str:
        """Name of the form for drafts: "liaison.OutflowSchema"; "" for a schema that stands in no module's schemas."""
        module = type(self.schema).__module__ + "."
        owners = installed().by_name.values()
        owner = next((one for one in owners if module.startswith(f"{one.package}.schemas.")), None)
        return f"{owner.name}.{type(self.schema).__name__}" if owner else ""

    @property
    def groups(self) -> list[tuple[str, list[Item]]]:
        """The items by their group, groups in order of first appearance."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.group, []).append(item)
        return list(found.items())

    @property
    def general(self) -> list[str]:
        """Errors that belong to no visible field."""
        names = {item.name for item in self.items}
        return [text for name, texts in self.errors.items() if name not in names for text in texts]

    @property
    def count(self) -> int:
        """How many places need correction."""
        return sum(1 for item in self.items if item.errors) + len(self.general)

    @property
    def status(self) -> int:
        """HTTP status for showing the form: 409 somebody saved first, 422 errors, 200."""
        return 409 if self.late is not None else 422 if self.errors else 200

    def __getitem__(self, name: str) -> Item:
        return next(item for item in self.items if item.name == name)

    def submit(self, form: Mapping[str, Any], files: Mapping[str, Any] | None = None) -> bool:
        """Read a posted form (a werkzeug ``MultiDict``) and check it; True when ``data`` may be used.

        Hidden ``version`` is read too (``form.version``); anything else that is no field is ignored.
        """
        self.version = _version(form.get("version"), self.version)
        return self.check({item.name: self._posted(item, form, files or {}) for item in self.items})

    def _posted(self, item: Item, form: Any, files: Mapping[str, Any]) -> Any:
        if item.widget == "file":
            found = files.get(item.name)
            return found if getattr(found, "filename", "") else None
        if item.widget == "checkbox":
            return item.name in form and str(form.get(item.name)).lower() not in ("", "0", "false", "off")
        if item.multiple:
            typed = form.getlist(item.name) if hasattr(form, "getlist") else form.get(item.name, [])
            return [value for value in typed if str(value).strip()]
        typed = form.get(item.name)
        if item.widget == "password":
            return typed or None
        return typed if isinstance(typed, str) and typed.strip() else None

    def check(self, values: Mapping[str, Any]) -> bool:
        """Check values already taken apart by field; None stands for "left blank"."""
        given, too_long = {}, {}
        for item in self.items:
            value = values.get(item.name)
            item.value = value
            if isinstance(value, str) and len(value) > LONGEST_VALUE:
                too_long[item.name] = [_("内容太长")]
                item.value = value[:1000]
            elif value is not None:
                given[item.name] = value
        try:
            self.data = self.schema.load(given)
            self.errors = {}
        except ValidationError as error:
            self.data, self.errors = {}, self.schema.errors_of(error)
        self.errors.update(too_long)
        if self.errors:
            self.data = {}
        else:
            self._fill_blanks()
        self._hand_out()
        return not self.errors

    def _fill_blanks(self) -> None:
        for item in self.items:
            if item.name not in self.data and item.widget not in ("password", "file"):
                self.data[item.name] = [] if item.multiple else None

    def _hand_out(self) -> None:
        for item in self.items:
            item.errors = flat(self.errors.get(item.name, []))

    def refuse(self, errors: Mapping[str, Any]) -> None:
        """Add what a service found wrong (``Invalid.errors``), beside the fields it names."""
        for name, texts in errors.items():
            self.errors.setdefault(str(name), []).extend(flat(texts))
        self._hand_out()

    def attempt(self, service: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Call a service. True: done, ``form.result`` is the answer.

        Its ``Invalid`` becomes errors of this form; its ``Conflict`` its own sentence, or a comparison (``form.late``)
        after which saving again is deliberate: the form now carries the newer version.
        """
        try:
            self.result = service(*args, **kwargs)
        except Invalid as refused:
            self.refuse(refused.errors or {GENERAL: [str(refused)]})
            return False
        except Conflict as conflict:
            self.compare(conflict.current)
            self.too_late = conflict.message if conflict.current is None else ""
            return False
        for call in at_saved:
            try:
                call(self)
            except Exception:
                log.exception("form %s saved, but not everybody could be told", self.key)
        return True

    def sentences(self) -> str:
        """What was refused, as one text for a notice on another page; "" when all that is known is that somebody was faster."""
        return self.too_late or " ".join(text for texts in self.errors.values() for text in texts)

    def compare(self, saved: Any) -> None:
        """Show the form again beside what ``saved`` (the record as it stands now) holds."""
        self.late = []
        if saved is None:
            return
        self.version = getattr(saved, "version", None)
        shown = self.schema.dump(saved)
        for item in self.items:
            other = copy.copy(item)
            other.value = shown.get(item.name)
            if item.name in shown and other.text() != item.text():
                self.late.append(Difference(item.label, other.text(), item.text()))


def _version(typed: Any, fallback: int | None) -> int | None:
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else fallback
