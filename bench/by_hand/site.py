"""The hand-written site: a Flask app over a store, with the markup of our own pages."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Flask, Response, abort, request
from jinja2 import Environment

from core.base import clock
from core.base.crypto import token_hash

READ = "people.person.read"


@dataclass(frozen=True)
class Who:
    """Who asks. `held`: the permissions of each role with the place they are held at; `asked`: what his inbox items ask for."""

    tenant: int
    title: str
    user: int
    name: str
    held: list[tuple[list[str], str]]
    asked: str = "people.org.manage"

    def paths(self, permission: str) -> list[str]:
        return [path for permissions, path in self.held if permission in permissions]


@dataclass(frozen=True)
class Asked:
    """What a list is asked for."""

    page: int = 1
    gender: str = ""
    kind: str = ""
    q: str = ""


class Store(Protocol):
    """Where the answers come from: the driver, or SQLAlchemy."""

    def admit(self, slug: str, secret: str, *, program: bool = False) -> Who | None: ...
    def people(self, who: Who, asked: Asked) -> list[tuple[Any, ...]]: ...
    def total(self, who: Who, asked: Asked) -> int: ...
    def person(self, who: Who, number: int) -> dict[str, Any] | None: ...
    def timeline(self, who: Who, number: int) -> int: ...
    def badges(self, who: Who, today: dt.date) -> tuple[Any, ...]: ...
    def items(self, who: Who, most: int) -> list[tuple[Any, ...]]: ...
    def choices(self, who: Who) -> list[tuple[Any, ...]]: ...
    def overview(self, who: Who, today: dt.date) -> list[Any]: ...
    def close(self) -> None: ...


@dataclass
class Site:
    """The app. `sources`: its templates; `words`: what codes are called; `fields`: of a person in the API."""

    store: Store
    sources: Mapping[str, str]
    words: Mapping[str, str]
    fields: Mapping[str, str]
    app: Flask = field(init=False)
    totals: dict[Any, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app = Flask("by_hand")
        made = Environment(autoescape=True)
        self.templates = {name: made.from_string(source) for name, source in self.sources.items()}
        for rule, view in (("list", self.list), ("person/<int:number>", self.person), ("inbox", self.inbox), ("", self.dashboard),
                           ("api/list", self.api_list), ("api/person/<int:number>", self.api_person)):
            self.app.add_url_rule(f"/<slug>/{rule}", rule, view)

    def _who(self, slug: str, needs: str = "", *, program: bool = False) -> Who:
        secret = self.mac(request.headers["Authorization"]) if program else token_hash(request.cookies["juheli"])
        who = self.store.admit(slug, secret, program=program)
        if who is None or (needs and not who.paths(needs)):
            abort(403)
        return who

    mac: Callable[[str], str] = staticmethod(token_hash)

    def list(self, slug: str) -> str:
        who = self._who(slug, READ)
        asked = _asked()
        rows = self.store.people(who, asked)
        first = (asked.page - 1) * 50 + 1
        shown = [_cells(first + number, row, self.words) for number, row in enumerate(rows)]
        return self.templates["list"].render(who=who, rows=shown, total=f"{self._total(who, asked):,}", csrf="0" * 64)

    def _total(self, who: Who, asked: Asked) -> int:
        """Counted on every page, or with ?kept=1 only once."""
        if "kept" not in request.args:
            return self.store.total(who, asked)
        key = (who.tenant, who.user, asked.gender, asked.kind, asked.q)
        if key not in self.totals:
            self.totals[key] = self.store.total(who, asked)
        return self.totals[key]

    def person(self, slug: str, number: int) -> str:
        who = self._who(slug, READ)
        person = self.store.person(who, number) or abort(404)
        return self.templates["person"].render(
            who=who, p=person, gender=self.words.get(person["gender"], ""), birth_date=str(person["birth_date"] or ""),
            kind=self.words.get(person["member_kind"], ""), timeline=self.store.timeline(who, number),
            badges=self.store.badges(who, clock.today()), csrf="0" * 64)

    def inbox(self, slug: str) -> str:
        who = self._who(slug)
        shown = [(("", str(due or ""), title, declared, place, opener, assignee), (None, None, number, None, None, None, None))
                 for number, due, title, declared, place, opener, assignee in self.store.items(who, 50)]
        return self.templates["inbox"].render(who=who, rows=shown, choices=self.store.choices(who),
                                              badges=self.store.badges(who, clock.today()), csrf="0" * 64)

    def dashboard(self, slug: str) -> str:
        who = self._who(slug)
        today = clock.today()
        figures, places, units, posted = self.store.overview(who, today)
        return self.templates["dashboard"].render(
            who=who, figures=figures, places=places, units=units, posted=posted, items=self.store.items(who, 6),
            badges=self.store.badges(who, today), csrf="0" * 64)

    def api_list(self, slug: str) -> Response:
        who = self._who(slug, READ, program=True)
        asked = _asked()
        items = [{"id": row[0], "name": row[1], "gender": row[2], "birth_date": _month(row[3]), "joined_on": _month(row[5]),
                  "member_kind": row[7], "phone": row[11]} for row in self.store.people(who, asked)]
        return _answer({"items": items, "total": self._total(who, asked), "next": None})

    def api_person(self, slug: str, number: int) -> Response:
        person = self.store.person(self._who(slug, READ, program=True), number) or abort(404)
        return _answer({name: person.get(column) for name, column in self.fields.items()})


def _asked() -> Asked:
    given = request.args
    return Asked(int(given.get("page", 1)), given.get("gender", ""), given.get("member_kind", ""), given.get("q", ""))


def _cells(number: int, row: tuple[Any, ...], words: Mapping[str, str]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    key, name, gender, born, education, joined, confirmed, kind, org, lives, posts, phone, note, org_key = row
    cells = (number, name, words.get(gender, gender), _month(born), words.get(education, education), _month(joined),
             _month(confirmed), words.get(kind, kind), org, lives, posts or "", phone, note)
    return cells, (None, key, None, None, None, None, None, None, org_key, None, None, None, None)


def _month(day: dt.date | str | None) -> str:
    return str(day)[:7].replace("-", ".") if day else ""


def _answer(data: object) -> Response:
    return Response(json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str), mimetype="application/json")
