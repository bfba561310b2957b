"""Which column is which field: exact heading, alias, the same after tidying, or a suggestion with a confidence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from core.imports.targets import Target
from core.imports.words import words

SURE, SUGGESTED = 0.9, 0.62
BRACKETED = re.compile(r"[(\[{【〔《<].*?[)\]}】〕》>]")
NOISE = re.compile(r"[\s*＊:：;；,，.。、·\-_/\\|\"'“”‘’!！?？#№]+")


@dataclass(frozen=True)
class Match:
    """What one column was taken for. how: remembered, label, alias, tidied, fuzzy, ignored or none."""

    column: int
    heading: str
    field: str | None
    how: str
    confidence: float

    @property
    def sure(self) -> bool:
        """Whether the column may be used without asking."""
        return self.field is not None and self.confidence >= SURE


def tidy(heading: object) -> str:
    """A heading without blanks, stars, punctuation and full-width forms: "＊姓　名（必填）" -> "姓名"."""
    text = unicodedata.normalize("NFKC", str(heading or "")).casefold()
    bare = NOISE.sub("", BRACKETED.sub("", text))
    return bare or NOISE.sub("", text).strip("()[]{}<>")


def recognise(
    headings: Sequence[str], targets: Sequence[Target], remembered: Mapping[str, str | None] | None = None
) -> list[Match]:
    """One Match per heading; a field is given to one column only, the most certain one (then the leftmost)."""
    known = {tidy(heading): name for heading, name in (remembered or {}).items()}
    candidates = [
        (confidence, -column, how, name)
        for column, heading in enumerate(headings)
        for confidence, how, name in _candidates(heading, targets, known)
    ]
    candidates.sort(key=lambda item: (-item[0], -item[1]))
    taken: dict[int, tuple[str, str, float]] = {}
    used: set[str] = set()
    for confidence, minus_column, how, name in candidates:
        column = -minus_column
        if column in taken or name in used:
            continue
        taken[column] = (name, how, confidence)
        used.add(name)
    return [_match(column, heading, taken.get(column), known) for column, heading in enumerate(headings)]


def _match(column: int, heading: str, found: tuple[str, str, float] | None, known: Mapping) -> Match:
    if found:
        return Match(column, heading, *found)
    ignored = tidy(heading) in words("ignored_headings") or (tidy(heading) in known and known[tidy(heading)] is None)
    return Match(column, heading, None, "ignored" if ignored else "none", 0.0)


def _candidates(
    heading: str, targets: Sequence[Target], known: Mapping[str, str | None]
) -> list[tuple[float, str, str]]:
    """(confidence, how, field) for every field this heading might mean."""
    whole = tidy(heading)
    if not whole or whole in words("ignored_headings"):
        return []
    if whole in known:
        name = known[whole]
        return [(1.1, "remembered", name)] if any(t.name == name for t in targets) else []
    parts = [tidy(part) for part in str(heading).split("/")]
    found = (_score(str(heading), whole, parts, target) for target in targets)
    return [item for item in found if item]


def _score(heading: str, whole: str, parts: list[str], target: Target) -> tuple[float, str, str] | None:
    names = target.headings()
    if heading == names[0]:
        return (1.0, "label", target.name)
    if heading in names:
        return (0.99, "alias", target.name)
    tidied = [tidy(name) for name in names]
    if whole in tidied:
        return (0.98, "tidied", target.name)
    if len(parts) > 1 and parts[-1] in tidied:
        return (0.95, "tidied", target.name)
    if len(parts) > 1 and parts[0] in tidied:
        return (0.91, "tidied", target.name)
    best = max(_likeness(whole, name) for name in tidied)
    return (best, "fuzzy", target.name) if best >= SUGGESTED else None


def _likeness(one: str, other: str) -> float:
    """0…0.89: how alike two tidied headings are; a heading inside the other counts as likely."""
    if not one or not other:
        return 0.0
    ratio = SequenceMatcher(None, one, other).ratio()
    if min(len(one), len(other)) >= 2 and (one in other or other in one):
        ratio = max(ratio, 0.7)
    return min(ratio, 0.89)
