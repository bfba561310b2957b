"""Forms of accounts."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms.checks import Length
from core.web.forms.choices import Choice, Ref
from core.web.forms.fields import Code, Password, Text
from core.web.forms.schema import Schema, ui

LANGUAGES = (("zh", _l("中文")), ("en", "English"))
SIZES = (("md", _l("标准字号")), ("lg", _l("大字版")))
PROFILES = (("default", _l("够长、不易猜（OWASP）")), ("dengbao3", _l("等保三级：三类字符、90 天更换、不重复")))
STEPS = (("optional", _l("由各人自行开启")), ("required", _l("全体必须开启")))


class Settings(Schema):
    """What a unit decides about its accounts (单位设置)."""

    password_profile = Choice(PROFILES, allow_none=True, load_default=None, metadata=ui(
        _l("密码要求"), cols=6, help=_l("不选时按“规则与依据”中的口令策略执行")))
    second_factor = Choice(STEPS, load_default="optional", metadata=ui(
        _l("两步验证"), cols=6, help=_l("也可以只对个别角色要求，见“角色与授权”")))


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


class EditUser(Schema):
    """What the admin keeps about an account."""

    name = Text(required=True, validate=Length(max=60), metadata=ui(_l("姓名"), cols=4, autocomplete="off"))
    post = Text(load_default="", validate=Length(max=80), metadata=ui(_l("职务"), cols=4, autocomplete="off"))
    person_id = Ref("person", metadata=ui(_l("对应人员"), cols=4, help=_l("本人在人员库中时选择，可不填")))


class NewUser(Schema):
    """A new account. It can do nothing until a role is granted."""

    login_name = Code(required=True, validate=Length(max=60), metadata=ui(
        _l("账号"), cols=4, autocomplete="off", help=_l("登录用，以后不能改；小写字母和数字，例如 zhangwei")))
    name = Text(required=True, validate=Length(max=60), metadata=ui(_l("姓名"), cols=4, autocomplete="off"))
    post = Text(load_default="", validate=Length(max=80), metadata=ui(_l("职务"), cols=4, autocomplete="off"))
    person_id = Ref("person", metadata=ui(_l("对应人员"), cols=4, help=_l("本人在人员库中时选择，可不填")))
