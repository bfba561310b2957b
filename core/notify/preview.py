"""A bulletin as readers will see it, with every personal number marked where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from core.base.leaks import leaks
from core.service import Context, service

from .models import DRAFT, Bulletin
from .names import names_in, with_names_masked
from .services import find_bulletin
from .workflows import leak_sentences


@dataclass(frozen=True, slots=True)
class Preview:
    """As shown; a line is a list of (text, is it a personal number?). `faults` must be mended before publication."""

    title: str
    lines: tuple[tuple[tuple[str, bool], ...], ...]
    faults: tuple[str, ...]
    masked: tuple[str, ...]


def lines_of(text: str) -> tuple[tuple[tuple[str, bool], ...], ...]:
    """The text in lines, personal numbers told apart (and masked, even for the writer)."""
    return tuple(_pieces(line) for line in text.split("\n"))


def _pieces(line: str) -> tuple[tuple[str, bool], ...]:
    found, at = [], 0
    for leak in leaks(line):
        found += [(line[at : leak.start], False), (leak.shown, True)]
        at = leak.end
    return tuple((text, bad) for text, bad in (*found, (line[at:], False)) if text)


@service("notify.bulletin.write", writes=False)
def preview(ctx: Context, bulletin_id: int) -> tuple[Bulletin, Preview]:
    """A draft as it would be published, or what was published."""
    found = find_bulletin(ctx, bulletin_id)
    if found.state != DRAFT and found.shown_body:
        return found, Preview(found.safe_title, lines_of(found.shown_body), (), ())
    names = names_in(found.title + "\n" + found.body) if found.mask_names else []
    return found, Preview(with_names_masked(found.safe_title, names), lines_of(with_names_masked(found.body, names)),
                          tuple(leak_sentences(found)), tuple(names))
