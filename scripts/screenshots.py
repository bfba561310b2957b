"""Take the pictures of the README from a freshly loaded demo: `make screenshots`.

docs/screenshots.toml lists them; they go to docs/screenshots/<name>.png. Names as arguments: only those.
Needs Chromium and a Chinese font.
"""

from __future__ import annotations

import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests import machine  # noqa: E402
from tests.browser import ARGUMENTS  # noqa: E402
from tests.demo import Demo, running_demo  # noqa: E402

TARGET = ROOT / "docs" / "screenshots"
DESK = [1440, 900]


def sign_in(page: Page, demo: Demo, tenant: str, login: str) -> str:
    """Sign in through the form; the tenant's address. Raises LookupError when the account is refused."""
    account = demo.account(tenant, login)
    home = demo.address + account["path"]
    page.goto(f"{home}accounts/sign-in")
    page.fill("[name=login]", account["login"])
    page.fill("[name=password]", account["password"])
    with page.expect_navigation():
        page.press("[name=password]", "Enter")
    if "sign-in" in page.url:
        raise LookupError(f"{account['login']} of {tenant} cannot sign in: {page.inner_text('main')[:200]}")
    return home


def bring_to_preview(page: Page, file: str) -> None:
    """Upload a workbook on the open import page and wait until its rows are checked."""
    page.set_input_files("#file", ROOT / file)
    page.get_by_role("button", name="上传并识别列名").click()
    page.get_by_role("button", name="下一步：检查并预览").click()
    page.locator("td.bad").first.wait_for(timeout=60_000)


def take(browser: Browser, demo: Demo, name: str, wanted: dict[str, Any]) -> str | None:
    """One picture; what went wrong when the page did not answer with 200."""
    width, height = wanted.get("size", DESK)
    locale = wanted.get("locale", "zh-CN")
    context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, timezone_id="Asia/Shanghai")
    page = context.new_page()
    base = f"{demo.address}/"
    if tenant := wanted.get("tenant"):
        base = sign_in(page, demo, tenant, wanted.get("login", ""))
    answer = page.goto(base + wanted["path"])
    for text in wanted.get("click", ()):
        with page.expect_navigation():
            page.locator("main").get_by_role("link", name=text).first.click()
    if file := wanted.get("upload"):
        bring_to_preview(page, file)
    page.screenshot(path=TARGET / f"{name}.png", full_page=wanted.get("full", False))
    context.close()
    return None if answer is not None and answer.ok else f"{name}: {wanted['path']!r} answered {answer and answer.status}"


def main() -> int:
    program = machine.chromium()
    if program is None or machine.chinese_font() is None:
        print("Pictures need Chromium and a Chinese font (Debian: chromium, fonts-noto-cjk).", file=sys.stderr)
        return 1
    listed = tomllib.loads((ROOT / "docs" / "screenshots.toml").read_text("utf-8"))
    pictures = {name: wanted for name, wanted in listed.items() if name in sys.argv[1:] or len(sys.argv) == 1}
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder) / "instance") as demo, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        faults = [take(browser, demo, name, wanted) for name, wanted in pictures.items()]
        browser.close()
    wrong = [fault for fault in faults if fault]
    print(f"{len(pictures) - len(wrong)} pictures in {TARGET.relative_to(ROOT)}/", *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
