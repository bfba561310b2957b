"""Records for programs, declared from what the pages have already: a service, the schema of its form, the columns to tell.

    stations = Resource(api, "/stations", _l("联络站"), Station, ("name", "org_id", "closed_on"), reads=station_page,
                        of="station", ledger="liaison.stations")
    stations.create(save_station, StationForm, page="new_station")
    stations.change(save_station, StationForm, page="edit_station")
    stations.act("close", close_station, StationClosed, page="close_station", title=_l("撤销联络站"))

is four operations. Permission and version come from the service itself: what it asks for is declared there, and one that
compares versions needs If-Match here. A body is read as the page reads its form: what is left out or null is blank; only a
change keeps what it does not name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for
from marshmallow import Schema as Plain
from marshmallow import fields
from sqlalchemy import JSON
from sqlalchemy import inspect as mapped

from core.base.db import Boolean, Date, Integer, OrgScoped, UTCDateTime
from core.base.i18n import _l
from core.service import PUBLIC, Context, service
from core.web.api import Api
from core.web.forms.checks import Range
from core.web.forms.fields import Int
from core.web.forms.schema import Schema, ui
from core.web.pages import SIGNED_IN, ctx
from core.web.paging import SIZES, Page
from core.web.wire import Answer

Service = Callable[..., Any]
Takes = Callable[[], Schema]
KINDS: tuple[tuple[type, type[fields.Field]], ...] = (
    (UTCDateTime, fields.DateTime), (Date, fields.Date), (Boolean, fields.Boolean), (Integer, fields.Integer),
    (JSON, fields.Raw))
OUTCOME: dict[str, Any] = {
    "type": "object", "required": ["id", "version", "count"], "additionalProperties": False,
    "properties": {name: {"type": ["integer", "null"], "minimum": 0} for name in ("id", "version", "count")},
}


class Paged(Schema):
    """Which page of a list that is no ledger."""

    page = Int(load_default=1, validate=Range(1, 100_000), metadata=ui(_l("第几页")))
    limit = Int(load_default=SIZES[0], validate=Range(1, SIZES[-1]), metadata=ui(_l("每页几条")))


def listed(found: Page, page: int, items: type[Plain]) -> dict[str, Any]:
    """A page of a list as data; one beyond the end is empty, where a browser would be shown the last one."""
    return {"items": items().dump(found.items if found.number == page else [], many=True), "total": found.total}


def shape(model: type, columns: tuple[str, ...]) -> type[Plain]:
    """What is told of a record: its id, its version and these columns, "contact_phone=contact_phone_mask" under another name."""
    found: dict[str, fields.Field] = {}
    for column in ("id", "version", *columns):
        name, _same, attribute = column.partition("=")
        found[name] = _field(mapped(model).columns[attribute or name], attribute or None)
    return Plain.from_dict(found, name=f"{model.__name__}Out")  # type: ignore[arg-type]


def _field(column: Any, attribute: str | None) -> fields.Field:
    kind = next((made for types, made in KINDS if isinstance(column.type, types)), fields.String)
    return kind(attribute=attribute, allow_none=bool(column.nullable), required=True, dump_only=True)


class Resource:
    """The operations on one kind of record, below one address.

    reads    the query of its page; `of` names the record in what that returns (an attribute, or a place in a tuple). None:
             the row itself, for who `needs` says, inside their subtrees
    columns  what is told of a record
    ledger   the register that lists these records
    """

    def __init__(self, api: Api, rule: str, title: Any, model: type, columns: tuple[str, ...], *,
                 reads: Service | None = None, of: str | int | None = None, needs: str = "", ledger: str = "",
                 note: Any = "") -> None:
        self.api, self.rule, self.title, self.reads, self.of = api, rule, title, reads or _row(model, needs), of
        self.name, self.model = rule.strip("/").replace("/", "_").replace("-", "_"), model
        self.shape = shape(model, columns)
        self.one = f"{rule}/<int:record_id>"
        where = _l("名单见 GET /ledgers/%(name)s", name=ledger) if ledger else note
        self._declare("GET", self.one, "get", lambda record_id: self.read(record_id), needs=needs or needs_of(self.reads),
                      title=title, answers=self.shape, note=where)

    def read(self, record_id: int) -> Any:
        found = self.reads(ctx(), record_id)
        if isinstance(self.of, int):
            return found[self.of]
        return getattr(found, self.of) if self.of else found

    def create(self, made_by: Service, takes: Takes, *, page: str | tuple[str, ...], title: Any = "", below: str = "",
               needs: str = "", **declared: Any) -> None:
        """POST: a new record; `below`: the address of the record it belongs to, whose id the service takes first."""
        def view(data: dict[str, Any], **ids: int) -> Answer:
            made = made_by(ctx(), *ids.values(), **data)
            return Answer(made, 201, made.version, {"Location": url_for(f".{self.name}_get", record_id=made.id)})

        self._declare("POST", below or self.rule, declared.pop("name", "create"), view, needs=needs or needs_of(made_by),
                      page=page, title=title or _l("新增：%(what)s", what=self.title), takes=takes, like_form=True,
                      answers=self.shape, status=201, **declared)

    def change(self, changed_by: Service, takes: Takes, *, page: str | tuple[str, ...] = (), title: Any = "",
               held: Callable[[Any], Mapping[str, Any]] | None = None, **declared: Any) -> None:
        """PATCH: what is not named stays; `held(record)`: values of the form that are no attributes of the record."""
        def view(record_id: int, data: dict[str, Any], version: int | None) -> Any:
            return changed_by(ctx(), record_id, version=version, **data)

        def standing(record_id: int) -> dict[str, Any]:
            record = self.read(record_id)
            return {**takes().dump(record), **(held(record) if held else {})}

        self._declare("PATCH", self.one, "change", view, needs=needs_of(changed_by), page=page, partial=True, takes=takes,
                      like_form=True, title=title or _l("修改：%(what)s", what=self.title), held=standing,
                      answers=self.shape, versioned=True, note=_l("没有写的字段不变，写 null 清除"), **declared)

    def act(self, name: str, done_by: Service, takes: Takes | None = None, *, title: Any, page: str | tuple[str, ...] = (),
            method: str = "POST", rule: str = "", **declared: Any) -> None:
        """What else is done with a record. Answered with the record where the service returns it, else with its outcome."""
        own = inspect.signature(done_by).return_annotation == self.model.__name__
        act(self.api, method, rule or f"{self.one}/{name}" if name else self.one, done_by, takes, title=title, page=page,
            name=f"{self.name}_{name.replace('-', '_') or 'delete'}", answers=self.shape if own else OUTCOME, **declared)

    def _declare(self, method: str, rule: str, name: str, view: Service, **declared: Any) -> None:
        view.__name__ = f"{self.name}_{name}"
        needs = declared.pop("needs")
        self.api.operation(method, rule, needs=needs, **declared)(view)


def _row(model: type, permission: str) -> Service:
    if not issubclass(model, OrgScoped):
        raise ValueError(f"{model.__name__} has no place in the tree: say which query decides who sees it")

    @service(permission, writes=False)
    def find(ctx: Context, record_id: int) -> Any:
        return ctx.get(model, record_id)

    return find


def act(api: Api, method: str, rule: str, done_by: Service, takes: Takes | None = None, *, name: str = "", answers: Any = OUTCOME,
        needs: str = "", versioned: bool | None = None, **declared: Any) -> None:
    """An operation that calls a service with the ids of its address and the fields of its body."""
    compares = "version" in inspect.signature(done_by).parameters if versioned is None else versioned

    def view(data: dict[str, Any] | None = None, version: int | None = None, **given: Any) -> Any:
        more = {"version": version} if compares else {}
        result = done_by(ctx(), *given.values(), **more, **(data or {}))
        return result if callable(answers) else Answer(outcome(result), version=getattr(result, "version", None))

    view.__name__ = name or done_by.__name__
    api.operation(method, rule, needs=needs or needs_of(done_by), takes=takes, like_form=takes is not None, answers=answers,
                  versioned=compares, **declared)(view)


def outcome(result: Any) -> dict[str, int | None]:
    """What can be said of any service's answer: the record it is about, how many it was about."""
    if isinstance(result, list):
        result = len(result)
    count = result if isinstance(result, int) and not isinstance(result, bool) else None
    return {"id": getattr(result, "id", None), "version": getattr(result, "version", None), "count": count}


def needs_of(done_by: Service) -> str:
    """What a service asks for, as a route declares it."""
    asked: str | None = done_by.permission  # type: ignore[attr-defined]
    if asked == PUBLIC:
        raise ValueError(f"{done_by.__name__} is for everybody: no operation of the API is")
    return asked or SIGNED_IN
