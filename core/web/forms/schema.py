"""The base of every schema, and the words that describe a field to people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import marshmallow
from marshmallow import RAISE, ValidationError

from core.base.i18n import Lazy, _l, plain

Text = str | Lazy


def ui(
    label: Text,
    *,
    group: Text = "",
    help: Text = "",
    cols: int = 0,
    widget: str = "",
    placeholder: Text = "",
    aliases: Sequence[str] = (),
    sensitive: bool = False,
    pii: str = "",
    purpose: Text = "",
    choices: Any = None,
    autocomplete: str = "",
    inputmode: str = "",
    example: Text = "",
    **more: Any,
) -> dict[str, Any]:
    """Metadata of a field that people fill in.

    ``cols`` 1–12 of the form grid (0: by widget); ``aliases`` other headings met in Excel files;
    ``sensitive`` keeps
    the value out of drafts and autocomplete; ``pii`` names the kind of personal data (``name``, ``phone``,
    ``id_number``, …) and ``purpose`` why it is asked; ``choices`` a list or function when no validator
    carries it.
    """
    return {
        "ui": {
            "label": label,
            "group": group,
            "help": help,
            "cols": cols,
            "widget": widget,
            "placeholder": placeholder,
            "aliases": tuple(aliases),
            "sensitive": sensitive,
            "pii": pii,
            "purpose": purpose,
            "choices": choices,
            "autocomplete": autocomplete,
            "inputmode": inputmode,
            "example": example,
            **more,
        }
    }


def flat(messages: Any) -> list[str]:
    """Marshmallow's nested messages as one list of sentences."""
    if isinstance(messages, dict):
        return [sentence for part in messages.values() for sentence in flat(part)]
    if isinstance(messages, list | tuple):
        return [sentence for part in messages for sentence in flat(part)]
    return [str(messages)]


class Schema(marshmallow.Schema):
    """Refuses unknown fields; its messages are in the reader's language.

    Dates, choices and texts are declared with the fields of ``core.web.forms``, which clean what they are
    given.
    """

    class Meta:
        unknown = RAISE

    error_messages = {"type": _l("数据格式不对，应为一组字段"), "unknown": _l("没有这个字段")}

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **kwargs: Any) -> None:
        """Lazy texts become plain ones before the error leaves."""
        error.messages = plain(error.messages)

    def errors_of(self, error: ValidationError) -> dict[str, list[str]]:
        """``{field: [sentences]}`` of a failed load, ready for ``Invalid``."""
        return {str(name): flat(found) for name, found in error.normalized_messages().items()}
