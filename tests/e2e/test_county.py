"""The main job, end to end: a county onboards, imports its messy roster and runs its liaison stations; a street sees none of it.

One person after another does what the issue names: the operator, the county's own admin, and a neighbour who looks for it.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.core.imports.make_workbooks import BRANCHES, HERE, id_no
from tests.demo import Demo
from tests.e2e.desk import LONG, enter, pick, press, sign_in, table

SLUG, NAME, PASSWORD = "tancheng", "郯城县", "Tancheng#2026-roster"


def tree_sheet(path: Path) -> Path:
    """The county's organisations as an office would list them."""
    community = "中共郯城县滨海社区委员会"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["组织名称", "上级组织名称", "组织简称"])
        sheet.write_row(1, 0, [community, "", "滨海社区"])
        for line, (name, short) in enumerate(BRANCHES, 2):
            sheet.write_row(line, 0, [name, community, short])
    return path


def onboard(page: Page, demo: Demo, sheet: Path) -> str:
    """The operator walks the wizard; returns the link for the county's admin."""
    sign_in(page, demo, "platform", "operator")
    page.get_by_role("main").get_by_role("link", name="开通新单位").click()
    page.get_by_label("县（区）").first.check()
    page.fill("#name", NAME)
    page.fill("#slug", SLUG)
    page.fill("#division_code", "371322")
    press(page, "下一步")
    page.get_by_label("县（区）").check()
    press(page, "下一步")
    page.fill("#admin_name", "郑秋实")
    page.fill("#admin_login", "zhengqs")
    press(page, "下一步")
    page.get_by_role("heading", name="开通新单位").wait_for()
    for box in page.get_by_role("main").get_by_role("checkbox").all():
        box.uncheck()  # the county's own admin will switch on what it wants
    press(page, "下一步")
    press(page, "开通")
    link = page.locator("#activation").inner_text()
    page.get_by_role("link", name="下一步：组织架构").click()
    page.set_input_files("#sheet", sheet)
    press(page, "下一步")
    expect(page.get_by_text("已建立 4 个组织。")).to_be_visible()
    return link


def take_over(page: Page, link: str) -> str:
    """The admin sets a password by the link and signs in; returns the county's address."""
    page.goto(link)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    press(page, "保存密码")
    page.wait_for_url(lambda url: "/link/" not in url)
    home = link.split("/accounts/")[0]
    enter(page, home, "zhengqs", PASSWORD)
    return home


def upload(page: Page, home: str, file: Path) -> None:
    """Up to the preview."""
    page.goto(f"{home}/imports/")
    page.get_by_role("main").get_by_role("link", name="党员花名册").first.click()
    page.set_input_files("#file", file)
    press(page, "上传并识别列名")
    press(page, "下一步：检查并预览")


def corrected(failed: Path, target: Path) -> Path:
    """The failed rows as a clerk mends them: every refused cell gets a proper value."""
    book = openpyxl.load_workbook(io.BytesIO(failed.read_bytes()))
    sheet = book.active
    heading = next(row for row in sheet.iter_rows(max_row=12) if any(cell.value == "姓名" for cell in row))
    lower = [sheet.cell(heading[0].row + 1, cell.column) for cell in heading]  # the head has two rows
    at = {str(cell.value).strip("＊*"): cell.column for cell in [*heading, *lower] if cell.value}
    line = heading[0].row + 1
    for index in range(12):
        line += 1
        while not sheet.cell(line, at["所在党支部"]).value and not sheet.cell(line, at["姓名"]).value:
            line += 1
        values = {"姓名": f"梅{'甲乙丙丁戊己庚辛壬癸子丑'[index]}春", "性别": "女", "入党时间": "2000-07-01",
                  "转正时间": "2001-07-01", "身份证号": id_no("371322", dt.date(1970, 1, 1 + index), 600 + 2 * index),
                  "电话": f"1990000{3000 + index}", "所在党支部": BRANCHES[0][1], "出生年月": "1970-01"}
        for name, column in at.items():
            known = next((value for key, value in values.items() if name.startswith(key)), None)
            if known is not None:
                sheet.cell(line, column).value = known
    book.save(target)
    return target


