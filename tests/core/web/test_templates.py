"""Layout, macros and frames: complete, escaped, in both languages, and clean of what the CSP forbids."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from flask import g, render_template, render_template_string
from werkzeug.datastructures import MultiDict

from core.base.i18n import _l, use_locale
from core.web.forms import SchemaForm
from core.web.paging import Page
from core.web.shell import Group, Link, Shell
from tests.architecture.test_frontend_rules import TEMPLATE
from tests.core.web.kit_app import make_app
from tests.core.web.test_form import Everything

NAMES = (
    "icon, tag, action, page_head, card, kpi, tabs, filters, chips, empty, note, dl, timeline, todos, avatar, "
    "stepper, bar, chart, pager"
)
UI = '{% from "macros/ui.html" import ' + NAMES + " %}"
FORM = '{% from "macros/form.html" import form_page, field, hidden %}'
EVIL = '"><script>alert(1)</script>'
VOID = {
    "area",
    "br",
    "col",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "wbr",
    "path",
    "use",
    "circle",
    "rect",
}


class Balance(HTMLParser):
    """Whether every element that opens closes, and ids are given once."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        self.faults += self.open
        self.faults += sorted({f"id {name} twice" for name in self.ids if self.ids.count(name) > 1})

    def handle_starttag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


@pytest.fixture
def app():
    made = make_app()
    made.extensions["juheli.shell"] = lambda: Shell(
        tenant_name="临沭县",
        user_name="周明霞",
        user_note=_l("管理"),
        bell=120,
        bell_url="/bell",
        search_url="/search",
        nav=(
            Group(label="工作", links=(Link(label="待办", url="/todo", count=3, current=True, key="g i"),)),
        ),
        bottom=(Link(label="待办", url="/todo", count=3),),
        sign_out_url="/out",
        prefs_url="/look/",
        feedback_url="/fb",
        user_links=(("个人中心", "/me", "person"),),
        banner="只读",
        footer_links=(("须知", "/terms"),),
    )
    return made


def draw(app, source, address="/list?q=1", **data):
    with app.test_request_context(address):
        return render_template_string(source, **data)


def check(html):
    assert Balance(html).faults == []
    for pattern, reason in TEMPLATE.items():
        assert not re.search(pattern, html), reason


PAGES = ["layout.html", "bare.html", "error.html"]


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("template", PAGES)
def test_frames_are_whole_in_both_languages(app, template, locale):
    with app.test_request_context("/"), use_locale(locale):
        html = render_template(template, error_status=404, error_title="x", error_text="y")
    check(html)
    assert f'<html lang="{"zh-CN" if locale == "zh" else "en"}"' in html
    if locale == "en":
        own = {"临沭县", "周明霞", "工作", "待办", "个人中心", "管理", "只读", "须知", "中文", "周"}
        assert set(re.findall("[\u4e00-\u9fff]+", html)) <= own


def test_a_page_without_a_shell_is_whole():
    app = make_app()
    with app.test_request_context("/"):
        check(render_template("layout.html"))
        check(render_template("error.html", error_status=500, error_title="x", error_text="y"))


def test_the_shell_shows_what_it_was_given(app):
    html = draw(
        app,
        '{% extends "layout.html" %}{% block title %}花名册{% endblock %}{% block main %}正文{% endblock %}',
    )
    assert "<title>花名册 - 临沭县 - 聚合力</title>" in html and "正文" in html
    assert 'aria-current="page" data-key="g i"' in html and "99+" in html and 'action="/out"' in html
    assert html.count('name="csrf_token"') == 2 and "意见建议与投诉" in html and "只读" in html
    assert "echarts" not in html


def test_large_type_and_silent_keyboard(app):
    with app.test_request_context("/", headers={"Cookie": "fs=lg; keys=off; lang=<x>"}):
        html = render_template("layout.html")
    assert 'data-fs="lg" data-keys="off"' in html and "标准字号" in html and "<x>" not in html


MACROS = """
{% call page_head(e, e, crumbs=[(e, '/x'), (e, None)]) %}{{ action(e, '/x', 'trash', 'danger-line', 'post',
confirm=e) }}{% endcall %}
{% call card(e, more='/x', count=3) %}{{ dl([(e, e), (e, '')]) }}{% endcall %}
{{ kpi(e, 3, '/x', e, 'people', unit=e, change=-2, good='low') }}{{ tabs([(e, '/x', true, 3), (e, '/y',
false, none)]) }}
{% call filters(e, e) %}<select class="form-select f-more" aria-label="x"></select>{% endcall %}{{
chips([(e, '/x')], '/y') }}
{% call empty(e, e) %}<a href="/x">x</a>{% endcall %}{{ note(e, 'err', e) }}{{ timeline([(e, e, e, '/x'),
(e, e, '', none)]) }}
{{ todos([(e, '/x', e, e, 'warn')]) }}{{ avatar(e) }}{{ stepper([e, (e, '/x'), lazy], 2) }}{{ bar(55) }}{{
tag(e, 'ok') }}
{{ chart('c', {'title': e}, e, [e, e], [[e, 1]]) }}{{ icon('x', e) }}
"""


