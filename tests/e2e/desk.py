"""What people do again and again, in their words."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.demo import Demo

LONG = 60_000  # milliseconds a job may take on a busy machine


def sign_in(page: Page, demo: Demo, tenant: str, login: str) -> str:
    """Through the form, as a demo account; the address of the tenant."""
    account = demo.account(tenant, login)
    home = demo.address + account["path"].rstrip("/")
    enter(page, home, login, account["password"])
    return home


def enter(page: Page, home: str, login: str, password: str) -> None:
    page.goto(f"{home}/accounts/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).first.click()


def pick(page: Page, field: str, typed: str, shown: str) -> None:
    """Choose from a list that is searched while typing."""
    box = page.locator(f"#{field}-ts-control")
    box.click()
    box.press_sequentially(typed, delay=20)
    page.locator(f"#{field}-ts-dropdown .option", has_text=shown).first.click()


def table(page: Page) -> list[str]:
    """The rows of the list on the page, as text."""
    return page.locator("main table tbody tr").all_inner_texts()