def import_roster(page: Page, home: str, folder: Path) -> None:
    """60 good rows go in, 12 come back in a workbook, are mended and go in as well."""
    upload(page, home, HERE / "roster_ugly.xlsx")
    page.get_by_text("共 72 行，60 行可以导入，12 行有误").wait_for(timeout=LONG)
    press(page, "只导入正确的 60 行")
    page.get_by_text("新增 59 条，更新 1 条").wait_for(timeout=LONG)
    with page.expect_download() as saved:
        page.get_by_role("main").get_by_role("link", name="下载未导入的 12 行").first.click()
    failed = folder / saved.value.suggested_filename
    saved.value.save_as(failed)
    upload(page, home, corrected(failed, folder / "改好的.xlsx"))
    page.get_by_text("共 12 行，全部可以导入").wait_for(timeout=LONG)
    press(page, "导入全部 12 行")
    page.get_by_text("新增 12 条").wait_for(timeout=LONG)


def register_outflow(page: Page, home: str) -> str:
    """Switch the plugin on and register a member who went away; returns the address of the record."""
    assert page.goto(f"{home}/liaison/").status == 404, "a plugin that is off has no pages"
    page.goto(f"{home}/plugins/")
    page.get_by_role("link", name="流动党员联络服务站").first.click()
    page.get_by_role("main").get_by_role("button", name="启用").first.click()
    if (sure := page.get_by_role("dialog").get_by_role("button", name="启用")).is_visible():
        sure.click()
    expect(page.get_by_text("已启用").first).to_be_visible()
    page.goto(f"{home}/liaison/records/outflow")
    pick(page, "person_id", "mjc", "梅甲春")
    page.fill("#since", (dt.date.today() - dt.timedelta(days=200)).isoformat())
    page.select_option("#reason", "work")
    page.fill("#region", "江苏省苏州市")
    page.fill("#receiving_org_name", "苏州市某社区党支部")
    page.fill("#contact_person", "王建国")
    press(page, "保存")
    page.get_by_role("heading", name="梅甲春").wait_for()
    return urlsplit(page.url).path


def print_and_export(page: Page, home: str, folder: Path) -> None:
    """The ledger on A4, with the official frame, and as a workbook."""
    page.goto(f"{home}/ledgers/liaison.outflow/")
    assert [row for row in table(page) if "梅甲春" in row]
    page.goto(f"{home}/ledgers/liaison.outflow/print")
    sheet = page.locator("body").inner_text()
    assert "梅甲春" in sheet and "流出党员台账" in sheet and "填报单位" in sheet and NAME in sheet
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")
    page.goto(f"{home}/ledgers/liaison.outflow/")
    page.locator("summary", has_text="导出").click()
    with page.expect_download(timeout=LONG) as saved:
        page.get_by_role("button", name="Excel").click()
    saved.value.save_as(folder / "流出.xlsx")
    cells = [cell for row in openpyxl.load_workbook(folder / "流出.xlsx").active.iter_rows(values_only=True) for cell in row]
    assert "梅甲春" in cells and "江苏省苏州市" in cells


def see_nothing(page: Page, demo: Demo, record: str, county: str) -> None:
    """A street of the same installation looks for the county's people and record in every way its pages offer."""
    home = sign_in(page, demo, "liulitun", "admin")
    for words in ("梅甲春", "mjc", NAME, "滨海一支部"):
        page.goto(f"{home}/search/?q={words}")
        assert not page.get_by_role("main").get_by_role("link", name=words).count()
    page.goto(f"{home}/ledgers/liaison.outflow/?q=梅甲春")
    assert not [row for row in table(page) if "梅甲春" in row]
    own_address = record.replace(f"/t/{SLUG}/", "/t/liulitun/")
    assert page.goto(demo.address + own_address).status == 404
    page.goto(county + "/liaison/")
    assert "/accounts/sign-in" in page.url, "a session of one tenant is none at another"


def test_a_county_onboards_imports_and_runs_its_stations(demo, open_page, tmp_path):
    link = onboard(open_page(), demo, tree_sheet(tmp_path / "组织.xlsx"))
    admin = open_page()
    home = take_over(admin, link)
    import_roster(admin, home, tmp_path)
    record = register_outflow(admin, home)
    admin.goto(f"{home}/work/inbox")
    expect(admin.get_by_role("link", name="通知流入地：梅甲春")).to_be_visible()
    print_and_export(admin, home, tmp_path)
    see_nothing(open_page(), demo, record, home)
    admin.goto(link)
    assert "无效" in admin.get_by_role("main").inner_text() or "失效" in admin.get_by_role("main").inner_text()
