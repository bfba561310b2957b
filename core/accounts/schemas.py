"""Forms of accounts."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms.checks import Length
from core.web.forms.choices import Choice
from core.web.forms.fields import Code, Password, Text
from core.web.forms.schema import Schema, ui

LANGUAGES = (("zh", _l("中文")), ("en", "English"))
SIZES = (("md", _l("标准字号")), ("lg", _l("大字版")))


class ChoosePassword(Schema):
    """A first or a forgotten password, chosen by its owner."""

    password = Password(required=True, metadata=ui(_l("新密码"), cols=12, autocomplete="new-password"))
    again = Password(required=True, metadata=ui(_l("再输入一遍"), cols=12, autocomplete="new-password"))


class ChangePassword(Schema):
    """A new password in place of the present one."""

    current = Password(required=True, metadata=ui(_l("现在的密码"), cols=12, autocomplete="current-password"))
    password = Password(required=True, metadata=ui(_l("新密码"), cols=12, autocomplete="new-password"))
    again = Password(required=True, metadata=ui(_l("再输入一遍"), cols=12, autocomplete="new-password"))


class OneCode(Schema):
    """A code from the telephone, or a recovery code."""

    code = Code(required=True, validate=Length(max=40), metadata=ui(
        _l("验证码"), cols=12, autocomplete="one-time-code", inputmode="numeric", help=_l("手机验证器上显示的六位数字")))


class ProvenCode(OneCode):
    """A code and the password."""

    current = Password(required=True, metadata=ui(_l("现在的密码"), cols=12, autocomplete="current-password"))


class Me(Schema):
    """What people change about themselves."""

    post = Text(load_default="", validate=Length(max=80), metadata=ui(_l("职务"), cols=12, placeholder=_l("例如：党建办干事")))
    lang = Choice(LANGUAGES, load_default="zh", metadata=ui(_l("语言"), cols=6))
    fs = Choice(SIZES, load_default="md", metadata=ui(_l("字号"), cols=6))
