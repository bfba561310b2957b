"""Refusals of the API as RFC 9457 has them: the sentences of the pages, and a pointer to each field that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, g, make_response

from core.base.i18n import _
from core.web.wire import encoded

CODES = {400: "malformed", 401: "unauthenticated", 403: "forbidden", 404: "not-found", 405: "method", 409: "conflict",
         412: "changed", 413: "too-large", 415: "media-type", 422: "invalid", 423: "read-only", 428: "version-required",
         429: "too-many", 503: "unavailable", 507: "full"}


def problem(status: int, title: Any, text: Any, headers: dict[str, str] | None = None, *,
            field_errors: Mapping[str, Sequence[Any]] | None = None, parameters: bool = False, permission: str = "",
            **_of_pages: Any) -> Response:
    """An answer of type application/problem+json. `parameters`: the errors are about the query string, not the body."""
    found: dict[str, Any] = {"type": f"urn:juheli:problem:{CODES.get(status, 'other')}", "title": str(title), "status": status,
                             "detail": str(text), "request_id": g.get("request_id", "")}
    if permission:
        found["permission"] = permission
    if field_errors:
        found["errors"] = [_error(name, str(said), parameters) for name, texts in field_errors.items() for said in texts]
    response = make_response(encoded(found), status, headers or {})
    response.mimetype = "application/problem+json"
    return response


def _error(name: str, said: str, parameters: bool) -> dict[str, str]:
    if parameters:
        return {"parameter": name, "detail": said}
    place = "" if name in ("", "_schema") else "/" + name.replace("~", "~0").replace("/", "~1")
    return {"pointer": "#" + place, "detail": said}


def api_words(status: int) -> tuple[str, str]:
    """Title and next step for a refusal that the server itself makes."""
    words = {
        400: (_("请求无法识别"), _("请求体应是 UTF-8 编码的 JSON 对象，每个字段只出现一次。")),
        401: (_("需要访问令牌"), _("请在请求头写 Authorization: Bearer 令牌。没有令牌，请向本单位管理员申请；有令牌而仍被拒绝，"
                                 "是它已过期、已作废，或属于别的单位。")),
        405: (_("不能这样操作"), _("这个地址不接受该方法，允许的方法见 Allow。")),
        412: (_("内容已被他人修改"), _("If-Match 与现在的版本不符。请重新读取，再用新的 ETag 提交。")),
        413: (_("内容太大"), _("请拆成几次提交。")),
        415: (_("内容类型不对"), _("请求体请用 Content-Type: application/json。")),
        428: (_("需要写明版本"), _("请把读取时得到的 ETag 写进 If-Match，以免覆盖他人的修改。")),
    }
    return words.get(status) or (_("请求无法完成"), _("请核对接口文档后再试。"))
