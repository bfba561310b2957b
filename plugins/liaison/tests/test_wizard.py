"""The existing sheet of members who are away, as ugly as it comes, through the import wizard; and bulk contact of all of them."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
from sqlalchemy import func, select

from core.base.session import session
from plugins.liaison.models import ContactLog, MobileRecord

from .test_flow import register

HEAD = ["序号", "流动党员姓名", "所在支部", "外出\n时间", "外出事由", "流动去向", "流入党组织", "最近一次联系日期", "手机号码",
        "能否转接", "返乡时间", "说明"]
LINES, PER_LINE = 24, 12          # statements of check and write together
ROWS = [
    [1, "王　小明", "中共东关一支部委员会", "2025.9", "打工", "广东深圳", "深圳市某支部", "２０２６－０９－１０",
     13812345678, "暂不能", "", ""],
    [2, "李秀兰", "东关一支部", "2026年1月", "照看孙辈", "北京市海淀区", "", 46200, "", "能", "", ""],
    [3, "赵大海", "西关支部", "2024-3-1", "经商", "上海市浦东新区", "", "", "", "单位不接收", "2026年2月", "已回"],
    [4, "赵大海", "西关支部", "2027-1-1", "务工", "上海市浦东新区", "", "", "", "", "", ""],              # in the future
    [5, "查无此人", "东关一支部", "2025-01", "务工", "深圳市", "", "", "", "", "", ""],
    [6, "李秀兰", "东关一支部", "2025-01", "度假", "深圳市", "", "", "", "", "", ""],                     # no such reason
    [7, "王小明", "东关一支部", "2025-01", "务工", "深圳市南山区科技园路1号", "", "", "", "", "", ""],        # too fine
]


def workbook() -> bytes:
    """Title, unit and date above a merged head, a total and the signatures below."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["城关街道流出党员登记台账（2026年第四季度）"])
    sheet.merge_cells("A1:L1")
    sheet.append(["填报单位：城关街道党工委", None, None, None, None, None, None, None, "填表日期：2026.11.20"])
    sheet.append(HEAD)
    for row in ROWS:
        sheet.append(row)
    sheet.append(["合计", f"{len(ROWS)}人"])
    sheet.append(["填表人：孙书记", None, None, "审核人："])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def stays() -> dict[str, MobileRecord]:
    return {record.person_name: record for record in session().scalars(select(MobileRecord))}


def test_the_existing_sheet_comes_in_and_can_be_taken_back(county):
    admin = county.world.browser("east", "admin")
    admin.get("/imports/new/liaison.outflow")
    sent = admin.post("/imports/new/liaison.outflow", {"file": (io.BytesIO(workbook()), "流出台账.xlsx")})
    address = sent.location.removeprefix("/t/east")
    assert admin.post(address + "/columns").status_code == 303
    county.world.run_jobs()
    page = admin.get(address).get_data(as_text=True)
    assert "共 7 行，3 行可以导入，4 行有误" in page, re.findall("共 [^<]+", page)
    bad = admin.get(address + "?only=bad").get_data(as_text=True)
    for said in ("的党员名册里没有 查无此人", "没有“度假”这一原因", "今天", "县"):
        assert said in bad, said
    assert "13812345678" not in page and "138****5678" in page
    admin.post(address + "/commit", {"mode": "good"})
    county.world.run_jobs()
    with county.acting("all"):
        found = stays()
        assert {name: (r.state, r.since) for name, r in found.items()} == {
            "王小明": ("active", dt.date(2025, 9, 1)), "李秀兰": ("active", dt.date(2026, 1, 1)),
            "赵大海": ("returned", dt.date(2024, 3, 1))}
        assert (found["王小明"].region, found["王小明"].last_contact_on) == ("广东省深圳市", dt.date(2026, 9, 10))
        assert found["李秀兰"].last_contact_on == dt.date(2026, 6, 27) and found["李秀兰"].transferable is True
        assert found["赵大海"].why_not_transferred == "单位不接收"
    admin.post(address + "/undo")
    county.world.run_jobs()
    with county.acting("all"):
        assert session().scalar(select(func.count(MobileRecord.id))) == 0