def test_macros_escape_everything(app):
    html = draw(app, UI + MACROS, e=EVIL, lazy=_l("管理"))
    check(html)
    assert "<script>alert" not in html and html.count("alert(1)") > 30


def test_charts_load_their_library_only_when_drawn(app):
    page = (
        '{% extends "layout.html" %}'
        + UI
        + '{% block main %}{{ chart("c", {"t": l}, "x", ["a"], [["b"]]) }}{% endblock %}'
    )
    html = draw(app, page, l=_l("管理"))
    assert "echarts.common.min.js?v=" in html and '{"t": "管理"}' in html


@pytest.mark.parametrize(
    "typed", [{}, {"name": EVIL, "note": EVIL, "phone": EVIL, "kinds": EVIL, "org": EVIL, "sex": "男"}]
)
def test_forms_show_every_widget(app, typed):
    form = SchemaForm(Everything())
    if typed:
        form.submit(MultiDict({**typed, "version": "3"}))
    html = draw(
        app, FORM + "{{ form_page(form, again=True, cancel='/x', next='/y', files=True) }}", form=form
    )
    check(html)
    assert "<script>alert" not in html
    for item in form.items:
        assert f'name="{item.name}"' in html and str(item.label) in html
        assert f'href="#{item.name}"' in html or not item.errors
    assert html.count('name="csrf_token"') == html.count('name="once_key"') == 1
    assert ('name="version" value="3"' in html) == bool(typed)
    assert 'required aria-required="true"' in html and 'data-nodraft autocomplete="off"' in html


def test_secrets_are_never_shown_again(app):
    form = SchemaForm(Everything())
    form.submit(MultiDict({"secret": "hunter2"}))
    assert "hunter2" not in draw(app, FORM + "{{ form_page(form) }}", form=form)


def test_a_sentence_of_its_own_stands_instead_of_the_one_for_late_forms(app):
    form = SchemaForm(Everything())
    form.late, form.too_late = [], "报名已截止。"
    html = draw(app, FORM + "{{ form_page(form) }}", form=form)
    assert "报名已截止。" in html and "别人已经保存" not in html


def test_errors_are_tied_to_their_fields(app):
    form = SchemaForm(Everything())
    form.submit(MultiDict({"name": "王", "sex": "男"}))
    html = draw(app, FORM + "{{ form_page(form) }}", form=form)
    assert 'aria-invalid="true" aria-describedby="name-e"' in html and 'id="name-e"' in html
    assert 'role="alert"' in html and "有 1 处需要修改" in html


@pytest.mark.parametrize(
    ("number", "total", "shown"), [(1, 0, "共 0 条"), (2, 1286, "第 21–40 条，共 1,286 条")]
)
def test_pager(app, number, total, shown):
    page = Page(list(range(20 if total else 0)), number, 20, total)
    html = draw(app, UI + "{{ pager(page) }}", page=page)
    check(html)
    assert shown in html and ('rel="next" href="?q=1&amp;page=3"' in html) == bool(total)


def test_paper_frame(app):
    sheet = {"title": "党员花名册", "org": EVIL, "as_of": "2026 年", "filler": "周", "landscape": True}
    with app.test_request_context("/"):
        html = render_template("print.html", sheet=sheet)
    check(html)
    assert "print-landscape.css" in html and "填报单位（盖章）：" in html and "审核人：" in html
    assert "<script>alert" not in html


def test_static_files_the_frames_name_exist(app):
    with app.test_request_context("/"):
        g.charts = True
        html = render_template("layout.html") + render_template("bare.html")
    own = {name for name in re.findall(r'"/static/([^"?#]+)\?v=0"', html) if not name.startswith("vendor/")}
    assert own <= {"icons.svg"}, "vendored files and the sprite are made by `make assets`"


def test_the_frame_hides_no_variable_of_a_page(app):
    page = ('{% extends "layout.html" %}{% from "macros/ui.html" import page_head %}{% block title %}x{% endblock %}'
            '{% block main %}[{{ note or icon or avatar or link or group }}]{% endblock %}')
    assert "[]" in draw(app, page) and "[]" in draw(app, page.replace("layout", "bare"))
    assert "[mine]" in draw(app, page, note="mine") and "[mine]" in draw(app, page.replace("layout", "bare"), note="mine")
