"""The frame of a page as this actor sees it: menu, names, counts. The menu is asked of the modules in isolation."""

from __future__ import annotations

import datetime as dt

from flask import Flask, current_app, g, request, url_for
from jinja2 import ChoiceLoader, FileSystemLoader

from core.base.clock import SHANGHAI
from core.base.i18n import Lazy, _, _l
from core.base.memo import Alike, keep, recall
from core.plugin import NavItem, installed
from core.plugin.manager import failures
from core.service import Context
from core.tenancy.models import PLATFORM, READ_ONLY
from core.web.shell import BRAND, EXTENSION, Group, Link, Shell

GROUPS = {"work": _l("工作"), "business": _l("业务"), "manage": _l("管理")}
_entries = Alike()
BOTTOM = ("home.index", "console.index", "work.inbox", "people.index", "ledgers.index")


def install(app: Flask) -> None:
    """Templates of all modules, the frame, and the two filters for dates."""
    folders = [o.root / "templates" for o in installed().by_name.values() if (o.root / "templates").is_dir()]
    app.jinja_loader = ChoiceLoader([app.jinja_loader, *(FileSystemLoader(f) for f in folders)])  # type: ignore[assignment, list-item]
    app.jinja_env.filters.update(day=day, moment=moment)
    app.context_processor(lambda: {"ctx": g.get("ctx"), "may": g.ctx.may if g.get("ctx") else _nobody})
    app.extensions[EXTENSION] = frame


def _nobody(*_arguments: object) -> bool:
    return False


def day(value: dt.date | dt.datetime | None) -> str:
    """2026-11-23; empty for None."""
    if value is None:
        return ""
    return (value.astimezone(SHANGHAI) if isinstance(value, dt.datetime) else value).strftime("%Y-%m-%d")


def moment(value: dt.datetime | None) -> str:
    """2026-11-23 08:30 in China's time; empty for None."""
    return "" if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def frame() -> Shell:
    """The frame of the running request; bare outside a tenant and for visitors."""
    ctx: Context | None = g.get("ctx")
    if ctx is None:
        return Shell(prefs_url=_address("web.choose"))
    own = ctx.tenant.brand.get("name")
    brand = own if own and own != BRAND.msgid else BRAND
    common = {"brand": brand, "tenant_name": ctx.tenant.name, "home_url": request.script_root + "/",
              "prefs_url": _address("web.choose"), "feedback_url": _address("notify.feedback")}
    signed_in = g.get("signed_in")
    if signed_in is None:
        return Shell(**common)
    if signed_in.next_step:
        return Shell(**common, user_name=ctx.actor.label, sign_out_url=_address("accounts.sign_out"))
    links = menu(ctx)
    return Shell(
        **common, user_name=ctx.actor.label, user_note="、".join(sorted({grant.role for grant in ctx.grants})),
        user_links=tuple((text, _address(endpoint), icon) for text, endpoint, icon in (
            (_("个人中心"), "accounts.me", "person-circle"), (_("登录设备"), "accounts.devices", "shield-check"))
            if _address(endpoint)),
        nav=tuple(Group(label=GROUPS.get(name, name), links=tuple(each)) for name, each in links.items()),
        bottom=tuple(link for endpoint in BOTTOM for link in _bottom(endpoint, links)),
        bell=_count(_address("notify.index"), links),
        bell_url=_address("notify.index"), search_url=_address("search.index"),
        sign_out_url=_address("accounts.sign_out"),
        banner=_banner(ctx),
    )


def _banner(ctx: Context) -> str:
    """The line under the header: the tenant is read-only, or the app this page belongs to."""
    if ctx.tenant.status == READ_ONLY:
        return _("本单位目前只读：可以查看和导出，暂不能修改。")
    named = request.view_args or {}
    places = {request.path.lstrip("/").split("/")[0],
              *(ctx.plugins.owner_of(str(named[key])) for key in ("name", "workflow") if key in named)}
    closed = sorted(str(ctx.plugins.by_name[name].manifest.title) for name in places & ctx.archived)
    return _("“%(name)s”已归档：可以查看和导出，不能修改。", name=closed[0]) if closed else ""


def _count(url: str, links: dict[str, list[Link]]) -> int:
    """The figure the menu shows beside this address."""
    return next((link.count for each in links.values() for link in each if link.url == url), 0)


def _address(endpoint: str) -> str:
    """URL of an endpoint that exists on this side of the house, else ""."""
    return _url(endpoint) if _exists(endpoint) else ""


def _url(endpoint: str) -> str:
    """As `url_for` without arguments: what follows the tenant's part is found once for each app."""
    root, known = request.script_root, current_app.extensions.setdefault("juheli.paths", {})
    path = known.get(endpoint)
    if path is None:
        path = known[endpoint] = url_for(endpoint).removeprefix(root)
    return str(root + path)


def _exists(endpoint: str) -> bool:
    audience = getattr(current_app.view_functions.get(endpoint), "audience", "")
    here = "platform" if g.get("ctx") and g.ctx.tenant.id == PLATFORM else "tenant"
    return audience in ("both", here)


def menu(ctx: Context) -> dict[str, list[Link]]:
    """{group: links} of what the actor may open, in rank order, unknown groups last."""
    shown = [(i, url_for(i.endpoint, **i.args) if i.args else _url(i.endpoint)) for i in _items(ctx)]
    shown.sort(key=lambda each: each[0].rank)
    here = _here([url for _item, url in shown])
    found: dict[str, list[Link]] = {}
    for group in (*GROUPS, *sorted({i.group for i, _url in shown} - set(GROUPS))):
        links = [_link(i, url, here) for i, url in shown if i.group == group]
        if links:
            found[group] = links
    return found


def _items(ctx: Context) -> tuple[NavItem, ...]:
    """What the modules offer this actor and he may open, remembered until anything in the tenant changes; never what is left
    when a module failed.
    """
    key = ("doors.menu", ctx.standing, ctx.locale)
    kept: tuple[NavItem, ...] | None = recall("records", key)
    if kept is not None:
        return kept
    failed = failures.total()
    items = [c.value for c in ctx.collect("nav_items") if isinstance(c.value, NavItem)]
    found = tuple(_one(i) for i in items if _exists(i.endpoint) and (not i.permission or ctx.may(i.permission)))
    if failures.total() == failed:
        keep("records", key, found)
    return found


def _one(item: NavItem) -> NavItem:
    """The same object for equal entries: the menus of the tenants differ in a figure or two."""
    label = item.label
    if item.args or not isinstance(label, Lazy) or label.values:
        return item
    return _entries.one(item, (label.msgid, item.endpoint, item.permission, item.icon, item.group, item.rank, item.key,
                               item.count))


def _here(urls: list[str]) -> str:
    """The entry the running page belongs to: the longest address that begins it (the first page only by itself)."""
    path, home = request.script_root + request.path, request.script_root + "/"
    return max((url for url in urls if path == url or (url != home and path.startswith(url))), key=len, default="")


def _link(item: NavItem, url: str, here: str) -> Link:
    return Link(label=item.label, url=url, icon=item.icon, key=item.key, count=item.count, current=url == here)


def _bottom(endpoint: str, links: dict[str, list[Link]]) -> list[Link]:
    url = _address(endpoint)
    return [link for each in links.values() for link in each if url and link.url == url][:1]
