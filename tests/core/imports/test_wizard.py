"""The wizard through its pages: upload, columns, preview, commit, failed rows, correction, undo."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from sqlalchemy import func, select

from core.base.db import begin_write, session
from core.imports.models import ImportBatch, ImportFile, ImportRow
from core.people.models import Person
from tests.core.imports.make_workbooks import BAD_ROWS, BRANCHES, HERE
from tests.core.imports.members import NAME

UGLY = (HERE / "roster_ugly.xlsx").read_bytes()
GOOD_ROWS = 60


def people(world, slug="east") -> int:
    with world.inside(slug):
        return session().scalar(select(func.count()).select_from(Person)) or 0


def test_the_whole_way(desk):
    page = desk.text("/imports/")
    assert "党员花名册" in page and "/imports/template/trial.members" in page
    address = desk.address(desk.upload(UGLY))
    page = desk.text(address)
    assert "入党情况/入党时间" in page and "已认出" in page and "工作表" not in page
    assert desk.browser.post(address + "/columns").status_code == 303
    page = desk.text(address)
    assert "every 2s" in page and "http-equiv" in page and people(desk.world) == 0
    desk.world.run_jobs()
    page = desk.text(address)
    assert "共 72 行，60 行可以导入，12 行有误" in page and "合计 73" in page and people(desk.world) == 0
    assert "科学计数法" in desk.text(address + "?only=bad") and "19900001000" not in page and "199****1000" in page
    assert desk.do(address, "commit", mode="all").status_code == 422
    assert desk.do(address, "commit", mode="good").status_code == 303
    page = desk.text(address)
    assert "新增 59 条，更新 1 条" in page and "下载未导入的 12 行" in page
    assert people(desk.world) == GOOD_ROWS - 1
    failed = desk.browser.get(address + "/failed.xlsx")
    assert failed.headers["Cache-Control"] == "private, no-store", "names and numbers stay on no shared computer"
    assert failed.status_code == 200 and "filename*=UTF-8''" in failed.headers["Content-Disposition"]
    again = desk.bring(corrected(failed.data))
    assert "共 12 行，全部可以导入" in desk.text(again)
    desk.do(again, "commit", mode="all")
    assert people(desk.world) == GOOD_ROWS - 1 + BAD_ROWS
    assert desk.do(again, "undo").status_code == 303
    assert "已撤销这次导入。" in desk.text(again) and people(desk.world) == GOOD_ROWS - 1
    desk.do(address, "undo")
    assert people(desk.world) == 0


def corrected(data: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.active
    for line in range(5, 5 + BAD_ROWS):
        sheet.cell(line, 3).value = "更正人" + "甲乙丙丁戊己庚辛壬癸子丑"[line - 5]
        for column, value in ((4, "男"), (6, None), (8, "2000年7月"), (11, "滨海一支部"), (12, "19900003333")):
            sheet.cell(line, column).value = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet_of(*rows: tuple, head=("姓名", "入党时间", "所在党支部", "联系电话", "备注")) -> bytes:
    return ("\n".join(",".join(row) for row in (head, *rows)) + "\n").encode()


ONE = ("张三", "2020-09", "滨海一支部", "19900001234", "")


def test_update_shows_the_difference_and_undo_brings_it_back(desk):
    first = desk.bring(sheet_of(ONE), "a.csv")
    desk.do(first, "commit")
    second = desk.bring(sheet_of(("张三", "2020-09", "滨海一支部", "19900009999", "")), "b.csv")
    page = desk.text(second)
    assert "199****1234" in page and "199****9999" in page and "更新" in page
    desk.do(second, "commit")
    assert "更新 1 条" in desk.text(second)
    third = desk.bring(sheet_of(("张三", "2020-09", "滨海一支部", "19900009999", "")), "c.csv")
    desk.do(third, "commit")
    assert "无变化 1 条" in desk.text(third)
    desk.do(second, "undo")
    with desk.world.inside("east"):
        assert session().scalars(select(Person.phone_mask)).one() == "19900001234"


def test_a_person_named_three_times_is_taken_back_as_one(desk):
    desk.do(desk.bring(sheet_of(("张三", "2020-09", "滨海一支部", "19900000001", "旧"))), "commit")
    rows = [("李四", "2020-09", "滨海一支部", "1990000000" + digit, "") for digit in "123"]
    rows += [("张三", "2020-09", "滨海一支部", "1990000000" + digit, note) for digit, note in ("1旧", "2旧", "3新")]
    address = desk.bring(sheet_of(*rows))
    desk.do(address, "commit")
    assert "新增 1 条，更新 4 条，无变化 1 条" in desk.text(address)
    desk.do(address, "undo")
    assert "已撤销这次导入。" in desk.text(address)
    with desk.world.inside("east"):
        assert session().execute(select(Person.name, Person.phone_mask, Person.note)).all() == [("张三", "19900000001", "旧")]


def test_a_record_changed_since_is_not_undone_and_the_page_says_so(desk):
    address = desk.bring(sheet_of(ONE, ("李四", "2020-09", "滨海一支部", "", "")))
    desk.do(address, "commit")
    with desk.world.inside("east"):
        begin_write()
        session().scalars(select(Person).where(Person.name == "张三")).one().note = "改过"
        session().commit()
    desk.do(address, "undo")
    page = desk.text(address)
    assert "1 条没有撤销" in page and "之后又改过" in page and people(desk.world) == 1


def test_undo_ends_after_a_day(desk):
    address = desk.bring(sheet_of(ONE))
    desk.do(address, "commit")
    assert "可以撤销" in desk.text(address)
    with desk.world.inside("east"):
        begin_write()
        batch = session().scalars(select(ImportBatch)).one()
        batch.undo_until = batch.undo_until - dt.timedelta(hours=25)
        session().commit()
    assert "可以撤销" not in desk.text(address)
    answer = desk.do(address, "undo")
    assert answer.status_code == 422 and "已超过可撤销的时间" in answer.get_data(as_text=True) and people(desk.world) == 1


def test_a_kind_that_cannot_be_undone(desk):
    address = desk.address(desk.upload(sheet_of(ONE), kind="trial.once"))
    desk.do(address, "columns")
    desk.do(address, "commit")
    assert "可以撤销" not in desk.text(address)
    assert "不能整批撤销" in desk.do(address, "undo").get_data(as_text=True)


def test_rows_that_the_kind_refuses(desk):
    rows = [ONE, ("李四", "2020-09", "没有的支部", "", ""), ("让程序出错", "2020-09", "滨海一支部", "", ""),
            ("让程序出错", "2020-09", "滨海一支部", "", "检查")]
    address = desk.bring(sheet_of(*rows))
    page = desk.text(address + "?only=bad")
    assert "没有“没有的支部”这个组织" in page and page.count("这一行无法处理") >= 2
    desk.do(address, "commit", mode="good")
    assert people(desk.world) == 1


def test_columns_can_be_chosen_and_are_remembered(desk):
    data = sheet_of(("张三", "2020-09", "滨海一支部"), head=("谁", "入党时间", "组别"))
    address = desk.address(desk.upload(data))
    answer = desk.browser.post(address + "/columns", {"c0": "", "c1": "joined_on", "c2": ""})
    assert answer.status_code == 422 and "姓名、所在党支部" in answer.get_data(as_text=True)
    answer = desk.browser.post(address + "/columns", {"c0": "name", "c1": "name", "c2": "branch"})
    assert answer.status_code == 422 and "不止一列" in answer.get_data(as_text=True)
    answer = desk.browser.post(address + "/columns", {"c0": "name", "c1": "joined_on", "c2": "branch", "c9": "x", "cx": "1"})
    assert answer.status_code == 303
    desk.world.run_jobs()
    assert "全部可以导入" in desk.text(address)
    with desk.world.inside("east") as ctx:
        from core.imports.batches import remembered  # late: start-up time
        assert remembered(NAME) == {"谁": "name", "组别": "branch"} and ctx.tenant.slug == "east"
    second = desk.bring(sheet_of(("李四", "2020-09", "滨海二支部"), head=("谁", "入党时间", "组别")))
    assert "全部可以导入" in desk.text(second)


def test_another_sheet_can_be_taken(desk):
    book = openpyxl.Workbook()
    for name, person in (("甲", "张三"), ("乙", "李四")):
        sheet = book.create_sheet(name)
        sheet.append(["姓名", "入党时间", "所在党支部"])
        sheet.append([person, "2020-09", "滨海一支部"])
    stream = io.BytesIO()
    book.save(stream)
    address = desk.address(desk.upload(stream.getvalue()))
    assert "工作表" in desk.text(address)
    assert desk.browser.post(address + "/sheet", {"sheet": "乙"}).status_code == 303
    desk.browser.post(address + "/columns")
    desk.world.run_jobs()
    desk.do(address, "commit")
    with desk.world.inside("east"):
        assert session().scalars(select(Person.name)).all() == ["李四"]


def test_a_sheet_without_rows_says_so(desk):
    address = desk.bring(sheet_of(("合计", "0", "")))
    assert "没有可以导入的行" in desk.text(address)
    assert desk.batch(address).state == "failed"


@pytest.mark.parametrize(("data", "word"), [(b"", "请选择"), (b"\x89PNG1234", "图片"), (UGLY[:3000], "损坏")])
def test_what_cannot_be_read_is_refused_at_the_door(desk, data, word):
    answer = desk.upload(data)
    assert answer.status_code == 422 and word in answer.get_data(as_text=True)


def test_what_is_kept_is_sealed_and_goes(desk):
    address = desk.bring(sheet_of(ONE, ("坏", "坏", "坏", "", "")))
    with desk.world.inside("east"):
        rows = session().execute(select(ImportRow.payload)).scalars().all()
        parts = session().execute(select(ImportFile.content)).scalars().all()
    assert len(rows) == 2 and parts and not any("张三" in row for row in rows) and not any("张三".encode() in p for p in parts)
    desk.do(address, "commit", mode="good")
    with desk.world.inside("east"):
        assert session().scalar(select(func.count()).select_from(ImportFile)) == 0
    assert desk.do(address, "discard").status_code == 303
    with desk.world.inside("east"):
        assert session().scalar(select(func.count()).select_from(ImportRow)) == 0
    assert "保留期限" in desk.text(address) and people(desk.world) == 1


def test_the_retention_job_forgets(desk):
    address = desk.bring(sheet_of(ONE))
    with desk.world.inside("east") as ctx:
        from core.imports.jobs import forget_old  # late: start-up time
        assert forget_old(ctx) == 0
        begin_write()
        batch = session().get_one(type(desk.batch(address)), (ctx.tenant.id, desk.batch(address).id))
        batch.created_at = batch.created_at.replace(year=2020)
        session().commit()
        assert forget_old(ctx) == 1 and forget_old(ctx) == 0
        assert session().scalar(select(func.count()).select_from(ImportRow)) == 0
    assert desk.batch(address).state == "discarded"
    assert desk.browser.get(address).status_code == 200


def test_others_do_not_see_it(desk):
    address = desk.bring(sheet_of(ONE))
    world = desk.world
    world.add_user("east", "colleague", "trial.member.import")
    world.add_user("east", "reader", "people.person.read")
    for who, slug in (("colleague", "east"), ("reader", "east"), ("admin", "west")):
        browser = world.browser(slug, who)
        assert browser.get(address).status_code == 404
        for step in ("columns", "commit", "undo", "discard", "sheet"):
            assert browser.post(f"{address}/{step}").status_code == 404
        assert browser.get(address + "/failed.xlsx").status_code == 404
    assert world.browser("east", "reader").get(f"/imports/new/{NAME}").status_code == 403
    assert world.browser("east", None).get("/imports/").status_code == 303
    assert "全部可以导入" in desk.text(address)


def test_only_the_own_subtree(desk):
    with desk.world.inside("east"):
        from core.people.models import OrgUnit  # late: start-up time
        path = session().scalars(select(OrgUnit.path).where(OrgUnit.short_name == "滨海一支部")).one()
    desk.world.add_user("east", "branch", "trial.member.import", path=path)
    own = type(desk)(desk.world, desk.world.browser("east", "branch"))
    address = own.bring(sheet_of(ONE, ("李四", "2020-09", "滨海二支部", "", "")))
    assert "没有在这个组织录入的权限" in own.text(address)
    own.do(address, "commit", mode="good")
    assert people(desk.world) == 1


def test_steps_out_of_order_only_show_where_it_stands(desk):
    address = desk.address(desk.upload(sheet_of(ONE)))
    for step in ("commit", "undo"):
        assert desk.browser.post(f"{address}/{step}").status_code == 303
    assert desk.batch(address).state == "uploaded"
    desk.browser.post(address + "/columns")
    assert desk.browser.post(address + "/discard").status_code == 303 and desk.batch(address).state == "checking"
    desk.world.run_jobs()
    desk.do(address, "commit")
    desk.do(address, "commit")
    assert people(desk.world) == 1


def test_template_and_unknown_kinds(desk):
    answer = desk.browser.get(f"/imports/template/{NAME}")
    assert answer.status_code == 200 and answer.data.startswith(b"PK")
    assert [desk.browser.get(f"/imports/{path}").status_code for path in ("template/x", "new/x.y", "9" * 30, "1")] == [404] * 4


def test_warned_rows_are_yellow_counted_and_imported(desk):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["姓名", "入党时间", "所在党支部", "备注"])
    for name, note in (("甲一", ""), ("乙二", "疑似重复")):
        sheet.append([name, "2001-07-01", BRANCHES[0][1], note])
    stream = io.BytesIO()
    book.save(stream)
    address = desk.bring(stream.getvalue())
    page = desk.text(address)
    assert "共 2 行，全部可以导入" in page and "有 1 行建议核对（黄色），不影响导入" in page
    assert page.count('class="look"') == 1 and "有同名的人，请核对。" in page and "整行请看一眼。" in page
    only = desk.text(address + "?only=warned")
    assert "乙二" in only and "甲一" not in only
    desk.do(address, "commit", mode="all")
    assert people(desk.world) == 2
