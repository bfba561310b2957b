"""The form of a contribution."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms import Choice, Date, Int, Length, Money, Range, Schema, Text, ui

from ..words import GIFTS


class GiftForm(Schema):
    """Money, goods, labour, a venue or expertise; money needs its source and a receipt."""

    pair_id = Choice((), required=True, metadata=ui(_l("投入单位"), widget="select", cols=6))
    kind = Choice(lambda: list(GIFTS.items()), required=True, metadata=ui(_l("形式"), widget="select", cols=3))
    on = Date(required=True, metadata=ui(_l("日期"), cols=3))
    what = Text(required=True, validate=Length(max=160), metadata=ui(_l("内容"), cols=6))
    amount_fen = Money(validate=Range(1, 10**13), metadata=ui(_l("金额或折价"), cols=3, help=_l("资金必填；物资可填折价。")))
    quantity = Int(validate=Range(1, 10**9), metadata=ui(_l("数量"), cols=3, help=_l("物资填件数，劳务填工时，场地填次数。")))
    source = Text(validate=Length(max=120), metadata=ui(_l("资金来源"), cols=6, help=_l("如：单位党费、工会经费、企业捐赠。")))
    receipt_no = Text(validate=Length(max=60), metadata=ui(_l("票据号"), cols=6))
