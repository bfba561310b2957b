"""Forms of the onboarding wizard, one per step; to whom a plugin is offered."""

from __future__ import annotations

from marshmallow import ValidationError, validates_schema

from core.base.division import validate_division_code
from core.base.i18n import _l
from core.contracts.errors import Invalid
from core.plugin import installed
from core.tenancy.lookup import working_tenants
from core.tenancy.models import EVERYBODY, NAMED, NOBODY
from core.tenancy.profiles import profiles
from core.web.forms import Choice, Choices, Code, Length, LongText, Schema, Text, Upload, ui

KINDS = [("county", _l("县（区）")), ("street", _l("街道（乡镇）"))]


def counties() -> list[tuple[str, str]]:
    """(slug, name) of the open counties a street may name as its parent."""
    return [(tenant.slug, tenant.name) for tenant, _rev in working_tenants() if tenant.kind == "county"]


class UnitSchema(Schema):
    """Step 1: what the unit is."""

    kind = Choice(KINDS, required=True, metadata=ui(_l("类型"), cols=6, widget="radio"))
    name = Text(required=True, validate=Length(2, 80), metadata=ui(_l("单位全称"), cols=6, placeholder=_l("例如：临沭县")))
    slug = Code(required=True, validate=Length(2, 40), metadata=ui(
        _l("简称（网址用）"), cols=6, help=_l("小写字母和数字，例如 linshu；开通后不能修改")))
    division_code = Code(required=True, validate=Length(6, 12), metadata=ui(
        _l("行政区划代码"), cols=6, help=_l("县（区）6 位，街道（乡镇）9 位"), inputmode="numeric"))
    parent = Choice(counties, allow_none=True, load_default=None, metadata=ui(
        _l("所属县（区）"), cols=6, help=_l("街道可选填，须已在本平台开通")))
    host = Code(allow_none=True, load_default=None, validate=Length(max=120), metadata=ui(
        _l("独立域名"), cols=6, help=_l("没有就不填，用 /t/简称/ 访问")))

    @validates_schema(skip_on_field_errors=True)
    def code_fits_the_kind(self, data: dict[str, str], **_kwargs: object) -> None:
        try:
            validate_division_code(data["division_code"], data["kind"])  # type: ignore[arg-type]
        except Invalid as refused:
            raise ValidationError(refused.errors) from refused


class ProfileSchema(Schema):
    """Step 2: what it starts from."""

    def __init__(self, kind: str):
        super().__init__()
        self.fields["profile"].source = [(p.name, p.title) for p in profiles() if p.kind == kind]

    profile = Choice((), required=True, metadata=ui(_l("开通方案"), cols=12, widget="radio",
                                                    help=_l("方案决定初始的应用、角色和规则，之后都可以修改")))


class AdminSchema(Schema):
    """Step 3: who administers it. No password is set here: the admin gets a link that works once."""

    admin_name = Text(required=True, validate=Length(2, 60), metadata=ui(_l("管理员姓名"), cols=6, pii="name"))
    admin_login = Code(required=True, validate=Length(2, 60), metadata=ui(
        _l("登录账号"), cols=6, help=_l("字母、数字或手机号，本单位内唯一")))


def optional_plugins() -> list[tuple[str, str]]:
    plugins = installed()
    return [(name, plugins.by_name[name].manifest.title) for name in plugins.optional]


class OfferSchema(Schema):
    """To whom a plugin is offered."""

    audience = Choice(
        [(EVERYBODY, _l("所有租户")), (NAMED, _l("只向选定的开通方案和单位")), (NOBODY, _l("暂不开放"))], required=True,
        metadata=ui(_l("向谁开放"), cols=12, widget="radio", help=_l("已经启用的单位不受影响；停用以后，不开放的单位不能再启用")))
    profiles = Choices(lambda: [(p.name, p.title) for p in profiles()], load_default=list, metadata=ui(_l("开通方案"), cols=6))
    tenants = LongText(allow_none=True, load_default=None, metadata=ui(_l("单位"), cols=6, rows=4, help=_l(
        "写简称，用空格、逗号或换行分开。先向几个单位试用，没有问题再向所有租户开放")))
    note = Text(allow_none=True, load_default=None, validate=Length(max=200), metadata=ui(_l("说明"), cols=12))


class PluginsSchema(Schema):
    """Step 4: what is switched on at the start."""

    plugins = Choices(optional_plugins, load_default=list, metadata=ui(
        _l("开通时启用的应用"), cols=12, help=_l("单位管理员以后可以自己启用或停用")))


class TreeSchema(Schema):
    """Step 5: the organisation tree, typed or as a sheet."""

    lines = LongText(allow_none=True, load_default=None, metadata=ui(
        _l("直接输入"), cols=12, rows=12, help=_l("每行一个组织，用空格或 Tab 缩进表示上下级，例如“社区党委”下面缩进写各支部")))
    sheet = Upload(allow_none=True, load_default=None, metadata=ui(
        _l("或上传 Excel"), cols=12, help=_l("两列：组织名称、上级组织名称；第三列可写组织简称")))
