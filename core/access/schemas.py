"""Forms of roles and grants."""

from __future__ import annotations

from core.base.clock import today
from core.base.i18n import _l
from core.web.forms.checks import Length
from core.web.forms.choices import Choice, Choices, Ref
from core.web.forms.dates import Date
from core.web.forms.fields import Bool, Text
from core.web.forms.schema import Schema, ui


class RoleSchema(Schema):
    """Name and demands of a role; its permissions are a list of boxes of its own."""

    label = Text(required=True, validate=Length(max=60), metadata=ui(_l("角色名称"), cols=4))
    note = Text(load_default="", validate=Length(max=200), metadata=ui(_l("说明"), cols=8))
    needs_totp = Bool(load_default=False, metadata=ui(_l("必须开启两步验证"), cols=12))


class AskWho(Schema):
    """What somebody wants to know the readers of."""

    person_id = Ref("person", metadata=ui(_l("人员"), cols=6, help=_l("输入姓名或拼音首字母")))
    org_id = Ref("org", metadata=ui(_l("组织"), cols=6, help=_l("输入组织名称或拼音首字母")))


class GrantSchema(Schema):
    """A role for an account, where and how long, on what paper. The page says which roles there are to choose from."""

    role_id = Choice((), required=True, metadata=ui(_l("角色"), cols=4, widget="select"))
    org_unit_id = Ref("org", metadata=ui(_l("范围"), cols=8, help=_l("所选组织及其全部下级；不选就是全单位")))
    starts_on = Date(load_default=today, metadata=ui(_l("开始日期"), cols=4))
    ends_on = Date(metadata=ui(_l("结束日期"), cols=4, help=_l("不填就是长期")))
    source = Text(load_default="", validate=Length(max=120), metadata=ui(
        _l("依据"), cols=4, placeholder=_l("例如：临组发〔2026〕3 号")))


class NewToken(Schema):
    """A token for a program: the role of its service account, where, until when. The page says what there is to choose."""

    name = Text(required=True, validate=Length(max=60), metadata=ui(
        _l("用途"), cols=8, placeholder=_l("例如：县大数据局 党员名册同步"), autocomplete="off"))
    ends_on = Date(required=True, metadata=ui(_l("有效期至"), cols=4))
    role_id = Choice((), required=True, metadata=ui(_l("角色"), cols=4, widget="select"))
    org_unit_id = Ref("org", load_default=None, metadata=ui(
        _l("范围"), cols=8, help=_l("所选组织及其全部下级；不选就是全单位")))
    permissions = Choices((), load_default=list, metadata=ui(
        _l("只限这些权限"), cols=12, widget="multiselect", help=_l("不选就是所选角色的全部权限")))
