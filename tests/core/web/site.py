"""A small site made of the page kit alone, for tests in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, g, redirect, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader

from core.base.i18n import use_locale
from core.base.keyring import keyring, use_keyring
from core.testing.serving import serving as serving_app
from core.web.forms import Choice, Date, Int, LongText, Option, Range, Ref, Schema, SchemaForm, Text, ui
from core.web.paging import Page
from core.web.prefs import read_prefs, write_prefs
from core.web.shell import Group, Link, Shell
from tests.core.web.kit_app import make_app

PLACES = [Option(n, f"第{n}党支部", f"dzb{n}") for n in range(1, 30)]


class Entry(Schema):
    name = Text(required=True, metadata=ui("姓名", group="基本信息"))
    sex = Choice(["男", "女"], required=True, metadata=ui("性别", group="基本信息"))
    place = Choice(PLACES, required=True, metadata=ui("党支部", group="基本信息", help="可输拼音首字母"))
    unit = Ref("unit", metadata=ui("单位", group="其他"))
    age = Int(validate=Range(18, 120), metadata=ui("年龄", group="其他"))
    on = Date(metadata=ui("日期", group="其他"))
    note = LongText(metadata=ui("备注", group="其他"))


@dataclass
class Site:
    """The running site: its address and what was posted to it."""

    address: str = ""
    posts: list[dict[str, str]] = field(default_factory=list)


def _shell() -> Shell:
    links = (("工作台", "/", "house-door", "g h"), ("待办", "/todo", "check2-square", "g i"),
             ("花名册", "/list", "people", "g m"))
    nav = tuple(Link(label=t, url=u, icon=i, key=k, current=request.path == u) for t, u, i, k in links)
    return Shell(tenant_name="临沭县", user_name="周明霞", nav=(Group(label="工作", links=nav),), bottom=nav, bell=3,
                 bell_url="/bell", search_url="/search", sign_out_url="/out", prefs_url="/prefs", feedback_url="/feedback",
                 user_links=(("个人中心", "/me", "person-circle"),))


def _pages(app: Flask, site: Site) -> None:
    app.jinja_loader = ChoiceLoader([app.jinja_loader, FileSystemLoader(Path(__file__).with_name("pages"))])  # type: ignore
    app.extensions["juheli.shell"] = _shell
    option = {"xAxis": {"type": "category", "data": ["1月", "2月"]}, "yAxis": {"type": "value"},
              "series": [{"type": "bar", "data": [3, 5]}]}

    _speaking(app)
    _fragments(app, site)

    @app.get("/")
    def board():
        return render_template("board.html", option=option)

    @app.get("/list")
    def rows():
        return render_template("list.html", page=Page(list(range(20)), 2, 20, 45))

    @app.route("/form", methods=["GET", "POST"])
    def form():
        shown = SchemaForm(Entry())
        if request.method == "POST" and shown.submit(request.form):
            site.posts.append(dict(request.form))
            return redirect("/list", 303)
        return render_template("form.html", form=shown), shown.status

    @app.get("/<path:name>")
    def other(name):
        return render_template("error.html", error_status=404, error_title="没有", error_text=name)


def _speaking(app: Flask) -> None:
    @app.before_request
    def speak():
        g.speaking = use_locale(read_prefs().lang)
        g.speaking.__enter__()

    @app.teardown_request
    def fall_silent(_error):
        if speaking := g.pop("speaking", None):
            speaking.__exit__(None, None, None)

    @app.post("/prefs")
    def prefs():
        return write_prefs(redirect(request.form["next"], 303), request.form)


def _fragments(app: Flask, site: Site) -> None:
    @app.post("/remove")
    def remove():
        site.posts.append({"remove": "yes"})
        return redirect("/list", 303)

    @app.get("/forbidden")
    def forbidden():
        return render_template("error.html", error_status=403, error_title="没有权限", error_text="请向管理员申请。"), 403

    @app.get("/look/pick/<kind>", endpoint="web.pick")
    def pick(kind):
        found = [f"{kind} {n} {request.args.get('q', '')}" for n in range(3)]
        return [{"value": n, "text": text, "note": "县"} for n, text in enumerate(found, 1)]


@contextmanager
def serving() -> Iterator[Site]:
    """The site on a free port of 127.0.0.1."""
    app, site, ring = make_app(), Site(), keyring()
    _pages(app, site)
    with serving_app(app) as site.address:
        use_keyring(ring)
        yield site
