"""Forms of the registry. The same declarations check what the API receives."""

from __future__ import annotations

from typing import Any

from core.base.clock import today
from core.base.i18n import _l
from core.settings.dictionaries import choices
from core.web.forms import (
    Bool,
    Choice,
    Code,
    Date,
    Int,
    Length,
    LongText,
    Phone,
    Range,
    Ref,
    Refs,
    Schema,
    Text,
    ui,
)

from .words import AFFILIATION_KINDS, CHANGE_TYPES, GENDERS, GUEST_KINDS, MEMBER_KINDS, ORG_KINDS, UNIT_KINDS

WHO, PARTY, LIFE, ENTRY = _l("基本信息"), _l("党员信息"), _l("单位与居住"), _l("组织关系")
NAMES, BASIS, TERM, CONTACT, CHANGE = _l("名称与隶属"), _l("设立"), _l("任期"), _l("联系方式"), _l("变更说明")
ENTRIES = ("initial", "transfer_in", "newly_admitted")


def pairs(words: dict[str, Any], *wanted: str) -> list[tuple[str, Any]]:
    """(code, label) of a fixed list; `wanted` picks some of it."""
    return [(code, words[code]) for code in (wanted or words)]


def past() -> Range:
    return Range(max=today)


def when(label: Any = _l("生效日期"), **more: Any) -> Date:
    """The day a change takes effect; today when left blank."""
    return Date(validate=past(), metadata=ui(label, help=_l("留空为今天"), **more))


def paper(label: Any = _l("文号"), longest: int = 80, **more: Any) -> Text:
    return Text(validate=Length(max=longest), load_default="", metadata=ui(label, **more))


class PersonFields(Schema):
    """A person's own data."""

    name = Text(required=True, validate=Length(min=1, max=60), metadata=ui(
        _l("姓名"), group=WHO, pii="name", purpose=_l("识别党员"), help=_l("少数民族姓名中的“·”照写")))
    id_no = Code(validate=Length(max=30), metadata=ui(
        _l("身份证号码"), group=WHO, pii="id_no", sensitive=True, purpose=_l("核对身份、防止重复登记"),
        help=_l("选填；填写后自动带出性别和出生日期"), autocomplete="off"))
    gender = Choice(lambda: pairs(GENDERS), metadata=ui(_l("性别"), group=WHO, widget="select"))
    birth_date = Date(validate=past(), metadata=ui(_l("出生日期"), group=WHO))
    phone = Phone(metadata=ui(_l("联系电话"), group=WHO, pii="phone", sensitive=True, purpose=_l("联系党员")))
    education = Choice(lambda: choices("people.education"), metadata=ui(_l("学历"), group=WHO))
    member_kind = Choice(lambda: pairs(MEMBER_KINDS), load_default="full", metadata=ui(
        _l("党员类别"), group=PARTY))
    joined_on = Date(validate=past(), metadata=ui(_l("入党时间"), group=PARTY))
    confirmed_on = Date(validate=past(), metadata=ui(_l("转正时间"), group=PARTY))
    category = Choice(lambda: choices("people.category"), metadata=ui(_l("党员分类"), group=PARTY))
    residence_org_id = Ref("community", metadata=ui(_l("居住社区"), group=LIFE))
    grid_id = Ref("grid", metadata=ui(_l("所在网格"), group=LIFE, help=_l("先选居住社区")))
    work_unit = Text(validate=Length(max=120), metadata=ui(_l("工作单位"), group=LIFE))
    skills = Text(validate=Length(max=200), metadata=ui(
        _l("特长"), group=LIFE, help=_l("本人自愿填写，用于安排志愿服务"), cols=8))
    note = LongText(validate=Length(max=500), metadata=ui(
        _l("备注"), group=LIFE, help=_l("本人可要求查看；请不要记录与工作无关的个人情况")))



class NewPerson(PersonFields):
    """Registering a person: the data, and where and how the person comes in."""

    org_id = Ref("org", required=True, metadata=ui(_l("所在党组织"), group=ENTRY))
    affiliation = Choice(lambda: pairs(AFFILIATION_KINDS, "formal", *GUEST_KINDS), load_default="formal", metadata=ui(
        _l("关系类型"), group=ENTRY, widget="select"))
    entry = Choice(lambda: pairs(CHANGE_TYPES, *ENTRIES), load_default="initial", metadata=ui(
        _l("登记方式"), group=ENTRY, widget="select", help=_l("原来就在本支部的选“首次录入”")))
    effective_on = when(group=ENTRY)
    from_place = Text(validate=Length(max=120), load_default="", metadata=ui(_l("原所在党组织"), group=ENTRY))
    document_no = paper(_l("介绍信或批准文号"), group=ENTRY)


