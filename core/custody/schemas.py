"""Forms of the custody pages."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms import Code, Length, LongText, Password, Schema, ui


class OwnArchiveSchema(Schema):
    """The tenant's admin asks for everything."""

    password = Password(required=True, metadata=ui(_l("您的登录密码"), cols=12, help=_l("确认是您本人")))
    passphrase = Password(required=True, metadata=ui(
        _l("数据包口令"), cols=6, help=_l("另设一个，不要与登录密码相同。恢复时要用，丢失后无法找回")))
    again = Password(required=True, metadata=ui(_l("再输一次口令"), cols=6))


class ReadOnlySchema(Schema):
    """Why a tenant may only be read for a while."""

    reason = LongText(required=True, validate=Length(2, 200), metadata=ui(
        _l("原因"), cols=12, rows=2, help=_l("会写进该单位的操作日志")))


class RestoreSchema(Schema):
    """Which archive, and its passphrase when it came from elsewhere."""

    archive = Code(required=True, validate=Length(max=120), metadata=ui(_l("数据包"), cols=12))
    passphrase = Password(load_default=None, allow_none=True, metadata=ui(
        _l("口令"), cols=12, help=_l("本平台自己存的数据包不用填")))


class RemovalSchema(Schema):
    """The first person asks for a removal."""

    reason = LongText(required=True, validate=Length(2, 300), metadata=ui(
        _l("注销原因和依据"), cols=12, rows=3, help=_l("写明文号；会留在注销证明上")))
    typed = Code(required=True, validate=Length(max=40), metadata=ui(_l("输入这个单位的简称"), cols=6, help=_l("以免注销错单位")))
    password = Password(required=True, metadata=ui(_l("您的登录密码"), cols=6, help=_l("确认是您本人")))


class PurgeSchema(Schema):
    """The first person asks for a plugin's data in a tenant to be deleted."""

    reason = LongText(required=True, validate=Length(2, 300), metadata=ui(
        _l("清除原因和依据"), cols=12, rows=3, help=_l("写明该单位的书面意见；会留在清除证明上")))
    typed = Code(required=True, validate=Length(max=40), metadata=ui(_l("输入应用的代号"), cols=6, help=_l("以免清错应用")))
    password = Password(required=True, metadata=ui(_l("您的登录密码"), cols=6, help=_l("确认是您本人")))


class ConfirmSchema(Schema):
    """The second person agrees."""

    password = Password(required=True, metadata=ui(_l("您的登录密码"), cols=6, help=_l("确认是您本人")))
