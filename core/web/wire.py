"""What goes over the wire of the API: JSON bodies, query strings, versions, answers."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from flask import Response, current_app, request
from marshmallow import Schema as Plain
from marshmallow import ValidationError, fields, missing
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import (
    BadRequest,
    PreconditionFailed,
    PreconditionRequired,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from core.base.i18n import _
from core.contracts.errors import Invalid
from core.web.forms.choices import Choices, Refs
from core.web.forms.schema import Schema

LARGEST = 1024 * 1024       # bytes of one JSON body
TAG = re.compile(r"v([0-9]{1,9})(?:-[0-9a-f]{8})?")


class InvalidQuery(Invalid):
    """Like Invalid, about the query string: `errors` are by parameter."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that says more than its data: another status, headers, a version for the ETag.

    lasting    False: the data changes while the version stays (what machines note at a record), so a
               caller's copy is never good enough; no ETag either where the answer tells no version
    """

    data: Any
    status: int = 0
    version: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    lasting: bool = True


# -- in
def body_of(takes: Callable[[], Schema], *, partial: bool = False) -> dict[str, Any]:
    """The JSON body, checked. Raises Invalid with the fields, or 400, 413, 415."""
    schema = takes()
    for declared in schema.fields.values() if partial else ():
        if not declared.required and declared.load_default in (missing, None):
            declared.allow_none = True          # null clears
    return _load(schema, _sent(), Invalid, partial)


def form_of(schema: Schema, held: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """The JSON body as the page takes its form: a field left out (or null, or without a letter in it) is blank and arrives
    as its default, an empty list, False or None; `held()` is what stands in the form already. Raises like `body_of`.
    """
    given = _sent()
    if isinstance(given, dict):
        _refuse([name for name in given if name not in schema.load_fields])
        given = {name: value for name, value in {**held(), **given}.items()
                 if name in schema.load_fields and not (value is None or (isinstance(value, str) and not value.strip()))}
    data = _load(schema, given, Invalid, False)
    return {name: _blank(declared) for name, declared in schema.load_fields.items() if name not in data} | data


def _blank(declared: fields.Field) -> Any:
    if isinstance(declared, fields.Boolean):
        return False
    return [] if isinstance(declared, Choices | Refs) else None


def upload_of(schema: Schema, name: str) -> dict[str, Any]:
    """A body that is a file, checked by the form it is uploaded with: a schema with one field. Raises Invalid."""
    (only,) = schema.load_fields
    return _load(schema, {only: FileStorage(io.BytesIO(whole_body()), filename=name)}, Invalid, False)


def no_body() -> None:
    """An operation that takes nothing is sent nothing (or an empty object). Raises Invalid, BadRequest."""
    if not (sent := whole_body(LARGEST)):
        return
    if not isinstance(given := parse(sent), dict):
        raise BadRequest
    _refuse(list(given))


def _refuse(unknown: list[str]) -> None:
    if unknown:
        raise Invalid({name[:60]: [_("没有这个字段")] for name in unknown[:20]})


def _sent() -> Any:
    if request.mimetype not in ("application/json", "application/merge-patch+json"):
        raise UnsupportedMediaType
    return parse(whole_body(LARGEST))


def whole_body(most: int = 0) -> bytes:
    """The body, at most so many bytes (as many as an upload may have). Raises RequestEntityTooLarge.

    Of one that comes in pieces without saying how long it will be, werkzeug gives what fits and no word of the rest: so one
    byte more is let in.
    """
    most = most or current_app.config["MAX_CONTENT_LENGTH"]
    request.max_content_length = most + 1
    if (request.content_length or 0) > most or len(found := request.get_data()) > most:
        raise RequestEntityTooLarge
    return found


def parse(raw: bytes) -> Any:
    """JSON as RFC 8259 has it, each name once, in UTF-8. Raises BadRequest."""
    try:
        found = json.loads(raw.decode(), object_pairs_hook=_once_each, parse_constant=_no_number)
        if b"\\u" in raw:
            json.dumps(found, ensure_ascii=False).encode()      # halves of a pair are no characters
        return found
    except (ValueError, RecursionError):
        raise BadRequest from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(word: str) -> None:
    raise ValueError(word)


def query_of(schema: type[Schema] | None) -> dict[str, Any]:
    """The query string, checked; a key given several times is a list. Raises InvalidQuery."""
    given = {key: values if len(values) > 1 else values[0] for key, values in request.args.lists()}
    if schema is None:
        if given:
            raise InvalidQuery({key[:60]: [_("没有这个参数")] for key in list(given)[:20]})
        return {}
    return _load(schema(), given, InvalidQuery, False)


def _load(schema: Schema, given: Any, refusal: type[Invalid], partial: bool) -> dict[str, Any]:
    try:
        found: dict[str, Any] = schema.load(given, partial=partial)
        return found
    except ValidationError as error:
        raise refusal(schema.errors_of(error)) from None


def if_match() -> int | None:
    """The version that If-Match names; None for `*`. Raises PreconditionRequired (428), PreconditionFailed (412)."""
    if "If-Match" not in request.headers:
        raise PreconditionRequired
    if request.if_match.star_tag:
        return None
    found = [tag for text in request.if_match.as_set() if (tag := TAG.fullmatch(text))]
    if len(found) != 1:
        raise PreconditionFailed
    return int(found[0][1])


# -- out
def answered(answer: Answer, answers: Any, many: bool, status: int) -> Response:
    """The answer as JSON in UTF-8. A version becomes an ETag, and 304 when the caller has it already. A schema whose fields
    depend on the tenant brings a `stamp` of them: another shape is another copy of the same version.
    """
    data, version = answer.data, answer.version
    stamp = ""
    if callable(answers):
        schema = _dumper(answers) if isinstance(answers, type) else answers()
        stamp = getattr(schema, "stamp", "")
        if many:
            data = {"items": schema.dump(data, many=True)}
        else:
            if version is None and (answer.lasting or "version" in schema.fields):
                version = getattr(data, "version", None)
            data = schema.dump(data)
    response = current_app.response_class(encoded(data), answer.status or status, answer.headers, mimetype="application/json")
    if version is not None:
        response.set_etag(f"v{version}{stamp}")
        asked = answer.lasting and request.method in ("GET", "HEAD") and "If-None-Match" in request.headers
        if asked and response.status_code == 200:
            response.make_conditional(request)
    return response


@cache
def _dumper(answers: type[Plain]) -> Plain:
    """Dumping changes nothing in a schema, and making one copies all its fields."""
    return answers()


def encoded(data: Any) -> bytes:
    """Compact JSON, Chinese as it is; lazy texts in the reader's language."""
    return (json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_other) + "\n").encode()


def _other(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Decimal):
        return float(value)
    return list(value) if isinstance(value, set | frozenset) else str(value)
