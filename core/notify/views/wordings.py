"""通知用语: the words of notices, one form each, with a preview."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.web import ctx, done, go, render
from core.web.forms import SchemaForm

from ..schemas import WordingForm, WordingLines
from ..wording import MANAGE, Worded, problems, reset_wording, save_wording, wording, wordings
from .pages import pages


@pages.get("/wordings/", needs=MANAGE)
def all_wordings() -> Any:
    found: dict[str, list[Worded]] = {}
    for one in wordings(ctx()):
        found.setdefault(one.owner, []).append(one)
    return render("notify/wordings.html", groups=found, locale=ctx().locale)


@pages.form("/wordings/<template>", needs=MANAGE)
def one_wording(template: str) -> Any:
    one = wording(ctx(), template)
    form = SchemaForm((WordingLines if one.template.lines else WordingForm)(), values=one.words)
    form.version = one.version
    if request.method == "POST" and form.submit(request.form):
        if request.form.get("again"):                       # only look: nothing is kept
            form.refuse({code: said for code, text in form.data.items() if (said := problems(one.template, text or ""))})
        elif form.attempt(save_wording, ctx(), template, texts=form.data, version=form.version):
            done(_("用语已保存，以后的通知按它发送。"))
            return go("notify.all_wordings")
    typed = {item.name: str(item.value or "") for item in form.items}
    samples = [] if form.errors else [
        (item.label, item.attrs["lang"], one.sample(item.name, typed[item.name] or one.usual[item.name])) for item in form.items]
    return render("notify/wording.html", form.status, form=form, one=one, samples=samples)


@pages.post("/wordings/<template>/reset", needs=MANAGE)
def wording_default(template: str) -> Any:
    reset_wording(ctx(), template)
    done(_("已恢复默认用语。"))
    return go("notify.all_wordings")
