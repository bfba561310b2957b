"""The rarer ways through the wizard."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlalchemy import select

from core.base.crypto import Unreadable
from core.base.db import begin_write, session
from core.imports import batches, checking, services, vault
from core.imports.failures import FailedRow, Uploaded, failures
from core.imports.headings import Match
from core.imports.jobs import tidy
from core.imports.models import ImportFile
from core.imports.preview import displayed
from core.imports.schema import targets_of
from core.imports.targets import Option, Target
from core.notify.models import Notice
from core.people.models import OrgUnit
from core.web.forms import Bool, Choices, Int, Schema, ui
from tests.core.imports.hostile import honest
from tests.core.imports.test_wizard import ONE, people, sheet_of


class Odd(Schema):
    flags = Choices([("a", "甲"), ("b", "乙")], metadata=ui("多选"))
    yes = Bool(metadata=ui("是否"))
    number = Int(metadata=ui("数"))
    hidden = Int()


def test_kinds_of_fields():
    found = {target.name: target for target in targets_of(Odd())}
    assert {name: target.kind for name, target in found.items()} == {"flags": "choices", "yes": "bool", "number": "integer"}
    assert displayed(found["flags"], ["a", "b"], None) == "甲、乙" and displayed(found["yes"], True, None) == "是"
    assert displayed(Target("t", "x"), "长" * 99, None).endswith("…") and displayed(Target("c", "x", "choice", options=(
        Option("a", "甲"),)), "a", None) == "甲"


@pytest.mark.parametrize(("kind", "text", "shown"), [
    ("id_no", "110101199001011234**", "*" * 20), ("id_no", "**110101199001011234", "*" * 20),
    ("id_no", "1101**********1234", "1101**********1234"), ("phone", "13812345678**", "*" * 13),
    ("phone", "138****5678", "138****5678"), ("phone", "0539-****345", "0539-****345"), ("text", "甲**乙", "甲**乙")])
def test_two_stars_do_not_unmask_a_number(kind, text, shown):
    for target in (Target("t", "x", kind), Target("t", "x", kind, sensitive=True))[:1 if kind == "text" else 2]:
        assert displayed(target, None, text) == shown


def test_a_row_refused_only_when_it_is_written(desk):
    address = desk.bring(sheet_of(ONE, ("李四", "2020-09", "滨海二支部", "", "")))
    with desk.world.inside("east"):
        begin_write()
        unit = session().scalars(select(OrgUnit).where(OrgUnit.short_name == "滨海二支部")).one()
        unit.name, unit.short_name = "改了名的支部", "改名"
        session().commit()
    desk.do(address, "commit")
    page = desk.text(address)
    assert "新增 1 条" in page and "下载未导入的 1 行" in page and "没有“滨海二支部”这个组织" in page and people(desk.world) == 1
    failed = openpyxl.load_workbook(io.BytesIO(desk.browser.get(address + "/failed.xlsx").data)).active
    assert "没有“滨海二支部”" in failed["A2"].value and failed["B2"].value == "李四"


def test_nothing_good_nothing_written(desk):
    address = desk.bring(sheet_of(("坏", "坏", "坏", "坏", "")))
    answer = desk.do(address, "commit", mode="good")
    assert answer.status_code == 422 and "没有可以导入的行" in answer.get_data(as_text=True)


def test_the_bell_rings(desk, monkeypatch):
    monkeypatch.setattr(checking, "WORTH_TELLING", 1)
    address = desk.bring(sheet_of(ONE))
    desk.do(address, "commit")
    desk.do(address, "undo")
    with desk.world.inside("east"):
        told = session().execute(select(Notice.title, Notice.url).order_by(Notice.id)).all()
    assert [title for title, _url in told] == [
        "“花名册.xlsx”已检查完，请查看预览并确认导入。", "“花名册.xlsx”导入完成：写入 1 行。", "“花名册.xlsx”的导入已撤销。"]
    assert {url for _title, url in told} == {address}


def test_another_sheet_of_a_damaged_choice(desk):
    address = desk.address(desk.upload(honest()))
    answer = desk.browser.post(address + "/sheet", {"sheet": "没有这张"})
    assert answer.status_code == 303 and desk.batch(address).state == "uploaded"
    with desk.world.inside("east"):
        begin_write()
        part = session().scalars(select(ImportFile)).one()
        part.content = vault.seal_file(part.batch_id, b"a,b\n1,2\n")[0]
        session().commit()
    answer = desk.browser.post(address + "/sheet", {"sheet": "甲"})
    assert answer.status_code == 422 and "没有找到表头行" in answer.get_data(as_text=True)


def test_parts_open_only_where_they_were_sealed(desk):
    with desk.world.inside("east"):
        parts = vault.seal_file(7, b"x" * (vault.PART + 5))
        assert len(parts) == 2 and vault.open_file(7, parts) == b"x" * (vault.PART + 5)
        for wrong in ((8, parts), (7, parts[::-1]), (7, [b"zz." + parts[0][3:]]), (7, [b"nonsense"])):
            with pytest.raises(Unreadable):
                vault.open_file(*wrong)
    with desk.world.inside("west"), pytest.raises(Unreadable):
        vault.open_file(7, parts)


def test_files_and_layouts_that_are_gone(desk):
    address = desk.bring(sheet_of(ONE))
    desk.do(address, "commit")
    batch = desk.batch(address)
    batch.layout = None
    assert batches.layout_of(batch) == {}
    assert desk.browser.post(address + "/sheet", {"sheet": "x"}).status_code in (404, 409)
    with desk.world.inside("east") as ctx:
        assert tidy(ctx, None) == {"batches": 0}


def test_what_is_cleared_away_cannot_be_undone_any_more(desk):
    address = desk.bring(sheet_of(ONE))
    desk.do(address, "commit")
    assert desk.browser.post(address + "/discard").status_code == 303
    assert "撤销这次导入" not in desk.text(address)
    answer = desk.do(address, "undo")
    assert answer.status_code == 422 and people(desk.world) == 1 and desk.batch(address).state == "done"


def test_cells_of_every_kind_go_back_into_the_workbook():
    match = Match(0, "备注", "note", "label", 1.0)
    row = FailedRow(2, [True, 3.5, None, {"d": "2020-09-01"}, "=1"], {6: "缺"}, ())
    data = failures(Uploaded("", [(1, ["备注"])], [], [match], {"note": "text"}), [row])
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [cell.value for cell in sheet[2]][1:6] == [True, 3.5, None, "2020-09-01", "=1"] and sheet.title == "未导入的行"
    assert sheet["H2"].fill.fgColor.rgb == "FFFFC7CE" and sheet["F2"].data_type == "s"


def test_uploads_do_not_pile_up(desk, monkeypatch):
    monkeypatch.setattr(services, "MOST_WAITING", 2)
    first = desk.address(desk.upload(sheet_of(ONE)))
    assert desk.upload(sheet_of(ONE)).status_code == 303
    answer = desk.upload(sheet_of(ONE))
    assert answer.status_code == 422 and "还没有处理完" in answer.get_data(as_text=True)
    assert desk.browser.post(first + "/discard").status_code == 303
    assert desk.upload(sheet_of(ONE)).status_code == 303