class EditPerson(PersonFields):
    """Changing a person's data; numbers left blank stay as they are."""

    clear_phone = Bool(load_default=False, metadata=ui(_l("清除已登记的联系电话"), group=WHO))
    clear_id_no = Bool(load_default=False, metadata=ui(_l("清除已登记的身份证号码"), group=WHO))


class Reveal(Schema):
    field = Choice([("phone", _l("联系电话")), ("id_no", _l("身份证号码"))], required=True, metadata=ui(
        _l("查看内容"), widget="radio"))
    reason = Text(required=True, validate=Length(min=2, max=200), metadata=ui(
        _l("用途"), cols=12, help=_l("会连同您的姓名和时间记入操作日志，本人有权查询")))


class Transfer(Schema):
    org_id = Ref("org", required=True, metadata=ui(_l("转往党组织"), cols=6))
    effective_on = when()
    document_no = paper(_l("介绍信编号"))
    reason = Text(validate=Length(max=300), load_default="", metadata=ui(_l("事由"), cols=12))


class TransferOut(Schema):
    to_place = Text(required=True, validate=Length(max=120), metadata=ui(_l("转往党组织（本系统以外）"), cols=6))
    effective_on = when()
    document_no = paper(_l("介绍信编号"))
    reason = Text(validate=Length(max=300), load_default="", metadata=ui(_l("事由"), cols=12))


class TransferIn(Schema):
    org_id = Ref("org", required=True, metadata=ui(_l("转入党组织"), cols=6))
    from_place = Text(validate=Length(max=120), load_default="", metadata=ui(_l("原所在党组织")))
    effective_on = when()
    document_no = paper(_l("介绍信编号"))


class Admission(Schema):
    org_id = Ref("org", required=True, metadata=ui(_l("所在党组织"), cols=6))
    effective_on = when(_l("入党时间"))
    document_no = paper(_l("批准文号"))


class Dated(Schema):
    """A change that needs a day, and perhaps a paper."""

    effective_on = when()
    document_no = paper()


class Decided(Schema):
    """A change that somebody competent has decided; the software only records it."""

    effective_on = when(_l("批准日期"))
    document_no = Text(required=True, validate=Length(max=80), metadata=ui(_l("批准文号")))
    reason = Text(required=True, validate=Length(max=300), metadata=ui(_l("事由"), cols=12))


class Reasoned(Schema):
    reason = Text(required=True, validate=Length(max=300), metadata=ui(_l("说明"), cols=12))


class Participation(Schema):
    kind = Choice(lambda: pairs(AFFILIATION_KINDS, *GUEST_KINDS, "outflow"), required=True, metadata=ui(
        _l("关系类型"), widget="select"))
    org_id = Ref("org", required=True, metadata=ui(_l("党组织")))
    starts_on = when(_l("开始日期"))
    source = Text(validate=Length(max=80), load_default="", metadata=ui(_l("依据")))


class OrgFields(Schema):
    """An organisation's own data."""

    name = Text(required=True, validate=Length(min=1, max=120), metadata=ui(
        _l("组织名称（公章全称）"), group=NAMES, cols=8))
    short_name = Text(required=True, validate=Length(min=1, max=60), metadata=ui(
        _l("简称"), group=NAMES, help=_l("平时怎么叫就怎么填，列表和搜索用")))
    kind = Choice(lambda: pairs(ORG_KINDS), required=True, metadata=ui(_l("组织类别"), group=NAMES, widget="select"))
    unit_kind = Choice(lambda: pairs(UNIT_KINDS), metadata=ui(_l("单位类别"), group=NAMES, widget="select"))
    founded_on = Date(validate=past(), metadata=ui(_l("成立时间"), group=BASIS))
    approval_no = paper(_l("批准文号"), 60, group=BASIS)
    size_approval_no = paper(_l("超规模保留支部的批准文号"), 60, group=BASIS,
                             help=_l("人数超过一般上限、经上级批准仍设支部的填写"))
    credit_code = Code(validate=Length(max=30), metadata=ui(_l("统一社会信用代码"), group=BASIS))
    term_years = Int(validate=Range(min=1, max=6), metadata=ui(_l("任期（年）"), group=TERM))
    term_start = Date(metadata=ui(_l("本届开始"), group=TERM))
    term_end = Date(metadata=ui(_l("届满日期"), group=TERM))
    contact_name = Text(validate=Length(max=60), metadata=ui(_l("联系人"), group=CONTACT, pii="name"))
    contact_phone = Phone(metadata=ui(_l("联系电话"), group=CONTACT, pii="phone", sensitive=True))
    address = Text(validate=Length(max=200), metadata=ui(_l("地址"), group=CONTACT, cols=8))
    note = LongText(validate=Length(max=500), metadata=ui(_l("备注"), group=CONTACT))


