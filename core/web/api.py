"""Operations of the REST API: declared like pages, answered in JSON, called with a bearer token and never with a cookie.

    api = Api("liaison", __name__)                                   # mounted at /api/v1/liaison/

    @api.get("/stations/<int:station_id>", needs="liaison.station.read", title=_l("一个站点"), answers=StationOut)
    def station(station_id): return services.get_station(ctx(), station_id)

    @api.patch("/stations/<int:station_id>", needs="liaison.station.update", title=_l("修改站点"), takes=StationFields,
               answers=StationOut, versioned=True)
    def change(station_id, data, version): return services.update_station(ctx(), station_id, version=version, **data)

The body arrives checked as `data`, the query as `query`, the version of If-Match as `version`. Unknown fields and unknown
query keys are refused. What a view returns is dumped by `answers`; a record with a version gets an ETag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Response, current_app, request

from core.service import Context
from core.web import replay
from core.web.forms.schema import Schema
from core.web.pages import Pages
from core.web.wire import Answer, answered, body_of, form_of, if_match, no_body, query_of

ROOT = "/api/v1"
TEXT: dict[str, Any] = {"type": "string"}
View = Callable[..., Any]


def told(**properties: Any) -> dict[str, Any]:
    """JSON Schema of an object with exactly these properties."""
    return {"type": "object", "required": list(properties), "additionalProperties": False, "properties": properties}


def items_of(item: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of a list under "items"."""
    return told(items={"type": "array", "items": item})


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One of several operations behind one address with names in it: what the names are, what is read, sent and answered.

    `query` and `answers` are JSON Schemas: parameters by name, and the answer; `takes` is the schema of the body.
    """

    arguments: dict[str, str]
    title: Any
    answers: dict[str, Any]
    query: dict[str, dict[str, Any]] = field(default_factory=dict)
    takes: type[Schema] | None = None
    note: Any = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is declared of one operation.

    page       the pages (endpoints, without the module's own name before them) whose forms this stands in for
    file       the body is a file, which the view reads itself
    takes      schema of the JSON body; `partial`: left-out fields stay as they are (PATCH)
    like_form  what is left out of the body is blank, as in the page's form; `held`: (ids of the address) -> what stands there
    open_body  the view reads the body itself (steps of workflows: the form is the step's)
    query      schema of the query string; None: no key is known
    open_query the view reads the query itself (ledgers: the filters are the ledger's)
    answers    schema of the answer, or a function that makes the reader's; `many`: a list of them under "items". A dict is a
               JSON Schema: the view's own
    versioned  If-Match must name the version that is changed (428 without, 412 when it is another); `tagged`: the answer
               carries it, though it is no record with id and version
    variants   (ctx) -> what stands in the documents instead of one address with a name in it
    """

    title: Any
    method: str
    note: Any = ""
    page: str | tuple[str, ...] = ()
    file: bool = False
    takes: Callable[[], Schema] | None = None
    partial: bool = False
    like_form: bool = False
    held: Callable[..., Mapping[str, Any]] | None = None
    open_body: bool = False
    query: type[Schema] | None = None
    open_query: bool = False
    answers: type[Schema] | Callable[[], Any] | dict[str, Any] | None = None
    many: bool = False
    status: int = 200
    versioned: bool = False
    tagged: bool = False
    variants: Callable[[Context], Iterable[Variant]] | None = None


class Api(Pages):
    """Operations of one module; its file is `api.py`. `prefix` replaces the module's name after /api/v1 (core only); a
    module with several prefixes names each `part`.
    """

    def __init__(self, name: str, import_name: str, *, prefix: str | None = None, part: str = ""):
        self.module = name
        super().__init__(f"{name}{'_' if part else ''}{part}_api", import_name,
                         prefix=ROOT + (f"/{name}" if prefix is None else prefix))

    def _serve(self, folder: Any) -> None:
        """The module's pages serve its static files."""

    def operation(self, method: str, rule: str, *, needs: str, **declared: Any) -> Callable[[View], View]:
        def declare(view: View) -> View:
            call = _calling(view, Operation(method=method, **declared))
            return self.page(rule, (method,), needs)(call)

        return declare

    def get(self, rule: str, *, needs: str, **declared: Any) -> Callable[[View], View]:  # type: ignore[override]
        """Read."""
        return self.operation("GET", rule, needs=needs, **declared)

    def post(self, rule: str, *, needs: str, **declared: Any) -> Callable[[View], View]:  # type: ignore[override]
        """Create, or act."""
        return self.operation("POST", rule, needs=needs, **declared)

    def patch(self, rule: str, *, needs: str, **declared: Any) -> Callable[[View], View]:  # type: ignore[override]
        """Change some fields."""
        return self.operation("PATCH", rule, needs=needs, partial=True, **declared)

    def delete(self, rule: str, *, needs: str, **declared: Any) -> Callable[[View], View]:  # type: ignore[override]
        """Take away."""
        return self.operation("DELETE", rule, needs=needs, **declared)


def _calling(view: View, operation: Operation) -> View:
    @wraps(view)
    def call(**arguments: Any) -> Response:
        if operation.method == "GET":
            return respond(arguments)
        replay.expect()
        try:
            return replay.keep(respond(arguments))
        except replay.Replayed as first:
            return replay.again(first)

    def respond(arguments: dict[str, Any]) -> Response:
        version = {"version": if_match()} if operation.versioned else {}
        if not operation.open_query:
            found = query_of(operation.query)
            arguments |= {"query": found} if operation.query else {}
        arguments |= version
        if operation.takes is not None:
            arguments["data"] = _body(operation, arguments)
        elif not (operation.method == "GET" or operation.file or operation.open_body):
            no_body()
        result = view(**arguments)
        if isinstance(result, Response):
            return result                               # a file
        answer = result if isinstance(result, Answer) else Answer(result)
        return answered(answer, operation.answers, operation.many, operation.status)

    call.operation = operation  # type: ignore[attr-defined]
    return call


def _body(operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
    assert operation.takes is not None
    if not operation.like_form:
        return body_of(operation.takes, partial=operation.partial)
    ids = {name: value for name, value in arguments.items() if name not in ("query", "version")}
    return form_of(operation.takes(), lambda: operation.held(**ids) if operation.held else {})


def operation_of(endpoint: str) -> Operation | None:
    """What is declared of an endpoint of the app; None for a page."""
    return getattr(current_app.view_functions.get(endpoint), "operation", None)


def in_api() -> bool:
    """Whether the running request is for the API, whatever stands at its address."""
    return request.path == ROOT or request.path.startswith(ROOT + "/")
