"""A schema as a form: shown, posted, shown again; every widget; and no input makes it crash."""

from __future__ import annotations

import datetime as dt
import io
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError, fields, validates_schema
from werkzeug.datastructures import FileStorage, MultiDict

from core.base.i18n import _l, use_locale
from core.contracts.errors import Conflict, Invalid
from core.web.forms import (
    Bool,
    Choice,
    Choices,
    Date,
    IdNumber,
    Int,
    Length,
    LongText,
    Matches,
    Moment,
    Money,
    Option,
    Password,
    Phone,
    Range,
    Ref,
    Refs,
    Schema,
    SchemaForm,
    Text,
    Time,
    Upload,
    YearMonth,
    describe,
    ui,
)  # fmt: skip

KINDS = [("g", _l("是")), ("v", _l("否"))]


class Everything(Schema):
    """One field of every kind."""

    name = Text(
        required=True, validate=Length(2, 30), metadata=ui("姓名", group="基本", pii="name", purpose="登记")
    )
    code = Text(validate=Matches("[A-Z]{2}", error="两个字母"), metadata=ui("代码", group="基本"))
    sex = Choice(["男", "女"], required=True, metadata=ui("性别", group="基本"))
    many = Choice([Option(n, f"第{n}", f"d{n}") for n in range(30)], metadata=ui("支部", group="组织"))
    kinds = Choices(KINDS, load_default=list, metadata=ui("类别", group="组织"))
    id_no = IdNumber(metadata=ui("证件", sensitive=True, aliases=("证件号码", _l("是"))))
    phone = Phone(metadata=ui("电话"))
    count = Int(validate=Range(1, 20), load_default=1, metadata=ui("数量"))
    fee = Money(metadata=ui("费用"))
    on = Date(validate=Range(max=lambda: dt.date(2026, 1, 1)), metadata=ui("日期"))
    month = YearMonth(metadata=ui("年月"))
    at = Time(metadata=ui("时间"))
    when = Moment(metadata=ui("时刻"))
    agreed = Bool(load_default=False, metadata=ui("同意"))
    org = Ref("org", metadata=ui("单位"))
    people = Refs("person", metadata=ui("人员"))
    secret = Password(metadata=ui("口令"))
    sheet = Upload((".xlsx",), metadata=ui("文件"))
    note = LongText(validate=Length(max=200), metadata=ui("备注", rows=5))
    hidden = Int()

    @validates_schema
    def order(self, data, **_kwargs):
        if data.get("on") and data.get("month") and data["month"] > data["on"]:
            raise ValidationError("年月不能晚于日期", "month")


GOOD = {"name": "王丽华", "sex": "女"}


def post(**typed):
    form = SchemaForm(Everything())
    return form, form.submit(MultiDict({**GOOD, **typed}))


def test_description_carries_what_the_rules_enforce():
    items = {item.name: item for item in describe(Everything())}
    assert "hidden" not in items
    assert items["name"].attrs == {"maxlength": 30, "minlength": 2} and items["name"].required
    assert items["code"].attrs["pattern"] == "[A-Z]{2}"
    assert items["count"].attrs == {"min": 1, "max": 20}
    assert items["on"].attrs["max"] == dt.date(2026, 1, 1)
    assert items["id_no"].aliases == ("证件号码", "是") and items["id_no"].sensitive
    assert (items["name"].pii, items["name"].purpose) == ("name", "登记")
    assert [
        items[n].widget for n in ("sex", "many", "kinds", "org", "people", "fee", "month", "note", "sheet")
    ] == ["radio", "select", "checks", "ref", "refs", "money", "month", "textarea", "file"]
    assert items["many"].searchable and not items["sex"].searchable
    assert items["sheet"].attrs["accept"] == ".xlsx"


def test_blank_optional_fields_come_as_default_or_none():
    form, fine = post(phone=" ", count="")
    assert fine, form.errors
    assert form.data["phone"] is None and form.data["note"] is None
    assert form.data["count"] == 1 and form.data["kinds"] == [] and form.data["agreed"] is False
    assert "secret" not in form.data and "sheet" not in form.data and "hidden" not in form.data


def test_fields_that_are_not_on_the_form_are_ignored():
    form, fine = post(hidden="3", tenant_id="9", version="4")
    assert fine and "tenant_id" not in form.data and form.version == 4


def test_errors_stand_beside_their_fields_and_values_stay():
    form, fine = post(name="王", count="99", on="2020.9", phone="123")
    assert not fine and form.data == {} and form.count == 4
    assert form["name"].errors == ["应为 2 到 30 个字"] and form["name"].shown() == "王"
    assert form["count"].shown() == "99"


def test_a_rule_over_several_fields():
    form, fine = post(on="2020-01-05", month="2020-02")
    assert not fine and form["month"].errors == ["年月不能晚于日期"]


def test_several_values_and_labels():
    form = SchemaForm(Everything())
    assert form.submit(
        MultiDict([*GOOD.items(), ("kinds", "v"), ("kinds", "是"), ("kinds", ""), ("many", "第3")])
    )
    assert form.data["kinds"] == ["v", "g"] and form.data["many"] == 3


def test_a_box_is_false_when_absent_or_off():
    assert post(agreed="1")[0].data["agreed"] is True
    assert post(agreed="0")[0].data["agreed"] is False
    assert post()[0].data["agreed"] is False


