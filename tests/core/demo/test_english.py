"""The demo read in English, page by page from the menu: no Chinese is left but what people typed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from sqlalchemy import JSON, String, select
from werkzeug.exceptions import HTTPException

from core.base.db import metadata
from core.base.session import session
from core.rules import catalog
from core.testing.world import World

pytestmark = pytest.mark.xdist_group("demo")

HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]+")
MASKED = re.compile("[\u3400-\u9fff]{1,2}\\*+")                       # a name as it may be shown: 张*
VOID = ("br", "hr", "img", "input", "link", "meta")
SAID = ("title", "aria-label", "placeholder", "alt", "value", "data-confirm", "data-verb", "label")
OWN_NAME = {"中文"}                               # a language is offered in its own words
ALIKE = ("rules.edit", "access.who", "indicators.show", "settings.one_list", "settings.edit_entry")   # one of them tells
MODULES = {"liaison", "pairing", "training"}


class Reader(HTMLParser):
    """Links and everything a reader can read or hear of a page; what is marked as Chinese is skipped."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.texts: list[str] = []
        self.skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID and (self.skipping or given.get("lang") == "zh-CN" or "g-ava" in given.get("class", "").split()):
            self.skipping += 1
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if not self.skipping and given.get("lang") != "zh-CN":
            self.texts += [text for name, text in given.items() if name in SAID or name.startswith("data-t-")]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.skipping = max(0, self.skipping - 1)

    def handle_data(self, text: str) -> None:
        if not self.skipping:
            self.texts.append(text)


def typed(world: World, slug: str) -> set[str]:
    """Runs of Chinese in what the tenant keeps, and in the names of regulations."""
    found: set[str] = set()
    with world.inside(slug) as ctx:
        for table in metadata.sorted_tables:
            for column in (c for c in table.c if isinstance(c.type, String | JSON) and "tenant_id" in table.c):
                rows = session().scalars(select(column).where(table.c.tenant_id == ctx.tenant.id).distinct())
                found.update(*(HAN.findall(str(value)) for value in rows if value))
    found.update(*(HAN.findall(rule.source) for rule in catalog().values()))
    return found


def is_typed(run: str, known: set[str]) -> bool:
    """Whether a run of Chinese is put together from what people typed."""
    ends = {0}
    for start in range(len(run)):
        if start in ends:
            ends |= {end for end in range(start + 1, len(run) + 1) if run[start:end] in known}
    return len(run) in ends


def pages(world: World, slug: str, login: str) -> Iterator[tuple[str, str, Reader]]:
    """(address, kind of page, what it says) of every page that links lead to from the first one, one of each kind."""
    browser = world.browser(slug, login)
    browser.client.set_cookie("lang", "en")
    routes, seen, waiting = world.app.url_map.bind("localhost"), set[str](), [browser.root + "/"]
    known = set(waiting)
    while waiting:
        address = waiting.pop(0)
        try:
            endpoint, args = routes.match(unquote(urlsplit(address).path).removeprefix(browser.root))
        except HTTPException:
            endpoint, args = "none", {"path": address}
        kind = " ".join([endpoint, *(str(v) for v in args.values() if not isinstance(v, int) and endpoint not in ALIKE)])
        if kind in seen:
            continue
        seen.add(kind)
        answer = browser.client.get(address)
        assert answer.status_code in (200, 302, 303), (address, answer.status_code)
        if answer.mimetype != "text/html":
            continue
        reader = Reader()
        reader.feed(answer.get_data(as_text=True))
        yield address, kind, reader
        for link in reader.links + ([answer.location] if answer.location else []):
            target = urljoin(address, link.split("#")[0])
            if target.startswith(browser.root + "/") and target not in known:
                known.add(target)
                waiting.append(target)


def test_no_page_of_the_demo_speaks_chinese_to_a_reader_of_english(demo: World) -> None:
    known, left, visited = typed(demo, "linshu") | OWN_NAME, Counter[str](), set[str]()
    for address, kind, reader in pages(demo, "linshu", "admin"):
        visited.add(kind.split(" ")[0])
        left.update(f"{run} [{address}]" for text in reader.texts for run in HAN.findall(MASKED.sub("", text))
                    if not is_typed(run, known))
    assert {kind.split(".")[0] for kind in visited} > MODULES and len(visited) > 100, sorted(visited)
    assert not left, "\n".join(sorted(left))
