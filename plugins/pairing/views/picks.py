"""What the forms of the module search in: `Ref` fields of its kinds."""

from __future__ import annotations

from core.web.forms import Option
from core.web.pickers import Picker, register

from ..queries.choices import CHOOSABLE, Choosable
from ..sides import READ


def _register(among: Choosable) -> None:
    register(Picker(kind=among.kind, permission=READ, name=among.name,
                    find=lambda ctx, typed, limit: [Option(*one) for one in among.find(ctx, typed, limit)]))


for one in CHOOSABLE:
    _register(one)
