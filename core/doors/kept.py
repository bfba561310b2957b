"""What somebody typed into a form that came too late (signed out meanwhile): shown again, for no browser keeps our pages."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from core.base.leaks import leaks
from core.web.csrf import FIELD, same_origin

SECRET = ("password", "secret")
SEALED = ("code", "id_no", "phone")
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Kept:
    """texts: what is worth copying; fields: everything, to be sent again by a press (empty when that is not possible)."""

    texts: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    address: str


def kept_of_form() -> Kept | None:
    """None when the form came from elsewhere, holds a secret, a file or more than a person types."""
    given = [(name, text) for name, text in request.form.items(multi=True) if name != FIELD]
    if not same_origin() or any(f.filename for f in request.files.values()) or sum(len(text) for _name, text in given) > LONGEST:
        return None
    if any(part in name for name, _text in given for part in SECRET):
        return None
    texts = tuple(text for name, text in given if _worth_copying(name, text))
    return Kept(texts, tuple(given), request.script_root + request.full_path.rstrip("?"))


def _worth_copying(name: str, text: str) -> bool:
    """Words, not codes and dates; never the numbers of a person."""
    return not text.isascii() and not any(part in name for part in SEALED) and not leaks(text)
