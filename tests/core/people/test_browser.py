"""Pages of organisations and people in a real Chromium: accessible, no wider than the screen, usable without a mouse."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.testing.serving import lend_session, serving

DESK, PHONE = (1440, 900), (390, 844)
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
PATHS = {
    "index": "/people/?q=zs", "tree": "/people/o/", "person": "/people/p/{zhang}/",
    "relations": "/people/p/{zhang}/?tab=relations",
    "timeline": "/people/p/{zhang}/?tab=timeline", "form": "/people/p/new", "merge": "/people/p/{zhang}/merge/{twin}",
    "org": "/people/o/{branch}/", "community": "/people/o/{community}/", "org-form": "/people/o/{branch}/edit",
    "arithmetic": "/people/arithmetic", "structure": "/people/structure", "duplicates": "/people/duplicates",
    "held": "/people/p/{zhang}/held", "roster": "/ledgers/people.roster/", "move": "/people/o/{branch}/change/move",
}
PICTURES = os.environ.get("PEOPLE_PICTURES", "")          # a folder: pictures for whoever wants to look


@pytest.fixture
def visit(world, site, open_page):
    """Function that opens a path as the admin of the county."""
    admin = world.browser("east")
    with serving(world.app) as address:
        def open_path(path, size=DESK):
            page = open_page(size)
            page.goto(lend_session(page, admin, address) + path.format(**site))
            return page

        yield open_path


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_accessible_and_no_wider_than_the_screen(visit, site, size):
    from axe_playwright_python.sync_playwright import Axe  # late: start-up time of every other test run

    page, faults = visit("/people/", size), []
    root = page.url.removesuffix("/people/")
    for name, path in PATHS.items():
        page.goto(root + path.format(**site))
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.wait_for_timeout(100)  # opening is told to htmx a moment later
        page.wait_for_function("!document.querySelector('.htmx-request')")
        found = Axe().run(page, options=WCAG).response["violations"]
        faults += [(name, v["id"], n["html"][:160]) for v in found for n in v["nodes"]]
        if (more := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            faults.append((name, "wider", more))
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"{name}-{size[0]}.png"), full_page=True)
    assert faults == []


def test_the_tree_opens_level_by_level(visit):
    page = visit("/people/o/")
    page.get_by_text("东关一支部").wait_for(state="detached")
    page.locator("summary").first.click()
    page.get_by_role("link", name="东关社区").wait_for()
    page.locator("summary[aria-label*=东关社区]").click()
    page.get_by_role("link", name="东关一支部").click()
    page.wait_for_url("**/people/o/*/")
    assert page.locator("h1").inner_text() == "东关一支部"


def test_typing_finds_people_and_the_picker_finds_units(visit):
    page = visit("/people/")
    page.get_by_role("searchbox", name="查找人员").fill("zs")
    page.get_by_role("link", name="张三").first.wait_for()
    page = visit("/people/p/new")
    page.locator("#org_id-ts-control").fill("xgzb")
    page.get_by_text("西关支部").click()
    page.fill("#name", "李四")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("已登记：李四").wait_for()
    assert page.locator("h1").inner_text() == "李四"


def test_a_number_is_shown_after_a_purpose_only(visit):
    page = visit("/people/p/{zhang}/")
    page.get_by_text("查看完整号码").click()
    page.get_by_label("联系电话").check()
    page.fill("#reason", "通知参会")
    page.get_by_role("button", name="查看", exact=True).click()
    page.get_by_text("13800005678").wait_for()
    assert "13800005678" not in page.url
