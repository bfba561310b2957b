"""Settings of the module, chosen by the tenant's admin."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms import Bool, Code, Length, Matches, Schema, Text, ui

LETTERS = Matches(r"[A-Za-z-]*", error=_l("只用字母，如 LS；年份和流水号自动加上。"))


class Settings(Schema):
    """How training is run here."""

    self_enrolment = Bool(load_default=True, metadata=ui(
        _l("本人可以报名"), cols=6, help=_l("关闭后只由支部或办班单位报名。")))
    certificate_prefix = Code(load_default="", validate=[Length(max=8), LETTERS], metadata=ui(
        _l("证书编号前缀"), cols=3, help=_l("如 LS，编号为 LS202600012。")))
    certificate_title = Text(load_default="", validate=Length(max=20), metadata=ui(
        _l("证书标题"), cols=3, help=_l("不填为“结业证书”。")))
