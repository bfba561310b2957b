"""Forms of the admin's pages."""

from __future__ import annotations

from marshmallow import fields

from core.base.clock import today
from core.base.i18n import _l
from core.web.forms.checks import Length
from core.web.forms.schema import Schema, ui


class RuleOverrideSchema(Schema):
    """An own value of a rule, with the paper it rests on."""

    value = fields.Str(required=True, validate=Length(max=500), metadata=ui(_l("本单位的值"), cols=4))
    effective_from = fields.Date(load_default=today, metadata=ui(_l("生效日期"), cols=4))
    document_no = fields.Str(required=True, validate=Length(max=80), metadata=ui(
        _l("文件号"), cols=4, help=_l("作出这一规定的文件，例如：临组发〔2026〕3 号")))
    note = fields.Str(validate=Length(max=500), allow_none=True, metadata=ui(_l("说明"), cols=12, widget="textarea"))
