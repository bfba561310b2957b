"""Words in the reader's language.

The Chinese text in the source is the message id. English is looked up in the plain ``messages.po`` of each
module when somebody first reads English; a text without a translation stays Chinese rather than fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import total_ordering
from pathlib import Path
from threading import Lock
from typing import Any

from babel.messages.pofile import read_po

SOURCE = "zh"
LOCALES = ("zh", "en")
HTML_LANG = {"zh": "zh-CN", "en": "en"}

_ROOT = Path(__file__).resolve().parents[2]
_locale: ContextVar[str] = ContextVar("juheli_locale", default=SOURCE)
_extra: list[Path] = []
_words: dict[str, dict[str, str | tuple[str, ...]]] = {}
_lock = Lock()


def current_locale() -> str:
    """The language of whoever is being answered: ``"zh"`` or ``"en"``."""
    return _locale.get()


@contextmanager
def use_locale(code: str | None) -> Iterator[str]:
    """Speak ``code`` inside the block; an unknown or missing code means Chinese."""
    mark = _locale.set(code if code in LOCALES else SOURCE)
    try:
        yield _locale.get()
    finally:
        _locale.reset(mark)


def add_catalog(folder: Path | str) -> None:
    """Also read ``<folder>/en/LC_MESSAGES/messages.po`` (a third-party plugin's translations folder)."""
    path = Path(folder)
    with _lock:
        if path not in _extra:
            _extra.append(path)
            _words.clear()


def catalog_folders() -> list[Path]:
    """Every ``translations`` folder. The earlier one is heard: the kit's own words, core, then plugins."""
    core = sorted((_ROOT / "core").glob("*/translations"), key=lambda path: (path.parent.name not in ("base", "web"), path))
    plugins = sorted((_ROOT / "plugins").glob("*/translations"))
    return [*core, *(_ROOT / "core").glob("translations"), *plugins, *_extra]


def _read(locale: str) -> dict[str, str | tuple[str, ...]]:
    words: dict[str, str | tuple[str, ...]] = {}
    for folder in catalog_folders():
        path = folder / locale / "LC_MESSAGES" / "messages.po"
        if not path.is_file():
            continue
        with path.open("rb") as stream:
            for message in read_po(stream, locale=locale):
                key = message.id[0] if isinstance(message.id, tuple | list) else message.id
                text = message.string
                done = all(text) if isinstance(text, tuple | list) else bool(text)
                if key and done:
                    words.setdefault(key, tuple(text) if isinstance(text, tuple | list) else text)
    return words


def _lookup(msgid: str) -> str | tuple[str, ...] | None:
    locale = _locale.get()
    if locale == SOURCE:
        return None
    words = _words.get(locale)
    if words is None:
        with _lock:
            words = _words.get(locale)
            if words is None:
                words = _words[locale] = _read(locale)
    return words.get(msgid)


def _fill(text: str, source: str, values: dict[str, Any]) -> str:
    """Placeholders filled in. A translation with a wrong placeholder falls back to the source text."""
    if not values:
        return text
    try:
        return text % values
    except (KeyError, ValueError, TypeError):
        return source % values


def gettext(msgid: str, **values: Any) -> str:
    """``msgid`` in the current language, with ``%(name)s`` placeholders filled in (only when values are
    given)."""
    found = _lookup(msgid)
    return _fill(found if isinstance(found, str) else found[0] if found else msgid, msgid, values)


def ngettext(one: str, many: str, n: int, **values: Any) -> str:
    """A text that depends on a number; Chinese has one form (``many``), English two. ``n`` is a placeholder
    too."""
    found = _lookup(one)
    if isinstance(found, tuple):
        text = found[0 if abs(n) == 1 else -1]
    else:
        text = found or many
    return _fill(text, many, {"n": n, **values})


@total_ordering
class Lazy:
    """A text translated when it is shown, not when the module is read. Not a ``str``: nothing can freeze it
    unseen."""

    __slots__ = ("msgid", "values")

    def __init__(self, msgid: str, values: dict[str, Any] | None = None) -> None:
        self.msgid = msgid
        self.values = values or {}

    def __str__(self) -> str:
        return gettext(self.msgid, **self.values)

    def __repr__(self) -> str:
        return f"_l({self.msgid!r})"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Lazy | str) else NotImplemented

    def __lt__(self, other: Lazy | str) -> bool:
        return str(self) < str(other)

    def __hash__(self) -> int:
        return hash(self.msgid)

    def __bool__(self) -> bool:
        return bool(self.msgid)

    def __len__(self) -> int:
        return len(str(self))

    def __contains__(self, part: object) -> bool:
        return str(part) in str(self)

    def __add__(self, other: object) -> str:
        return str(self) + str(other)

    def __radd__(self, other: object) -> str:
        return str(other) + str(self)

    def __mod__(self, values: Any) -> str:
        return str(self) % values

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in Lazy.__slots__:
            raise AttributeError(name)
        return getattr(str(self), name)


def lazy_gettext(msgid: str, **values: Any) -> Lazy:
    """``_l``: a text for declarations (labels, titles, messages) that are read at import time."""
    return Lazy(msgid, values)


def source_text(text: str | Lazy) -> str:
    """The Chinese text itself, whatever language is spoken (headings of Excel files are Chinese for
    everybody)."""
    return text.msgid if isinstance(text, Lazy) else text


def plain(value: Any) -> Any:
    """``value`` with every lazy text inside lists, tuples and dicts turned into a string (for JSON and
    messages)."""
    if isinstance(value, Lazy):
        return str(value)
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


_ = gettext
_l = lazy_gettext
