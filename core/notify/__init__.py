"""Notices to one account (the bell), the notice board (公告) of organisations, suggestions and complaints to the admins."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, PersonalField, Plugin

plugin = Plugin(
    name="notify",
    title=_l("消息与公告"),
    core=True,
    permissions=(
        Permission("notify.bulletin.write", _l("起草公告")),
        Permission("notify.bulletin.publish", _l("发布与撤下公告")),
        Permission("notify.feedback.answer", _l("查看和答复意见建议与投诉")),
    ),
    personal_data=(
        PersonalField("notify_feedback.user_name", _l("答复提出人"), _l("本人主动提出"), "5 years", mask="name"),
        PersonalField("notify_feedback.body", _l("办理意见建议与投诉"), _l("本人主动提出"), "5 years"),
    ),
)
