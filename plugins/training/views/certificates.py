"""Certificates: the record, the PDF, taking one back, and the public question."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from core.base.fonts import NoFont
from core.base.i18n import _
from core.contracts.errors import Conflict
from core.web import ANYONE, SIGNED_IN, ctx, done, go, render, warn
from core.web.download import PDF, attachment
from core.web.forms import SchemaForm

from ..pdf import certificate_pdf
from ..queries.certificates import CertificatePage, certificate_for_reader, certificate_page
from ..schemas.session import Revoked
from ..services.certificates import reissue, revoke, verify
from .pages import form_page, pages, said

READ, REVOKE = "training.certificate.read", "training.certificate.revoke"


@pages.get("/certificates/<int:record_id>", needs=READ)
def certificate(record_id: int) -> Any:
    return render("training/certificate.html", page=certificate_page(ctx(), record_id))


@pages.get("/certificates/<int:record_id>/pdf", needs=SIGNED_IN)
def certificate_file(record_id: int) -> Any:
    """For whoever issues certificates, and for the person it was issued to."""
    page = certificate_for_reader(ctx(), record_id)
    try:
        data = pdf_of(page)
    except NoFont:
        warn(no_font())
        return go("training.certificate" if ctx().may(READ) else "training.mine",
                  **({"record_id": record_id} if ctx().may(READ) else {}))
    return attachment(data, f"{page.certificate.number}.pdf", PDF)


def no_font() -> str:
    return _("服务器上没有中文字体，暂时不能生成证书。请运维人员安装（Debian：fonts-noto-cjk）或设置 JUHELI_FONT。")


def pdf_of(page: CertificatePage) -> bytes:
    """The certificate on paper, with the address that verifies it. Raises NoFont."""
    return certificate_pdf(ctx(), page, url_for("training.verify_token", token=page.certificate.token, _external=True))


@pages.form("/certificates/<int:record_id>/revoke", needs=REVOKE)
def revoke_certificate(record_id: int) -> Any:
    found = certificate_page(ctx(), record_id).certificate
    form = SchemaForm(Revoked())
    form.version = found.version
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            revoke, ctx(), record_id, version=form.version, **form.data):
        done(_("证书 %(number)s 已撤销。", number=found.number))
        return go("training.certificate", record_id=record_id)
    return form_page(form, _("撤销证书 %(number)s", number=found.number), "training.certificates",
                     text=_("撤销后，验证页面显示“已撤销”，编号不再使用。"))


@pages.post("/certificates/<int:record_id>/reissue", needs=REVOKE)
def reissue_certificate(record_id: int) -> Any:
    try:
        made = reissue(ctx(), record_id)
    except Conflict as refused:
        warn(said(refused))
        return go("training.certificate", record_id=record_id)
    done(_("已重新核发，新编号 %(number)s。", number=made.number))
    return go("training.certificate", record_id=made.id)


@pages.get("/verify/<token>", needs=ANYONE)
def verify_token(token: str) -> Any:
    """Valid, revoked or unknown: nothing else is told, to nobody."""
    state = verify(ctx(), token)
    return render("training/verify.html", 404 if state == "unknown" else 200, state=state)
