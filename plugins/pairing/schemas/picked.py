"""A field that picks one record: a list while there are few, a search while there are many."""

from __future__ import annotations

from typing import Any

from core.web import ctx
from core.web.forms import Option, Ref

from ..queries.choices import FEW, Choosable


class Picked(Ref):
    """The id of a record of a `Choosable`. Whether the reader may use it is for the service to say."""

    def __init__(self, among: Choosable, **kwargs: Any) -> None:
        super().__init__(among.kind, **kwargs)
        self.among = among

    def options(self) -> list[Option]:
        """All entries when a list of them can be read at a glance; none when one has to search."""
        found = self.among.find(ctx(), limit=FEW + 1)
        return [Option(*one) for one in found] if len(found) <= FEW else []
