"""The document taken apart for people: operations by module, fields with their type, bounds and words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.base.i18n import _

Json = dict[str, Any]
SHOWN = 12              # choices named in the table


@dataclass(frozen=True, slots=True)
class Line:
    """A parameter or a field."""

    name: str
    kind: str
    note: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One operation."""

    id: str
    method: str
    path: str
    title: str
    note: str
    parameters: list[Line] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)
    answer: list[Line] = field(default_factory=list)


def read(document: Json) -> list[tuple[str, list[Shown]]]:
    """(module, its operations), in the order of the document."""
    groups: dict[str, list[Shown]] = {}
    for path, methods in document["paths"].items():
        for method, found in methods.items():
            groups.setdefault(found["tags"][0], []).append(_shown(path, method.upper(), found))
    return list(groups.items())


def _shown(path: str, method: str, found: Json) -> Shown:
    parameters = [_line(p["name"], p["schema"], p.get("required", False), p.get("description", "")) for p in found["parameters"]]
    body = _schema(found.get("requestBody", {}))
    answer = next((_schema(said) for status, said in found["responses"].items() if status != "default"), {})
    items = answer.get("properties", {}).get("items", {}).get("items")
    return Shown(found["operationId"], method, path, found["summary"], found.get("description", ""), parameters, _fields(body),
                 _fields(items if isinstance(items, dict) and "properties" in items else answer))


def _schema(holder: Json) -> Json:
    found: Json = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _fields(schema: Json) -> list[Line]:
    needed = set(schema.get("required", ()))
    return [_line(name, one, name in needed) for name, one in schema.get("properties", {}).items()]


def _line(name: str, schema: Json, required: bool, note: str = "") -> Line:
    said = [schema.get("title", ""), note or schema.get("description", ""), _choices(schema), _bounds(schema)]
    return Line(name, _kind(schema), "；".join(str(part) for part in said if part), required)


def _kind(schema: Json) -> str:
    kind = schema.get("type", "")
    names = [kind] if isinstance(kind, str) else list(kind)
    return " | ".join([schema.get("format") or name if name == "string" else name for name in names if name])


def _choices(schema: Json) -> str:
    values = schema.get("enum") or schema.get("items", {}).get("enum") or []
    text = " ".join(str(value) for value in values[:SHOWN])
    return text + (" …" if len(values) > SHOWN else "")


def _bounds(schema: Json) -> str:
    if "maxLength" in schema:
        return _("最多 %(n)s 个字", n=schema["maxLength"])
    if "maximum" in schema and schema["maximum"] < 2**53 - 1:
        return f"{schema.get('minimum', '')}–{schema['maximum']}"
    return ""
