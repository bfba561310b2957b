"""Forms of the joint council."""

from __future__ import annotations

from core.base import clock
from core.base.i18n import _l
from core.web.forms import Bool, Choice, Date, Length, LongText, Ref, Schema, Text, ui

from ..queries import choices
from ..words import COUNCILS
from .picked import Picked


class CouncilForm(Schema):
    """A body."""

    name = Text(required=True, validate=Length(max=80), metadata=ui(_l("名称"), cols=6))
    kind = Choice(lambda: list(COUNCILS.items()), required=True, metadata=ui(_l("类型"), widget="select", cols=3))
    founded_on = Date(load_default=clock.today, metadata=ui(_l("成立日期"), cols=3))
    org_id = Picked(choices.convener, required=True, metadata=ui(_l("召集的街道、社区"), cols=6))
    charter = LongText(validate=Length(max=1000), metadata=ui(_l("章程和职责"), cols=12, rows=4))


class CouncilEdit(CouncilForm):
    """What may be mended of a body."""

    class Meta(CouncilForm.Meta):
        exclude = ("founded_on", "org_id")


class MemberForm(Schema):
    """A seat."""

    unit_id = Picked(choices.unit, metadata=ui(_l("代表单位"), cols=6, help=_l("社区自己的成员不填单位。")))
    name = Text(required=True, validate=Length(max=60), metadata=ui(_l("姓名"), cols=3, pii="name"))
    post = Text(validate=Length(max=60), metadata=ui(_l("职务"), cols=3))
    can_decide = Bool(load_default=True, metadata=ui(_l("能代表单位作决定"), cols=4))
    starts_on = Date(load_default=clock.today, metadata=ui(_l("任职日期"), cols=4))
    person_id = Ref("person", metadata=ui(_l("是本地党员的，从名册中选"), cols=4))


class SessionForm(Schema):
    """A session to be held."""

    on = Date(required=True, metadata=ui(_l("日期"), cols=3))
    place = Text(validate=Length(max=80), metadata=ui(_l("地点"), cols=3))
    chair = Text(validate=Length(max=60), metadata=ui(_l("主持人"), cols=3))
    recorder = Text(validate=Length(max=60), metadata=ui(_l("记录人"), cols=3))


class TopicForm(Schema):
    """A topic handed in."""

    title = Text(required=True, validate=Length(max=120), metadata=ui(_l("议题"), cols=12))
    text = LongText(validate=Length(max=1000), metadata=ui(_l("情况和建议"), cols=12, rows=3))


class OutcomeForm(Schema):
    """What became of a topic."""

    state = Choice(lambda: [("settled", _l("已议决")), ("deferred", _l("暂缓"))], required=True, metadata=ui(_l("结果"), cols=6))
    outcome = LongText(required=True, validate=Length(max=500), metadata=ui(_l("讨论结果"), cols=12, rows=2))


class ResolutionForm(Schema):
    """Something decided, with an owner and a date."""

    text = LongText(required=True, validate=Length(max=500), metadata=ui(_l("议定事项"), cols=12, rows=2))
    topic_id = Choice((), metadata=ui(_l("来自哪个议题"), widget="select", cols=6))
    unit_id = Choice((), metadata=ui(_l("承办单位"), widget="select", cols=6, help=_l("由社区自己办的不填。")))
    owner_name = Text(required=True, validate=Length(max=80), metadata=ui(_l("责任人"), cols=6))
    due_on = Date(required=True, metadata=ui(_l("完成期限"), cols=3))


class MinutesForm(Schema):
    """The minutes, when the session was held."""

    minutes = LongText(required=True, validate=Length(max=4000), metadata=ui(_l("会议纪要"), cols=12, rows=8))
