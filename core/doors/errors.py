"""Every refusal as a page with a sentence and a next step; never a bare stack trace, never a 500 for bad input."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, g, request
from werkzeug.exceptions import HTTPException

from core.access.holders import holders
from core.base.i18n import _
from core.base.session import session
from core.base.traces import trace_text
from core.contracts.errors import (
    Clash,
    Conflict,
    Forbidden,
    Invalid,
    JuheliError,
    NotFound,
    PluginArchived,
    PluginDisabled,
    TenantSuspended,
    TooMany,
)
from core.web.api import in_api
from core.web.csrf import StalePage
from core.web.pages import render
from core.web.wire import InvalidQuery

from .kept import kept_of_form
from .outage import FULL, LINE, RETRY_AFTER, kind_of_outage, without_database
from .pipeline import identify
from .problem import api_words, problem

log = logging.getLogger("juheli.web")


def install(app: Flask) -> None:
    app.register_error_handler(JuheliError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _crashed)


def _page(status: int, title: Any, text: Any, headers: dict[str, str] | None = None, **more: Any) -> Any:
    if in_api():
        return problem(status, title, text, headers, **more)
    body, _status = render("error.html", status, error_status=status, error_title=title, error_text=text, **more)
    return body, status, headers or {}


def _refused(error: JuheliError) -> Any:
    if isinstance(error, Forbidden):
        known = g.ctx.plugins.permissions.get(error.permission) if g.get("ctx") else None
        return _page(403, _("没有这项权限"), _("您的账号没有“%(name)s”权限，请向本单位管理员申请。",
                                       name=known.label if known else error.permission), permission=error.permission,
                     granters=_granters())
    if isinstance(error, NotFound | PluginDisabled):
        return _not_found()
    if isinstance(error, Clash) and not str(error):
        return _page(409, _("与已有内容冲突"), _("同样的内容已有人登记，或者用到的内容刚被删除。没有保存，请查询后再办。"))
    if isinstance(error, Conflict):
        if str(error):
            return _page(409, _("现在不能这样办理"), str(error))
        stale = in_api() and "If-Match" in request.headers
        return _page(412 if stale else 409, _("内容已被他人修改"), _("您打开页面之后，已有人保存过这条记录。请返回刷新后再改。"))
    if isinstance(error, Invalid):
        said = error.message if in_api() else str(error)
        return _page(422, _("填写有误"), said, field_errors=error.errors, parameters=isinstance(error, InvalidQuery))
    if isinstance(error, TooMany):
        wait = str(error.retry_after)
        return _page(429, _("操作太频繁"), _("请在 %(n)s 秒后再试。", n=wait), {"Retry-After": wait})
    if isinstance(error, PluginArchived):
        name = g.ctx.plugins.by_name[error.plugin].manifest.title
        return _page(423, _("“%(name)s”已归档", name=name), _(
            "只能查看和导出，不能登记、修改和办理。需要继续使用时，请单位管理员在应用中心重新启用。"))
    if isinstance(error, TenantSuspended):
        if error.status == "read_only":
            return _page(423, _("本单位目前只读"), _("管理员已把本单位设为只读，资料可以查看和导出，暂不能修改。"))
        return _page(503, _("本单位已暂停使用"), _("请联系平台运营人员。"), {"Retry-After": "3600"})
    log.error("refusal without a page: %r", error)
    return _page(400, _("无法处理"), str(error))


def _granters() -> list[str]:
    """Names of (at most three) colleagues who may grant rights in this tenant."""
    if not g.get("ctx") or g.ctx.actor.kind != "user":
        return []
    session().rollback()
    return sorted({holder.name for holder in holders("access.grant.manage", "")})[:3]


def _not_found() -> Any:
    """One page for all that is not there. The gate answers before anybody is identified, so the menu is added here."""
    if g.get("ctx") and "signed_in" not in g and not in_api():
        identify()
    return _page(404, _("没有这个页面"), _("地址可能写错了，或者内容已不存在。"))


def _http(error: HTTPException) -> Any:
    if isinstance(error, StalePage):
        return _page(400, _("页面已过期"), _("可能已经退出登录，或在别处换了账号。这次没有保存。"), kept=kept_of_form(),
                     signed_in=g.get("signed_in") is not None)
    cause = getattr(error, "original_exception", None)     # raised while the answer was being finished
    if cause is not None and (kind := kind_of_outage(cause)):
        return _gave_way(kind, cause)
    status = error.code or 500
    if status == 404:
        return _not_found()
    if status < 400:
        return error
    headers = {k: v for k, v in error.get_headers() if k.lower() in ("allow", "retry-after", "www-authenticate")}
    if in_api():
        return _page(status, *api_words(status), headers)
    titles = {400: _("请求无法识别"), 405: _("不能这样操作"), 413: _("文件太大"), 415: _("文件类型不对")}
    text = {413: _("请把文件控制在 20 MB 以内，或拆成几个文件。")}.get(status) or _("请返回上一页再试。")
    return _page(status, titles.get(status, _("请求无法完成")), text, headers)


def _gave_way(kind: str, error: Exception) -> Any:
    """The database, the disk or the line: nothing was saved, and it is worth trying again."""
    log.warning("request %s: %s: %s", g.get("request_id", ""), kind, trace_text(error))
    without_database()
    if kind == LINE:
        return _page(400, _("请求没有收完整"), _("网络中断或太慢，文件没有传完，什么也没有保存。请重新提交。"),
                     {"Connection": "close"})
    if kind == FULL:
        return _page(507, _("存储空间已满"), _("暂时不能保存，已有资料可以照常查看。请联系平台运营人员。"))
    return _page(503, _("系统正在恢复"), _("这次操作没有完成，请过几秒再试。没有看到成功提示的内容，请核对后再提交。"),
                 {"Retry-After": RETRY_AFTER})


def _crashed(error: Exception) -> Any:
    if kind := kind_of_outage(error):
        return _gave_way(kind, error)
    number = g.get("request_id", "")
    log.exception("request %s %s failed: %s", request.method, request.path, number, exc_info=error)
    return _page(500, _("系统出错了"), _("您填写的内容没有保存。请把编号告诉管理员：%(n)s", n=number))
