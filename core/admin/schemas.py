"""Forms of the admin's pages."""

from __future__ import annotations

from core.base.clock import today
from core.base.i18n import _l
from core.web.forms.checks import Length
from core.web.forms.choices import Choice
from core.web.forms.dates import Date
from core.web.forms.fields import Bool, LongText, Text
from core.web.forms.schema import Schema, ui


class RuleOverrideSchema(Schema):
    """An own value of a rule, with the paper it rests on."""

    value = Text(required=True, validate=Length(max=500), metadata=ui(_l("本单位的值"), cols=4))
    effective_from = Date(load_default=today, metadata=ui(_l("生效日期"), cols=4))
    document_no = Text(required=True, validate=Length(max=80), metadata=ui(
        _l("文件号"), cols=4, help=_l("作出这一规定的文件，例如：临组发〔2026〕3 号")))
    note = LongText(validate=Length(max=500), metadata=ui(_l("说明"), cols=12))


class LeaveSchema(Schema):
    """A community takes no part in a plugin."""

    org_id = Choice((), required=True, metadata=ui(_l("社区"), cols=4))
    plugin = Choice((), required=True, metadata=ui(_l("应用"), cols=4))
    reason = Text(required=True, validate=Length(max=200), metadata=ui(_l("原因"), cols=12))


class ListEntrySchema(Schema):
    """An entry of a list; the page says what it may count as."""

    label = Text(required=True, validate=Length(max=60), metadata=ui(_l("名称"), cols=6))
    base = Choice((), required=True, metadata=ui(_l("汇总时归入"), cols=6, widget="select", help=_l(
        "上级汇总和统计时按这一类计算")))
    active = Bool(load_default=False, metadata=ui(_l("使用中（可以选择）"), cols=12))
