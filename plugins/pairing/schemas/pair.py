"""Forms of pairings and agreements."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms import Choice, Date, Length, LongText, Schema, Text, Upload, ui

from ..queries import choices
from ..words import PAIR_KINDS
from .picked import Picked

WHO, TERM, AIMS, PAPER = _l("双方"), _l("期限"), _l("目标和责任人"), _l("协议")
PAPERS = (".pdf", ".jpg", ".jpeg", ".png", ".doc", ".docx")


class Proposal(Schema):
    """A pairing to be agreed on."""

    kind = Choice(
        lambda: list(PAIR_KINDS.items()),
        required=True,
        metadata=ui(
            _l("类型"),
            group=WHO,
            cols=12,
            help=_l("联创：部门党组织与街道、社区结对；帮建：支部联系帮助基层支部；共建：驻区单位与社区共建。"),
        ),
    )
    unit_id = Picked(choices.unit, required=True, metadata=ui(_l("共建单位"), group=WHO, cols=6))
    org_id = Picked(choices.community, required=True, metadata=ui(_l("结对社区（街道、支部）"), group=WHO, cols=6))
    starts_on = Date(required=True, metadata=ui(_l("起始日期"), group=TERM, cols=3))
    ends_on = Date(required=True, metadata=ui(_l("终止日期"), group=TERM, cols=3))
    document_no = Text(validate=Length(max=60), metadata=ui(_l("协议编号"), group=TERM, cols=6))
    goals = LongText(required=True, validate=Length(max=1000), metadata=ui(
        _l("共建目标"), group=AIMS, cols=12, rows=4, help=_l("写要解决的问题和要做成的事，不写认领数量指标。")))
    unit_owner = Text(validate=Length(max=60), metadata=ui(_l("单位责任人"), group=AIMS, cols=6))
    org_owner = Text(validate=Length(max=60), metadata=ui(_l("社区责任人"), group=AIMS, cols=6))
    paper = Upload(PAPERS,
        metadata=ui(_l("协议文件"), group=PAPER, cols=6, help=_l("可以现在附上，也可以签署前再附。PDF、Word 或扫描图片。")))


class Renewal(Schema):
    """The next version of the agreement: another term, perhaps other goals."""

    starts_on = Date(required=True, metadata=ui(_l("起始日期"), cols=3))
    ends_on = Date(required=True, metadata=ui(_l("终止日期"), cols=3))
    document_no = Text(validate=Length(max=60), metadata=ui(_l("协议编号"), cols=6))
    goals = LongText(required=True, validate=Length(max=1000), metadata=ui(_l("共建目标"), cols=12, rows=4))
    paper = Upload(PAPERS, metadata=ui(_l("协议文件"), cols=6))


class Owners(Schema):
    """Who answers for the pairing on either side."""

    unit_owner = Text(validate=Length(max=60), metadata=ui(_l("单位责任人"), cols=6))
    org_owner = Text(validate=Length(max=60), metadata=ui(_l("社区责任人"), cols=6))


class Paper(Schema):
    """The agreement as a file."""

    paper = Upload(PAPERS, required=True, metadata=ui(_l("协议文件"), cols=6, help=_l("PDF、Word 或扫描图片。")))
