"""What the document promises is kept by every operation: versions, one-time keys, limits, unknown fields, bounds.

Made from the document: an operation that is added tomorrow is tried too. One of a kind: every ledger has the same operations.
"""

from __future__ import annotations

import dataclasses
import re

import pytest

from core.testing.world import Program, World
from tests.core.access.units import build_units

NAMED = re.compile(r"{([^}]+)}")
BOUNDED = ({"enum"}, {"maxLength"}, {"format"}, {"pattern"}, {"const"})
JSON = "application/json"


class Op:
    """An operation of the document, with an address made up for it."""

    def __init__(self, document: dict, path: str, method: str, said: dict) -> None:
        self.method, self.said, self.document = method.upper(), said, document
        numbers = {p["name"]: p["schema"].get("type") == "integer" for p in said["parameters"] if p["in"] == "path"}
        self.path = NAMED.sub(lambda named: "1" if numbers[named[1]] else "none", path)
        self.template = path
        self.headers = {p["name"]: p for p in said["parameters"] if p["in"] == "header"}
        self.body = said.get("requestBody", {}).get("content", {})
        self.kind = ".".join(said["operationId"].split(".")[:2])

    @property
    def unsafe(self) -> bool:
        return self.method != "GET"

    @property
    def versioned(self) -> bool:
        return "If-Match" in self.headers

    def ask(self, program: Program, *, body: object = None, **headers: str):
        sent = {"If-Match": "*"} if self.versioned else {}
        options = {"json": {} if body is None else body} if JSON in self.body or body is not None else {}
        return program.ask(self.method, self.path, headers=sent | {k.replace("_", "-"): v for k, v in headers.items()}, **options)

    def __repr__(self) -> str:
        return f"{self.method} {self.template}"


@pytest.fixture
def program(world: World) -> Program:
    build_units(world)
    return world.program("east", *world.plugins.permissions)


@pytest.fixture
def operations(program: Program) -> list[Op]:
    document = program.get("/openapi.json").json
    found = [Op(document, path, method, said) for path, methods in document["paths"].items() for method, said in methods.items()]
    return list({op.kind: op for op in reversed(found)}.values())


def problems(answer) -> list[dict]:
    assert answer.mimetype == "application/problem+json", answer.get_data(as_text=True)[:300]
    return answer.json.get("errors", [])


def test_what_changes_a_record_names_its_version_and_is_refused_without(program, operations):
    versioned = [op for op in operations if op.versioned]
    assert len(versioned) > 40
    assert [op for op in operations if op.method in ("PATCH", "PUT", "DELETE") and not op.versioned] == []
    for op in versioned:
        assert op.headers["If-Match"]["required"] and {"412", "428"} <= set(op.said["responses"]), op
        without = program.ask(op.method, op.path, json={})
        assert (without.status_code, without.mimetype) == (428, "application/problem+json"), op
        assert program.ask(op.method, op.path, json={}, headers={"If-Match": "W/x"}).status_code == 412, op


def test_whatever_needs_a_version_can_be_read_with_its_etag(operations, program):
    paths = program.get("/openapi.json").json["paths"]
    tagged = {NAMED.sub("{}", path) for path, methods in paths.items() if "get" in methods
              and "ETag" in next(iter(methods["get"]["responses"].values())).get("headers", {})}
    tagged |= {re.sub(r"^/records/[^/]+", "/records/{}", path) for path in tagged}
    for op in (op for op in operations if op.versioned):
        path = re.sub(r"^/records/[^/]+", "/records/{}", NAMED.sub("{}", op.template))
        parts = path.split("/")
        assert any("/".join(parts[:n]) in tagged for n in range(2, len(parts) + 1)), op


def test_what_is_not_safe_takes_a_one_time_key(program, operations):
    unsafe = [op for op in operations if op.unsafe]
    assert len(unsafe) > 120
    for op in unsafe:
        assert "Idempotency-Key" in op.headers, op
        refused = op.ask(program, Idempotency_Key="坏".encode().decode("latin-1"))
        assert refused.status_code == 422 and "Idempotency-Key" in refused.json["detail"], op
    assert [op for op in operations if not op.unsafe and "Idempotency-Key" in op.headers] == []


def test_unknown_fields_and_parameters_are_pointed_at(program, operations):
    for op in operations:
        answer = program.ask(op.method, op.path + "?no_such_thing=1", headers={"If-Match": "*"} if op.versioned else {}, json={})
        if "{name}" not in op.template or "/ledgers" not in op.template:
            assert answer.status_code == 422, op
            assert "no_such_thing" in [error["parameter"] for error in problems(answer)], op
        if op.unsafe and "application/octet-stream" not in op.body:
            refused = op.ask(program, body={"no/such~field": None})
            hidden = refused.status_code == 404 and op.kind.split(".")[0] == "work"      # is it there: said first
            assert hidden or "#/no~1such~0field" in [error.get("pointer") for error in problems(refused)], (op, refused.json)


def test_what_is_no_json_object_is_refused(program, operations):
    for op in (op for op in operations if JSON in op.body):
        headers = {"If-Match": "*"} if op.versioned else {}
        for data, kind, status in ((b"{", JSON, 400), (b'{"a":1,"a":2}', JSON, 400), (b"<a/>", "text/xml", 415)):
            answer = program.ask(op.method, op.path, data=data, content_type=kind, headers=headers)
            assert answer.status_code in (status, 404), op
        assert op.ask(program, body=[1]).status_code in (422, 404), op


def test_nobody_is_answered_without_a_token_and_who_is_too_fast_is_told_when_to_come_back(world, program, operations):
    nobody = Program(program.client, program.root, "")
    for op in operations:
        answer = op.ask(nobody)
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), op
        assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")
        assert "Retry-After" in op.document["components"]["responses"]["429"]["headers"] and "429" in op.said["responses"], op
    world.app.extensions["juheli.config"] = dataclasses.replace(world.app.extensions["juheli.config"], token_rate=1)
    for op in operations:
        slow = next(answer for answer in (op.ask(program) for _time in range(4)) if answer.status_code == 429)
        assert slow.mimetype == "application/problem+json" and 1 <= int(slow.headers["Retry-After"]) <= 10


def unbounded(schema: dict, place: str) -> list[str]:
    """Places in a schema of what is sent that take a number, text or list of any size, or fields nobody declared."""
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    found = []
    if "string" in kinds and not any(rule <= set(schema) for rule in BOUNDED):
        found.append(place)
    if kinds & {"integer", "number"} and "enum" not in schema and not {"minimum", "maximum"} <= set(schema):
        found.append(place)
    if "array" in kinds:
        found += [] if "maxItems" in schema else [place]
        found += unbounded(schema["items"], place + "[]")
    for name, part in schema.get("properties", {}).items():
        found += unbounded(part, f"{place}.{name}")
    if isinstance(schema.get("additionalProperties"), dict):
        found += unbounded(schema["additionalProperties"], place + ".*") + ([] if "maxProperties" in schema else [place])
    if "object" in kinds and "additionalProperties" not in schema:
        found.append(place + " (open)")
    return found


def test_every_number_length_and_list_that_is_sent_has_a_bound(program):
    document = program.get("/openapi.json").json
    found = []
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            for one in said["parameters"]:
                found += unbounded(one["schema"], f"{method} {path} ?{one['name']}")
            if JSON in said.get("requestBody", {}).get("content", {}):
                found += unbounded(said["requestBody"]["content"][JSON]["schema"], f"{method} {path}")
    assert found == []
