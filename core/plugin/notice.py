"""Declaration of what a module tells people: the wording a tenant may change, with places for what differs each time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PLACE = re.compile(r"\{([a-z_]+)\}")
LONGEST = {False: 200, True: 2000}      # characters of one line, and of a text of several


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NoticeTemplate:
    """The wording of one notice. Stands in a module's `notices.py`; sent with `core.notify.wording.tell`.

    name    "training.called_off"
    title   when it is sent, for the admin who words it
    text    the words, with `{place}` for each value; a translated text has its wording in each language
    values  place -> (what stands there, an example for the preview)
    lines   a text of several lines (an announcement); a line whose places are all blank is left out
    most    how long the words may be where that is less than usual (what they become has its own limit)
    """

    name: str
    title: Any
    text: Any
    values: Mapping[str, tuple[Any, Any]]
    lines: bool = False
    most: int | None = None

    @property
    def longest(self) -> int:
        return self.most or LONGEST[self.lines]

    def problems(self) -> list[str]:
        found = [f"{self.name}: {{{name}}} stands in the text but not in `values`" for name in PLACE.findall(str(self.text))
                 if name not in self.values]
        if len(str(self.text)) > self.longest:
            found.append(f"{self.name}: the text has more than {self.longest} characters")
        return found


def filled(text: str, values: Mapping[str, Any]) -> str:
    """The words with the values in their places. Nothing in a value is a place again."""
    lines = [(line, PLACE.findall(line)) for line in text.split("\n")]
    kept = [line for line, places in lines if not places or any(str(values.get(name, "")) for name in places)]
    return "\n".join(PLACE.sub(lambda place: str(values.get(place[1], place[0])), line) for line in kept)
