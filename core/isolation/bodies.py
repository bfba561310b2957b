"""What a program would send: bodies made from the schemas of the API's own document, with a number wherever one may stand."""

from __future__ import annotations

import json
import re
from typing import Any

from core.web.api import ROOT
from core.web.forms.fields import BIGGEST

from .probe import Probe

DAY = "2026-01-31"
NAMED = re.compile(r"{([^}]+)}")
Json = dict[str, Any]


def operations(probe: Probe) -> list[tuple[str, str, Json]]:
    """(method, address, operation) of the document of the admin's own token."""
    if not probe.operations:
        document = json.loads(probe.admin.open("GET", f"{ROOT}/openapi.json").text)
        probe.operations = [(method.upper(), path, operation) for path, methods in document["paths"].items()
                            for method, operation in methods.items()]
    return probe.operations


def schema_of(operation: Json) -> Json | None:
    """The schema of an operation's body; None when it takes none, or a file."""
    found: Json | None = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return found


def body_for(probe: Probe, endpoint: str, number: int) -> Json:
    """A body for an operation of the URL map; {} for pages and for what takes none."""
    name = endpoint.replace("_api.", ".")
    if name == endpoint:
        return {}
    schemas = (schema_of(one) for _method, _path, one in operations(probe) if f"{one['operationId']}.".startswith(f"{name}."))
    return next((made_up(schema, number) for schema in schemas if schema is not None), {})


def made_up(schema: Json, number: int) -> Any:
    """A value that fits a schema, with `number` wherever the number of a record may stand."""
    kinds = schema.get("type") or ""
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "object":
        required = schema.get("required", ())
        return {name: made_up(part, number) for name, part in schema.get("properties", {}).items()
                if name in required or not _is_free_text(part)}
    if kind == "array":
        return [made_up(schema["items"], number)]
    if kind == "integer":
        return number if schema.get("maximum") == BIGGEST else schema.get("minimum", 1)
    if kind in ("boolean", "number"):
        return True if kind == "boolean" else 1
    return DAY if schema.get("format") == "date" else "2" if "pattern" in schema else "something"


def _is_free_text(schema: Json) -> bool:
    """Text of which the document does not say how it must look: made up, it could be refused before the record is looked for."""
    return "string" in (schema.get("type") or "") and not schema.keys() & {"enum", "format", "pattern"}
