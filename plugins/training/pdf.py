"""The certificate on A4, made on the server: number, what was attended, and where anybody can check it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import segno
from fpdf import FPDF

from core.base.fonts import chinese_font
from core.base.i18n import _
from core.service import Context
from core.settings.modules import settings_of

from .queries.certificates import CertificatePage
from .tenths import shown

FAMILY = "zh"
HANGING = "，。、；：？！”）》 "
PIECE = re.compile(r"[“（《]*(?:[0-9A-Za-z.-]+|.)[，。、；：？！”）》 ]*", re.DOTALL)
INDENT = "\u3000\u3000"
MARGIN, QR_SIZE = 25.0, 32.0            # millimetres
RED, INK, GREY = (179, 25, 31), (29, 33, 41), (100, 108, 122)


def certificate_pdf(ctx: Context, page: CertificatePage, address: str) -> bytes:
    """The paper as bytes; `address` is the public page behind the code. Raises core.base.fonts.NoFont."""
    paper = _paper()
    paper.set_title(page.certificate.number)
    _frame(paper)
    title = settings_of(ctx.plugins, "training")["certificate_title"] or _("结业证书")
    _centred(paper, str(title), 34, y=52, colour=RED)
    _centred(paper, _("编号：%(number)s", number=page.certificate.number), 11, y=72, colour=GREY)
    _body(paper, page)
    _foot(paper, page)
    _code(paper, address)
    if page.certificate.revoked_on:
        _centred(paper, _("本证书已于 %(day)s 撤销", day=day_text(page.certificate.revoked_on)), 20, y=180, colour=RED)
    return bytes(paper.output())


def _paper() -> FPDF:
    font = chinese_font()
    paper = FPDF(format="A4")
    paper.set_auto_page_break(False)
    paper.add_page()
    paper.add_font(FAMILY, fname=font.path, collection_font_number=font.number)
    return paper


def _frame(paper: FPDF) -> None:
    paper.set_draw_color(*RED)
    for inset, line in ((10.0, 1.2), (12.5, 0.3)):
        paper.set_line_width(line)
        paper.rect(inset, inset, paper.w - 2 * inset, paper.h - 2 * inset)


def _centred(paper: FPDF, text: str, size: int, *, y: float, colour: tuple[int, int, int] = INK) -> None:
    paper.set_font(FAMILY, size=size)
    paper.set_text_color(*colour)
    paper.set_xy(MARGIN, y)
    paper.cell(paper.w - 2 * MARGIN, size * 0.5, text, align="C")


def _body(paper: FPDF, page: CertificatePage) -> None:
    event = page.event
    days = day_text(event.on) if event.on == event.ends_on else _("%(first)s至%(last)s", first=day_text(event.on),
                                                                  last=day_text(event.ends_on))
    text = _("%(name)s同志于%(days)s参加“%(title)s”学习培训，计 %(hours)s 学时，期满结业，特发此证。",
             name=page.certificate.person_name, days=days, title=event.title, hours=shown(page.certificate.tenths))
    paper.set_font(FAMILY, size=17)
    paper.set_text_color(*INK)
    for number, line in enumerate(lines(INDENT + text, paper.w - 2 * MARGIN, paper.get_string_width)):
        paper.set_xy(MARGIN, 98 + 13 * number)
        paper.cell(paper.w - 2 * MARGIN, 13, line)


def lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The text in lines as Chinese is set: numbers and Latin words whole, no line begins with a comma or ends with an
    opening quote (a comma may hang over)."""
    found = [""]
    for piece in PIECE.findall(text):
        if found[-1] and measure(found[-1] + piece.rstrip(HANGING)) > width:
            found.append("")
        found[-1] += piece
    return [line.rstrip() for line in found]


def day_text(day: dt.date) -> str:
    """2026年12月4日, as on paper."""
    return _("%(year)s年%(month)s月%(day)s日", year=day.year, month=day.month, day=day.day)


def _foot(paper: FPDF, page: CertificatePage) -> None:
    paper.set_font(FAMILY, size=14)
    for line, text in enumerate((page.host.name, _("（盖章）"), day_text(page.certificate.issued_on))):
        paper.set_xy(MARGIN, 205 + 10 * line)
        paper.cell(paper.w - 2 * MARGIN, 9, text, align="R")


def _code(paper: FPDF, address: str) -> None:
    """A square code with the address of the page that says whether the certificate is valid."""
    rows = list(segno.make(address, error="m", micro=False).matrix)
    size = QR_SIZE / len(rows)
    paper.set_fill_color(*INK)
    for line, row in enumerate(rows):
        for place, dark in enumerate(row):
            if dark:
                paper.rect(MARGIN + place * size, 205 + line * size, size, size, style="F")
    paper.set_font(FAMILY, size=9)
    paper.set_text_color(*GREY)
    paper.set_xy(MARGIN - 4, 205 + QR_SIZE + 2)
    paper.cell(QR_SIZE + 40, 5, _("扫码验证，只显示是否有效"))
