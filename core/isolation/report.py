"""The report a tenant's admin can keep: one page without links to anywhere, Chinese first, then English."""

from __future__ import annotations

from html import escape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from core.base.i18n import _, _l, use_locale

from .prove import Proof

KINDS = {
    "path": _l("地址里换成另一单位的记录编号"), "visitor": _l("不登录直接打开"), "body": _l("表单字段里填另一单位的编号"),
    "extra fields": _l("表单里冒填单位和归属"), "filter": _l("筛选条件里填另一单位的编号"), "search": _l("搜索另一单位才有的词"),
    "export": _l("导出台账"), "import": _l("导入表格里写另一单位的组织和人员"), "link": _l("另一单位的一次性链接和编码"),
    "csrf": _l("另一单位页面的提交凭证"), "cookie": _l("另一单位的登录状态"),
    "lower staff": _l("下级人员查看、修改本人范围以外的记录"),
    "no rights": _l("没有权限的账号打开每个页面"), "off": _l("停用的应用"), "operator": _l("平台运营人员"),
    "row": _l("直接读写数据表"), "file": _l("附件"), "job": _l("后台任务"), "cache": _l("缓存"), "wall": _l("数据库内的隔离墙"),
    "real": _l("本单位真实记录的编号，从影子单位打开"),
}
_FRAME = ('<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
          '<meta name="viewport" content="width=device-width"><title>{title}</title><style>{style}</style></head>'
          "<body>{parts}</body></html>")
_LOOK = ("body{font:15px/1.6 sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}"
         "hr{margin:3rem 0}"
         "table{border-collapse:collapse;width:100%}td.r,th.r{text-align:right}"
         "td,th{border-bottom:1px solid #ccc;padding:.25rem .5rem;text-align:left}")
_pages = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape())


def as_page(proof: Proof) -> str:
    """The whole report as one HTML file in both languages."""
    parts = []
    for locale in ("zh", "en"):
        with use_locale(locale):
            cases = [(str(KINDS.get(kind, kind)), number) for kind, number in sorted(proof.cases.items())]
            parts.append(_pages.get_template("isolation/report.html").render(proof=proof, cases=cases, _=_))
    return _FRAME.format(title=escape(f"{proof.slug} {proof.began_at:%Y-%m-%d}"), style=_LOOK, parts="<hr>".join(parts))