class NewOrg(OrgFields):
    parent_id = Ref("org", metadata=ui(_l("上级组织"), group=NAMES, help=_l("最上级组织留空")))


class OrgChange(OrgFields):
    """Changing an organisation: the data, and since when and on which paper."""

    effective_on = when(_l("变更生效日期"), group=CHANGE)
    document_no = paper(_l("变更文号"), group=CHANGE)


class EditOrg(OrgChange):
    """The same in a page; a number left blank stays as it is."""

    clear_contact_phone = Bool(load_default=False, metadata=ui(_l("清除已登记的联系电话"), group=CONTACT))


class Move(Schema):
    parent_id = Ref("org", metadata=ui(_l("新的上级组织"), cols=6, help=_l("留空为最上级")))
    effective_on = when()
    document_no = paper()
    note = Text(validate=Length(max=500), load_default="", metadata=ui(_l("说明"), cols=12))


class MergeInto(Schema):
    into_id = Ref("org", required=True, metadata=ui(_l("并入组织"), cols=6))
    effective_on = when()
    document_no = paper()
    note = Text(validate=Length(max=500), load_default="", metadata=ui(_l("说明"), cols=12))


class Split(Schema):
    name = Text(required=True, validate=Length(min=1, max=120), metadata=ui(_l("新组织名称（公章全称）"), cols=8))
    short_name = Text(required=True, validate=Length(min=1, max=60), metadata=ui(_l("新组织简称")))
    person_ids = Refs("person", load_default=list, metadata=ui(_l("转到新组织的党员"), cols=12))
    effective_on = when()
    document_no = paper()


class Dissolve(Schema):
    effective_on = when()
    document_no = paper()
    note = Text(validate=Length(max=500), load_default="", metadata=ui(_l("说明"), cols=12))


class Election(Schema):
    held_on = Date(required=True, validate=past(), metadata=ui(_l("选举日期")))
    term_years = Int(validate=Range(min=1, max=6), metadata=ui(_l("任期（年）"), help=_l("留空按规定的年限")))
    document_no = paper(_l("批复文号"))


class Post(Schema):
    person_id = Ref("person", required=True, metadata=ui(_l("人员"), cols=6))
    post = Choice(lambda: choices("people.post"), required=True, metadata=ui(_l("职务"), widget="select"))
    starts_on = Date(required=True, validate=past(), metadata=ui(_l("任职时间")))
    source = Choice(lambda: choices("people.post_source"), load_default="", metadata=ui(_l("任职方式"), widget="select"))
    document_no = paper()
    note = Text(validate=Length(max=200), load_default="", metadata=ui(_l("备注"), cols=8))


class EndPost(Schema):
    ends_on = Date(required=True, validate=past(), metadata=ui(_l("离任时间")))


class GridFields(Schema):
    code = Text(required=True, validate=Length(min=1, max=30), metadata=ui(_l("网格编号")))
    name = Text(required=True, validate=Length(min=1, max=60), metadata=ui(_l("网格名称")))
    org_id = Ref("community", required=True, metadata=ui(_l("所属社区")))
    buildings = LongText(metadata=ui(_l("楼栋"), help=_l("每行一栋，或用顿号隔开")))
    household_count = Int(validate=Range(min=0, max=100_000), metadata=ui(_l("户数")))
    worker_id = Ref("person", metadata=ui(_l("网格员（从人员中选）")))
    worker_name = Text(validate=Length(max=60), load_default="", metadata=ui(_l("网格员（不在人员库的填姓名）"), pii="name"))
    active = Bool(load_default=True, metadata=ui(_l("使用中")))
    note = Text(validate=Length(max=200), load_default="", metadata=ui(_l("备注"), cols=8))


class Period(Schema):
    start = Date(required=True, metadata=ui(_l("起")))
    end = Date(required=True, metadata=ui(_l("止")))
    org_id = Ref("org", metadata=ui(_l("组织"), help=_l("留空为您有权查看的全部")))
