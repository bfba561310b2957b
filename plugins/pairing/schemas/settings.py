"""Settings of the module, chosen by the tenant's admin."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms import Bool, Int, Length, Range, Schema, Text, ui


class Settings(Schema):
    """How joint creation works here."""

    term_years = Int(load_default=1, validate=Range(1, 5), metadata=ui(
        _l("默认签约年限"), cols=4, help=_l("发起结对时预填，可逐个修改。")))
    suggests = Bool(load_default=True, metadata=ui(
        _l("显示需求与资源的匹配建议"), cols=6, help=_l("按类别、地点和专长给出理由，只是建议，由双方自己决定。")))
    document_prefix = Text(load_default="", validate=Length(max=30), metadata=ui(
        _l("协议编号前缀"), cols=4, placeholder=_l("如 共建协〔2026〕")))
