"""Forms of webhooks, shared by the pages and the API."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms import Choices, Length, Moment, Schema, Text, ui

from .addresses import LONGEST


class HookForm(Schema):
    """A webhook. What kinds there are to choose from, the page and the service know."""

    name = Text(required=True, validate=Length(min=1, max=60), metadata=ui(
        _l("用途"), cols=5, placeholder=_l("例如：县大数据局 党员名册同步"), autocomplete="off"))
    url = Text(required=True, validate=Length(min=1, max=LONGEST), metadata=ui(
        _l("接收网址"), cols=7, placeholder="https://example.gov.cn/hooks", autocomplete="off", inputmode="url",
        help=_l("对方程序接收推送的 https 网址；不跟随跳转")))
    kinds = Choices((), required=True, metadata=ui(_l("推送哪些事件"), cols=12, widget="checks"))


class Since(Schema):
    """From when on everything that failed is sent again."""

    since = Moment(required=True, metadata=ui(_l("从什么时候起"), cols=4))
