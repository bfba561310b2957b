"""登录设备: where the own account is signed in."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.web import SIGNED_IN, ctx, done, go, render

from ..services import devices as services
from ..sessions import cookie_name
from .area import drop, own, pages


@pages.get("/devices", needs=SIGNED_IN)
def devices() -> Any:
    return render("accounts/devices.html", devices=services.my_devices(ctx()))


@pages.post("/devices/<int:session_id>/end", needs=SIGNED_IN)
def end_device(session_id: int) -> Any:
    services.end_device(own(), session_id)
    if session_id == ctx().actor.session_id:
        return _gone()
    done(_("该设备已退出登录。"))
    return go("accounts.devices")


@pages.post("/devices/end", needs=SIGNED_IN)
def end_everywhere() -> Any:
    others = request.form.get("others") == "1"
    ended = services.end_everywhere(own(), others=others)
    if not others:
        return _gone()
    done(_("已退出其他 %(n)s 台设备。", n=ended))
    return go("accounts.devices")


def _gone() -> Any:
    response = go("accounts.sign_in")
    drop(response, cookie_name())
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