def keep(county, *names: str) -> list[int]:
    """Members under regular care."""
    ids = [register(county, name) for name in names]
    with county.acting("all") as ctx:
        for record_id in ids:
            ctx.get(MobileRecord, record_id).state = "active"
        session().commit()
    return ids


def test_select_all_means_all_that_match_the_filter_not_the_page(county):
    ids = keep(county, "王小明", "李秀兰")
    home = county.browser("home")
    home.get("/ledgers/liaison.outflow/")
    bulk = {"ledger": "liaison.outflow", "all": "1", "query": "state=active", "ids": [str(ids[0])]}
    form = home.post("/liaison/contacts", bulk).get_data(as_text=True)
    assert all(f'value="{one}" selected' in form for one in ids)
    none = home.post("/liaison/contacts", {**bulk, "query": "state=lost_contact"})
    assert none.status_code == 422 and "请先勾选记录" in none.get_data(as_text=True)
    sent = home.post("/liaison/contacts", {"record_ids": [str(one) for one in ids], "outcome": "reached", "means": "phone",
                                           "happened_on": "2026-11-20"})
    assert sent.status_code == 303
    with county.acting("all"):
        assert session().scalar(select(func.count(ContactLog.id))) == 2


def test_select_all_stays_within_the_actors_own_part(county):
    ids = keep(county, "王小明")
    other = county.browser("other")
    other.get("/liaison/")
    answer = other.post("/liaison/contacts", {"ledger": "liaison.outflow", "all": "1", "query": ""})
    assert answer.status_code == 422 and f'value="{ids[0]}"' not in answer.get_data(as_text=True)


def came_in(county, *lines) -> tuple[str, float]:
    """The preview of these lines, and the statements that check and write took a line."""
    book = openpyxl.Workbook()
    for line in (HEAD, *lines):
        book.active.append(line)
    stream = io.BytesIO()
    book.save(stream)
    admin, costs = county.world.browser("east", "admin"), []
    admin.get("/imports/new/liaison.outflow")
    sent = admin.post("/imports/new/liaison.outflow", {"file": (io.BytesIO(stream.getvalue()), "流出台账.xlsx")})
    address = sent.location.removeprefix("/t/east")
    for step, data in (("columns", {}), ("commit", {"mode": "good"})):
        page = admin.get(address).get_data(as_text=True)
        assert admin.post(f"{address}/{step}", data).status_code == 303
        with county.world.counting() as sent:
            county.world.run_jobs()
        costs.append(len(sent))
    return page, sum(costs) / len(lines)


def away(name, branch="东关一支部", since="2025-09-01", back="", region="深圳市"):
    return ["", name, branch, since, "务工", region, "", "", "", "", back, ""]


def test_persons_and_records_are_read_once_for_many_lines(county):
    for number in range(LINES):
        county.member(f"党员{number}", ("东关一支部", "西关支部")[number % 2])
    page, cost = came_in(county, *(away(f"党员{number}", ("东关一支部", "西关支部")[number % 2], back="2026-02-01")
                                   for number in range(LINES)))
    assert "行有误" not in page and cost < PER_LINE, cost
    with county.acting("all"):
        assert len(stays()) == LINES


def test_a_line_sees_the_record_that_a_line_before_it_opened(county):
    page, _cost = came_in(county, away("王小明"), away("王小明"), away("王小明", back="2026-02-01"), away("李秀兰", "西关支部"))
    assert "2 行可以导入，2 行有误" in page and "有未结束的流动记录" in page and "名册里没有 李秀兰" in page
    with county.acting("all"):
        assert list(stays()) == ["王小明"]
