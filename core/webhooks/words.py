"""States and failures in sentences."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _, _l

from .models import ACTIVE, DELIVERED, FAILED, HELD, PAUSED, STOPPED, WAITING

HOOK_STATES: dict[str, tuple[Any, str]] = {
    ACTIVE: (_l("推送中"), "ok"), PAUSED: (_l("已暂停"), "mute"), STOPPED: (_l("已自动暂停"), "err")}
DELIVERY_STATES: dict[str, tuple[Any, str]] = {
    WAITING: (_l("待推送"), "info"), HELD: (_l("暂存"), "mute"), DELIVERED: (_l("已送达"), "ok"), FAILED: (_l("未送达"), "err")}
REASONS: dict[str, Any] = {
    "": "", "failures": _l("连续多次没有送达。请对方修好接收程序，发一次测试，再恢复。"),
    "gone": _l("对方答复 410：这个地址不再接收。请核对网址，或删除这个推送。"),
}
FAILURES: dict[str, Any] = {
    "dns": _l("没有查到这个域名的地址"),
    "inner": _l("域名指向内部网络的地址，没有发送"),
    "address": _l("这个网址现在不允许推送（协议、端口或写法），没有发送；请修改网址"),
    "refused": _l("连接不上对方服务器"),
    "slow": _l("对方没有在规定时间内答复"),
    "tls": _l("对方的 HTTPS 证书不被信任，没有发送"),
    "protocol": _l("对方的答复不是有效的 HTTP"),
    "redirect": _l("对方让转到别的网址；不跟随跳转，请直接填写最终网址"),
    "gone": _l("对方答复 410，不再接收"),
    "status": _l("对方没有接收（应答复 200 到 299）"),
}


def state_of(table: dict[str, tuple[Any, str]], state: str) -> tuple[str, str]:
    """(words, tone); the code itself for a state nobody knows."""
    words, tone = table.get(state, (state, "mute"))
    return str(words), tone


def failure_of(error: str, status: int | None = None) -> str:
    """One sentence why it was not delivered; "" for a success."""
    said = str(FAILURES.get(error, error))
    return _("%(said)s：%(status)s", said=said, status=status) if error in ("status", "redirect") and status else said
