"""The OpenAPI 3.1 document: made from the URL map and the declarations, for one tenant's modules and one reader's rights."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import current_app, request
from marshmallow import Schema
from werkzeug.routing import Rule
from werkzeug.routing.converters import NumberConverter

from core import __version__
from core.base.i18n import _
from core.service import Context
from core.web.api import ROOT, Api, Operation, Variant, operation_of

from .fields import RECORD, about

Json = dict[str, Any]
NAMED = re.compile(r"<(?:[^<>:]*:)?([^<>]+)>")
PROBLEM: Json = {
    "type": "object", "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
        "request_id": {"type": "string"}, "permission": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object", "required": ["detail"], "properties": {
            "pointer": {"type": "string"}, "parameter": {"type": "string"}, "detail": {"type": "string"}}}}},
}


def document(ctx: Context) -> Json:
    """All operations of the modules that are on; of ledgers and steps those the reader may use."""
    marshmallow = MarshmallowPlugin(schema_name_resolver=lambda _schema: None)      # in place: names may clash
    spec = APISpec(_("聚合力接口：%(name)s", name=ctx.tenant.name), __version__, "3.1.0", plugins=[marshmallow],
                   servers=[{"url": request.script_root + ROOT}], security=[{"token": []}])
    assert marshmallow.converter is not None
    marshmallow.converter.add_attribute_function(about)
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", PROBLEM)
    for status, said in _refusals().items():
        spec.components.response(status, said)
    for rule, operation in declared(ctx):
        for variant in operation.variants(ctx) if operation.variants else [None]:
            said = _operation(ctx, marshmallow.converter, rule, operation, variant)
            spec.path(path=_path(rule, variant), operations={operation.method.lower(): said})
    found: Json = spec.to_dict()
    return found


def declared(ctx: Context) -> Iterator[tuple[Rule, Operation]]:
    """Rules of the API and what is declared of them, for the modules that are on, in the order of their addresses."""
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda one: one.rule):
        operation = operation_of(rule.endpoint)
        if operation is not None and ctx.plugins.active(module_of(rule) + ".x", ctx.enabled):
            yield rule, operation


def module_of(rule: Rule) -> str:
    """The module that declared an operation."""
    blueprint = current_app.blueprints[rule.endpoint.rsplit(".", 1)[0]]
    assert isinstance(blueprint, Api)
    return blueprint.module


def _path(rule: Rule, variant: Variant | None) -> str:
    given = variant.arguments if variant else {}
    return NAMED.sub(lambda named: given.get(named[1]) or f"{{{named[1]}}}", rule.rule.removeprefix(ROOT)) or "/"


def _operation(ctx: Context, converter: OpenAPIConverter, rule: Rule, operation: Operation, variant: Variant | None) -> Json:
    needs = current_app.view_functions[rule.endpoint].needs  # type: ignore[attr-defined]
    known = ctx.plugins.permissions.get(needs)
    note = str(variant.note if variant else operation.note)
    owner = ctx.plugins.by_name[module_of(rule)]
    names = ".".join([rule.endpoint.replace("_api.", "."), *(variant.arguments.values() if variant else ())])
    found: Json = {
        "operationId": names, "summary": str(variant.title if variant else operation.title), "tags": [str(owner.manifest.title)],
        "parameters": [*_in_path(rule, variant), *_in_query(operation, variant), *_in_header(operation)],
        "responses": {str(operation.status): _answer(operation, variant),
                      **{status: {"$ref": f"#/components/responses/{status}"} for status in _refused(operation)}},
    }
    if known or note:
        needed = [_("需要权限：%(name)s（%(code)s）", name=known.label, code=needs)] if known else []
        found["description"] = "\n\n".join([*needed, *([note] if note else [])])
    if takes := (variant.takes if variant else None) or operation.takes:
        found["requestBody"] = {"required": True, "content": {"application/json": {
            "schema": _body(converter, takes, operation.partial)}}}
    if operation.file:
        found["requestBody"] = {"required": True, "content": {"application/octet-stream": {
            "schema": {"type": "string", "format": "binary"}}}}
    return found


def _refusals() -> Json:
    """Refusals that mean something to a program; all others are "default"."""
    said = {"401": _("没有令牌，或令牌已失效"), "412": _("已有人先改过"), "428": _("没有写 If-Match"), "429": _("太快了"),
            "default": _("拒绝或出错")}
    found: Json = {status: {"description": text, "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}} for status, text in said.items()}
    found["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": _("几秒后再试")}}
    return found


def _refused(operation: Operation) -> list[str]:
    return ["401", *(("412", "428") if operation.versioned else ()), "429", "default"]


def _body(converter: OpenAPIConverter, takes: Callable[[], Schema], partial: bool) -> Json:
    """Made from the fields of the instance, for a form may leave some of its schema out."""
    found: Json = converter.fields2jsonschema(takes().load_fields, partial=partial)
    return found | {"additionalProperties": False}


def _in_path(rule: Rule, variant: Variant | None) -> Iterator[Json]:
    for name in NAMED.findall(rule.rule):
        if variant is None or name not in variant.arguments:
            number = isinstance(rule._converters[name], NumberConverter)
            yield {"name": name, "in": "path", "required": True,
                   "schema": RECORD if number else {"type": "string", "minLength": 1, "maxLength": 100}}


def _in_query(operation: Operation, variant: Variant | None) -> Iterator[Json]:
    if operation.query is not None:
        yield {"in": "query", "schema": operation.query}
    for name, schema in (variant.query if variant else {}).items():
        yield {"name": name, "in": "query", "required": False, "schema": schema}


def _in_header(operation: Operation) -> Iterator[Json]:
    if operation.versioned:
        yield {"name": "If-Match", "in": "header", "required": True,
               "schema": {"type": "string", "maxLength": 40, "examples": ['"v1"']},
               "description": _("读取时得到的 ETag；* 表示不管版本")}
    if operation.method != "GET":
        yield {"name": "Idempotency-Key", "in": "header", "required": False,
               "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
               "description": _("重发时带同一个值，只办理一次，保存一天")}


def _answer(operation: Operation, variant: Variant | None) -> Json:
    answers = variant.answers if variant else operation.answers
    if callable(answers):
        answers = answers()
    if answers is None:
        return {"description": _("文件"), "content": {"application/octet-stream": {}}}
    if operation.many:
        answers = {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": answers}}}
    found: Json = {"description": _("成功"), "content": {"application/json": {"schema": answers}}}
    return found | ({"headers": {"ETag": {"schema": {"type": "string"}}}} if operation.tagged or _tells_version(answers) else {})


def _tells_version(answers: Any) -> bool:
    """Whether an answer carries the version that a change must name."""
    return {"id", "version"} <= set(answers.fields if isinstance(answers, Schema) else answers.get("properties", ()))
