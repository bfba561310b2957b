"""What templates, styles and scripts must not use: the CSP forbids it, Chromium 86 and Safari 14.1 lack it, or Juheli
refuses it. Source: docs of the design tokens (ui.md) and the browser research (frontend.md §6)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.architecture.tree import PRODUCT, ROOT, files, in_tests, show

TEMPLATE = {
    r"\sstyle\s*=": "style attribute: use a class, <progress> or SVG attributes",
    r"<style\b": "inline style: put it into a css file",
    r"<script(?![^>]*\b(?:src=|type=\"application/(?:ld\+)?json\"))[^>]*>": "inline script: put it into a js file",
    r"\son[a-z]+\s*=\s*[\"'{]": "event attribute: listen in a js file",
    r"\bhx-on\b": "hx-on is an inline script",
    r"\bhx-(?:vals|headers)\s*=\s*[\"']js:": "js: values are evaluated, the CSP forbids it",
    r"javascript:": "javascript: address",
    r"<(?:script|img|link|iframe|source|video|audio|embed|use)\b[^>]*\b(?:src|href|srcset)\s*=\s*[\"'](?:https?:)?//": (
        "asset from another host: nothing may be loaded over the network"
    ),
    r"\bnavigator\.geolocation\b|\bcapture=": "location and forced photos are refused",
}
CSS = {
    r"color-mix\(": "Chromium 111",
    r"\bokl(?:ch|ab)\(": "Chromium 111",
    r":has\(": "Chromium 105",
    r":is\(": "Chromium 88",
    r":where\(": "Chromium 88",
    r":not\([^()]*,": "Chromium 88",
    r"@layer\b": "Chromium 99",
    r"@container\b": "Chromium 105",
    r"(?:^|[;{\s])inset(?:-[a-z]+)*\s*:": "Chromium 87: top, right, bottom, left",
    r"\baspect-ratio\s*:": "Chromium 88",
    r"\d[dsl]v[hw]\b": "Chromium 108",
    r"\baccent-color\s*:": "Chromium 93",
    r"(?:^|\})\s*[^{}@]*&[^{}]*\{": "nesting, Chromium 112",
    r"@import\b": "one more round trip: link it",
    r"url\(\s*[\"']?(?:https?:)?//": "asset from another host",
    r"@media\s*\((?:max|min)-width": "also matches paper: @media screen and (…)",
    r"fieldset[^{},]*\{[^}]*display\s*:\s*(?:inline-)?(?:grid|flex)": "phantom row in Chromium 86: use an inner div",
}
COLOUR = {r"#(?:[0-9a-fA-F]{3,4}){1,2}\b(?![^{}]*\{)|\b(?:rgb|hsl)a?\(": "literal colour: only tokens.css may hold one"}
JS = {
    r"\beval\(|new Function\b|document\.write\b": "the CSP forbids it",
    r"\b(?:local|session)Storage\b|\bindexedDB\b": "shared PCs: keep state on the server or in the address",
    r"navigator\.(?:geolocation|mediaDevices)": "location and forced photos are refused",
    r"\.at\(": "Chromium 92",
    r"\bObject\.(?:hasOwn|groupBy)\(|\bstructuredClone\(": "Chromium 93 and later",
    r"\.findLast(?:Index)?\(|\.to(?:Sorted|Reversed|Spliced)\(": "Chromium 97 and later",
    r"crypto\.randomUUID|AbortSignal\.(?:timeout|any)|\bURL\.canParse\(": "Chromium 92 and later",
    r":has\(|:is\(|:where\(": "selector newer than Chromium 86",
    r"[\"'`](?:https?:)?//[a-z]": "address of another host",
    r"\.(?:showPopover|togglePopover|checkVisibility|requestSubmit)\(": "not in Chromium 86 or Safari 14.1",
}
COMMENTS = {
    ".html": re.compile(r"{#.*?#}|<!--.*?-->", re.DOTALL),
    ".css": re.compile(r"/\*.*?\*/", re.DOTALL),
    ".js": re.compile(r"/\*.*?\*/|(?<![:\"'`\\])//[^\n]*", re.DOTALL),
}


def faults(text: str, suffix: str, rules: Mapping[str, str]) -> list[str]:
    """Line, match and reason for everything in `text` that `rules` forbid, comments left out."""
    text = COMMENTS[suffix].sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return [
        f"{text.count(chr(10), 0, match.start()) + 1}: {match[0].strip()[:50]!r}: {reason}"
        for pattern, reason in rules.items()
        for match in re.finditer(pattern, text, re.IGNORECASE | re.MULTILINE)
    ]


def in_product(suffix: str, rules: Mapping[str, str], but: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{show(path)}:{fault}"
        for path in files(suffix, under=PRODUCT)
        if not in_tests(path) and path.name not in but
        for fault in faults(path.read_text(), suffix, rules)
    ]


def test_templates_obey_the_content_security_policy():
    assert in_product(".html", TEMPLATE) == []


def test_styles_work_in_the_oldest_supported_browsers():
    assert in_product(".css", CSS) == []


def test_colours_come_from_the_tokens():
    assert in_product(".css", COLOUR, but=("tokens.css",)) == []


def test_scripts_work_in_the_oldest_supported_browsers():
    assert in_product(".js", JS) == []


def test_every_icon_used_is_in_the_sprite():
    known = {name for line in (ROOT / "frontend/icons.txt").read_text().splitlines() if line[:1] != "#" for name in line.split()}
    used = {
        f"{show(path)}: {name}"
        for path in files(".html", ".py", under=PRODUCT)
        for name in re.findall(r"\bicon(?:\(\s*|\s*=\s*)[\"']([a-z0-9-]+)[\"']", path.read_text())
        if name not in known
    }
    assert used == set(), "add them to frontend/icons.txt and run `make assets`"


@pytest.mark.parametrize(
    ("suffix", "rules", "text"),
    [
        (".html", TEMPLATE, '<p style="width:1px">'),
        (".html", TEMPLATE, "<script>alert(1)</script>"),
        (".html", TEMPLATE, '<a onclick="go()">'),
        (".html", TEMPLATE, '<script src="https://cdn.example/x.js"></script>'),
        (".html", TEMPLATE, '<img alt="" src="//cdn.example/x.png">'),
        (".css", CSS, "a:has(b) { color: red }"),
        (".css", CSS, "@media (max-width: 700px) { a { top: 0 } }"),
        (".css", CSS, ".a { inset: 0 }"),
        (".css", CSS, "fieldset.x { margin: 0; display: grid }"),
        (".css", COLOUR, ".a { color: #b3191f }"),
        (".js", JS, "items.at(-1)"),
        (".js", JS, "fetch('https://example.org')"),
        (".js", JS, "localStorage.x = 1"),
    ],
)
def test_planted_faults_are_found(suffix, rules, text):
    assert len(faults(text, suffix, rules)) == 1


@pytest.mark.parametrize(
    ("suffix", "rules", "text"),
    [
        (".html", TEMPLATE, '<script src="{{ url }}" defer></script><script type="application/json">{}</script>'),
        (".html", TEMPLATE, '<a href="https://example.org" class="g-style" data-on="1">x</a>{# style="" #}'),
        (".html", TEMPLATE, '<svg xmlns="http://www.w3.org/2000/svg"><use href="/static/icons.svg#x"></use></svg>'),
        (".css", CSS, "@media screen and (max-width: 700px) { .inset { top: 0; box-shadow: inset 0 0 1px } }"),
        (".css", COLOUR, ".a { color: var(--g-brand) } /* #fff */ #add { top: 0 }"),
        (".js", JS, "// see https://example.org\nx.matches('.a'); location.href = '/t/';"),
    ],
)
def test_allowed_things_pass(suffix, rules, text):
    assert faults(text, suffix, rules) == []
