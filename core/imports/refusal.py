"""One door for refusing a file: always one sentence, always on the field "file"."""

from __future__ import annotations

from typing import NoReturn

from core.base.i18n import Lazy
from core.contracts.errors import Invalid


def refuse(sentence: str | Lazy) -> NoReturn:
    """Raise Invalid with this one sentence for the uploaded file."""
    raise Invalid(errors={"file": [str(sentence)]})
