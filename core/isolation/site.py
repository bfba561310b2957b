"""Walking through a tenant's pages the way a person does, to learn which addresses, names and forms there are."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.routing.converters import NumberConverter

from .canaries import CALENDAR
from .visitor import Visitor


@dataclass(frozen=True)
class Form:
    """A form on a page: where it is sent and what a browser would send."""

    endpoint: str
    method: str
    path: str
    fields: dict[str, str] = field(hash=False)


@dataclass
class Site:
    """What was found: values of the names in addresses, keys of queries, forms."""

    names: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    keys: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    forms: dict[tuple[str, str, frozenset[str]], Form] = field(default_factory=dict)
    visited: int = 0


def numbers_of(rule: Rule) -> list[str]:
    """The arguments of an address that are numbers of records."""
    return sorted(a for a in rule.arguments if isinstance(rule._converters[a], NumberConverter) and a not in CALENDAR)


def words_of(rule: Rule) -> list[str]:
    """The other arguments: names of ledgers, workflows, kinds, and tokens."""
    return sorted(set(rule.arguments) - set(numbers_of(rule)) - set(CALENDAR))


def times_of(rule: Rule, number: int) -> dict[str, int]:
    """The arguments that are years, quarters or months: those of the canary with this number."""
    return {name: CALENDAR[name](number) for name in set(rule.arguments) & set(CALENDAR)}


class _Reader(HTMLParser):
    """Links and forms of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.forms: list[tuple[str, str, dict[str, str]]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        for name, method in (("href", "GET"), ("hx-get", "GET"), ("formaction", "POST"), ("hx-post", "POST"),
                             ("data-url", "GET"), ("data-src", "GET")):
            if have.get(name, "").startswith("/"):
                self.links.append((method, have[name]))
        if tag == "form":
            self.forms.append((have.get("method", "get").upper(), have.get("action", ""), {}))
        elif self.forms and have.get("name"):
            self._field(tag, have)
        elif tag == "option" and self._select and self.forms:
            fields = self.forms[-1][2]
            if "selected" in have or not fields.get(self._select):
                fields[self._select] = have.get("value", "")

    def _field(self, tag: str, have: dict[str, str]) -> None:
        fields = self.forms[-1][2]
        self._select = have["name"] if tag == "select" else ""
        if tag in ("input", "select", "textarea", "button"):
            unchecked = have.get("type") in ("checkbox", "radio") and "checked" not in have and have["name"] in fields
            if not unchecked:
                fields[have["name"]] = have.get("value", "")


class Walk:
    """One walk of one visitor, `limit` pages long."""

    def __init__(self, app: Flask, visitor: Visitor, own: Iterable[int], limit: int):
        self.visitor, self.limit, self.own = visitor, limit, list(own)
        self.app, self.site = app, Site()
        self.map = app.url_map.bind("localhost", script_name=visitor.root)
        self.queue: deque[str] = deque()
        self.seen: set[Any] = set()

    def go(self) -> Site:
        for rule in self.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and not words_of(rule) and rule.endpoint != "static":
                self._meet("GET", self.visitor.root + self._path(rule))
        while self.queue and self.site.visited < self.limit:
            path = self.queue.popleft()
            self.site.visited += 1
            self._read(path, self.visitor.open("GET", path).text)
        return self.site

    def _path(self, rule: Rule) -> str:
        values = dict.fromkeys(numbers_of(rule), self.own[0]) | times_of(rule, self.own[0])
        return self.app.url_map.bind("localhost").build(rule.endpoint, values, "GET")

    def _read(self, path: str, text: str) -> None:
        reader = _Reader()
        reader.feed(text)
        for method, link in reader.links:
            self._meet(method, link)
        for method, action, fields in reader.forms:
            self._keep_form(method, action or self.visitor.root + path, fields)

    def _match(self, method: str, address: str) -> tuple[str, dict[str, Any]] | None:
        path = urlsplit(address).path
        if not path.startswith(self.visitor.root + "/"):
            return None
        try:
            return self.map.match(path[len(self.visitor.root):], method=method)
        except HTTPException:
            return None

    def _meet(self, method: str, address: str) -> None:
        found = self._match(method, address)
        if found is None:
            return
        endpoint, arguments = found
        words = {k: v for k, v in arguments.items() if not isinstance(v, int)}
        for name, value in words.items():
            self.site.names[endpoint, name].add(str(value))
        keys = [key for key, _value in parse_qsl(urlsplit(address).query)]
        self.site.keys[endpoint] |= set(keys)
        mark = (endpoint, tuple(sorted(words.items())), tuple(sorted(set(keys))))
        if method == "GET" and mark not in self.seen and endpoint not in ("static", "accounts.sign_out"):
            self.seen.add(mark)
            self.queue.append(address[len(self.visitor.root):].partition("#")[0])

    def _keep_form(self, method: str, action: str, fields: dict[str, str]) -> None:
        found = self._match(method, action)
        if found is None:
            return
        endpoint, arguments = found
        if method == "GET":
            self.site.keys[endpoint] |= set(fields)
            return
        words = tuple(sorted(str(v) for v in arguments.values() if not isinstance(v, int)))
        path = urlsplit(action).path[len(self.visitor.root):]
        form = Form(endpoint, method, path, {k: v for k, v in fields.items() if k != "csrf_token"})
        self.site.forms.setdefault((endpoint, "/".join(words), frozenset(fields)), form)