def test_files():
    form = SchemaForm(Everything())
    sheet = FileStorage(io.BytesIO(b"x"), "名单.XLSX")
    assert form.submit(MultiDict(GOOD), {"sheet": sheet}) and form.data["sheet"] is sheet
    assert not form.submit(MultiDict(GOOD), {"sheet": FileStorage(io.BytesIO(b"x"), "a.exe")})
    assert form["sheet"].errors == ["只接受 .xlsx 文件"]
    assert form.submit(MultiDict(GOOD), {"sheet": FileStorage(io.BytesIO(), "")})


def test_an_edit_form_shows_the_record():
    person = SimpleNamespace(
        name="李明", sex="男", fee=1250, month=dt.date(2020, 9, 1), kinds=["v"], secret="x", version=7
    )
    form = SchemaForm(Everything(), person)
    shown = {n: form[n].shown() for n in ("name", "fee", "month", "count", "secret")}
    assert shown == {"name": "李明", "fee": "12.50", "month": "2020-09", "count": "", "secret": ""}
    assert form["sex"].is_on("男") and form["kinds"].is_on("v") and form.version == 7
    assert form["kinds"].text() == "否"
    assert SchemaForm(Everything())["count"].shown() == "1"


def test_groups_and_hidden_fields():
    form = SchemaForm(Everything(), hide=("id_no",))
    assert [name for name, _items in form.groups] == ["基本", "组织", ""]
    assert "id_no" not in [item.name for item in form.items]


def test_what_a_service_refuses_stands_beside_the_field():
    form, _fine = post()

    def service(**_data):
        raise Invalid(errors={"name": ["已有同名的人"], "elsewhere": ["总数不对"]})

    assert not form.attempt(service, **form.data)
    assert form["name"].errors == ["已有同名的人"] and form.general == ["总数不对"] and form.count == 2
    form, _fine = post()
    assert form.attempt(lambda **data: data["name"], **form.data) and form.result == "王丽华"


def test_errors_in_english():
    with use_locale("en"):
        form, _fine = post(name="", kinds="x")
        assert form["name"].errors == ["This field is required"]
        assert form["kinds"].errors == ["“x” is not an option; please choose from the list"]


def test_the_api_side_refuses_unknown_fields_in_plain_words():
    with pytest.raises(ValidationError) as refusal:
        Everything().load({**GOOD, "is_admin": True})
    assert refusal.value.messages == {"is_admin": ["没有这个字段"]}
    with pytest.raises(ValidationError) as refusal:
        Everything().load("text")
    assert Everything().errors_of(refusal.value) == {"_schema": ["数据格式不对，应为一组字段"]}


def test_plain_marshmallow_fields_work_too():
    class Plain(Schema):
        size = fields.Integer(metadata=ui("大小"))

    form = SchemaForm(Plain())
    assert not form.submit(MultiDict({"size": "x"})) and form["size"].errors


NAMES = [item.name for item in describe(Everything())]
NASTY = st.one_of(
    st.text(),
    st.text("0123456789-/.年月日：: ，,", max_size=30),
    st.sampled_from(
        [
            "",
            " ",
            "\x00",
            "9" * 400,
            "-" * 50,
            "0000-00-00",
            "2020-02-30",
            "1e999",
            "NaN",
            "Infinity",
            "٣٤",
            "½",
            "²",
            "\ud800",
            "\u202e",
            "%s%n",
            "{0}",
            "%(n)s",
            "' OR 1=1 --",
            "<script>",
            "=1+1",
            "3.7E+17",
            "1" * 300_000,
        ]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([*NAMES, "version", "once_key", "x"]), NASTY), max_size=25))
def test_no_post_makes_the_form_crash(pairs):
    form = SchemaForm(Everything())
    fine = form.submit(MultiDict(pairs))
    assert fine == (not form.errors)
    assert all(isinstance(text, str) for texts in form.errors.values() for text in texts)
    for item in form.items:
        item.shown(), item.text(), item.is_on("x")


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.datetimes()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*NAMES, "x"]), ANYTHING, max_size=8) | ANYTHING)
def test_no_json_makes_the_schema_crash(data):
    try:
        Everything().load(data)
    except ValidationError as refusal:
        assert all(isinstance(t, str) for texts in Everything().errors_of(refusal).values() for t in texts)


def test_somebody_saved_first():
    form, fine = post(count="3", version="1")
    saved = SimpleNamespace(**GOOD, count=5, kinds=[], agreed=False, version=2)

    def service():
        raise Conflict(current=saved)

    assert fine and not form.attempt(service) and form.status == 409
    assert [(d.label, d.saved, d.typed) for d in form.late] == [("数量", "5", "3")]
    assert form.version == 2 and form["count"].shown() == "3"
    assert form.attempt(lambda: True)


def test_somebody_saved_first_and_nobody_knows_what():
    form, _fine = post()

    def service():
        raise Conflict()

    assert not form.attempt(service) and form.late == [] and form.status == 409 and not form.too_late


def test_a_service_that_knows_what_happened_says_so():
    form, _fine = post()

    def service():
        raise Conflict("报名已截止，请联系办班单位。")

    assert not form.attempt(service) and form.status == 409 and form.too_late == "报名已截止，请联系办班单位。"
