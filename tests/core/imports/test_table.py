"""Ugly sheets down to records: the committed workbooks, heads, totals, headings."""

from __future__ import annotations

import pytest

from core.contracts.errors import Invalid
from core.imports.headings import recognise, tidy
from core.imports.table import missing, open_table, read_row
from tests.core.imports.make_workbooks import BAD_ROWS, HERE
from tests.core.imports.roster import BY_NAME, ROSTER


def read(data: bytes, **options):
    with open_table(data, ROSTER, **options) as table:
        return table, [read_row(row, table.matches, BY_NAME) for row in table.rows]


@pytest.fixture(scope="module")
def ugly():
    return read((HERE / "roster_ugly.xlsx").read_bytes())


def test_ugly_roster_head(ugly):
    table, _rows = ugly
    assert table.sheet.name == "党员花名册"
    assert [row.number for row in table.head.title] == [1, 2] and [row.number for row in table.head.rows] == [3, 4]
    assert table.head.headings[10:12] == ("联系方式/电话", "联系方式/住址")
    found = {match.field: match.heading for match in table.matches if match.sure}
    assert set(found) == set(BY_NAME) and found["joined_on"] == "入党情况/入党时间"
    assert missing(ROSTER, table.matches) == []


def test_ugly_roster_rows(ugly):
    table, rows = ugly
    bad = [row for row in rows if row.errors]
    assert (len(rows), len(bad)) == (72, BAD_ROWS)
    assert all(len(row.errors) == 1 for row in bad)
    assert [next(iter(row.errors)) for row in bad] == [
        "id_no", "id_no", "id_no", "id_no", "joined_on", "joined_on", "name", "name", "phone", "gender", "joined_on", "branch",
    ]
    assert (table.skipped.heads, table.skipped.sections, table.skipped.footers) == (2, 2, 2)


def test_ugly_roster_values(ugly):
    values = [row.values for row in ugly[1]]
    assert [v["name"] for v in values[:3]] == ["欧阳建国", "阿依古丽·买买提", "𠮷川㛃"]
    assert (values[3]["born_on"], values[3]["joined_on"]) == ("1960-09", "1988-11")
    assert [values[n]["joined_on"] for n in (4, 5, 6, 7, 8)] == [
        "2009-09-01", "1993-04-16", "1998-07", "2001-07-01", "1999-07-01",
    ]
    assert values[9]["id_no"].endswith("X") and len(values[10]["id_no"]) == 18 and "id_no" not in values[14]
    assert [values[n]["phone"] for n in (11, 12)] == ["19900001011", "19900001012"]
    assert values[13]["member_kind"] == "full" and values[16]["note"] == "=调入手续未办"
    assert values[19]["id_no"] == values[20]["id_no"] and values[20]["note"] == "与上一行是同一人"
    assert {v["branch"] for v in values[:12]} >= {"滨海二支部", "中共临沭县滨海社区第一支部委员会"}
    assert "已核" in {v.get("note") for v in values}


def test_total_that_differs_is_told(ugly):
    assert ugly[0].skipped.warnings() == ["第 86 行写着“合计 73”，实际读到 72 行，请核对是否有漏填或重复。"]


def test_gbk_csv():
    table, rows = read((HERE / "roster_gbk.csv").read_bytes())
    assert table.sheet.encoding == "gb18030" and len(rows) == 20 and not any(row.errors for row in rows)
    assert len(rows[0].values["id_no"]) == 18 and table.skipped.totals[0].said == 20


LINES = "姓名,入党时间,所在党支部\n张三,2020.9,一支部\n李四,2020年9月,二支部\n"


@pytest.mark.parametrize("data", [
    LINES.encode("utf-8"), LINES.encode("utf-8-sig"), LINES.encode("gbk"), LINES.encode("utf-16"), LINES.encode("utf-16-le"),
    LINES.encode("utf-16-be"), LINES.replace(",", "\t").encode("utf-16"), LINES.replace(",", ";").encode(),
    LINES.replace(",", "，").encode("gb18030"), LINES.replace("\n", "\r\n").encode(), LINES.replace("\n", "\r").encode(),
    ("\n\n某社区名册\n填报单位：某社区,,\n" + LINES).encode(),
])
def test_csv_in_every_clothing(data):
    _table, rows = read(data)
    assert [row.values for row in rows] == [
        {"name": "张三", "joined_on": "2020-09", "branch": "一支部"},
        {"name": "李四", "joined_on": "2020-09", "branch": "二支部"},
    ]


def test_a_month_cut_off_by_excel_is_not_guessed_in_a_csv():
    _table, rows = read(LINES.replace("2020.9", "2020.1").encode("gbk"))
    assert "可能是1月，也可能是10月" in rows[0].errors["joined_on"] and rows[1].values["joined_on"] == "2020-09"


def test_two_row_head_in_a_csv_without_merges():
    data = "名册,,,,\n姓名,入党时间,联系方式,,所在支部\n,,电话,住址,\n张三,2020-09,19900001234,某楼,一支部\n".encode()
    table, rows = read(data)
    assert table.head.headings == ("姓名", "入党时间", "联系方式/电话", "联系方式/住址", "所在支部")
    assert rows[0].values["phone"] == "19900001234"


def test_rows_that_are_no_records():
    extra = "示例,2020-09,一支部\n\n姓名,入党时间,所在党支部\n小计：2,,\n1,合 计,2人\n审核（签字）：王某,,\n总计,3,5\n"
    table, rows = read((LINES + extra).encode())
    assert len(rows) == 2
    assert table.skipped.examples == 1 and table.skipped.heads == 1 and table.skipped.footers == 1
    assert [(total.label, total.said) for total in table.skipped.totals] == [("小计", 2)]


def test_the_last_line_of_our_own_csv_is_no_record():
    for mark in ("由 周明霞 于 2026-11-23 23:30 导出；筛选条件：无", "Exported by Zhou at 2026-11-23 23:30; filters: none"):
        table, rows = read((LINES + mark + "\n").encode())
        assert len(rows) == 2 and table.skipped.footers == 1


def test_somebody_typed_over_the_example_is_told():
    table, rows = read((LINES + "示例,,\n示例,2020-09,东关支部\n").encode())
    assert len(rows) == 2 and table.skipped.examples == 2
    assert table.skipped.warnings() == ["第 5 行标着“示例”，没有导入。如果是要导入的内容，请删去“示例”两个字，重新上传。"]


def test_a_row_with_one_cell_is_reported_not_dropped():
    _table, rows = read((LINES + "王五,,\n").encode())
    assert len(rows) == 3 and set(rows[2].errors) == {"joined_on", "branch"}


@pytest.mark.parametrize("text", ["甲,乙,丙\n1,2,3\n", "1,2\n3,4\n", "住址,电话\n某楼,1\n"])
def test_sheet_without_a_head_says_which_headings_it_misses(text):
    with pytest.raises(Invalid) as refused:
        read(text.encode())
    assert "姓名、入党时间、所在党支部" in refused.value.errors["file"][0]


def test_headings():
    heads = ["＊姓　名（必填）", "公民身份号码", "所在支部名称", "手机 号",
             "序号", "天气", "电话", "入党时间\n(年月)", "错误说明"]
    found = {match.heading: match for match in recognise(heads, ROSTER)}
    assert [found[head].field for head in heads] == [
        "name", "id_no", "branch", None, None, None, "phone", "joined_on", None,
    ]
    assert found["所在支部名称"].how == "fuzzy" and not found["所在支部名称"].sure
    assert found["序号"].how == found["错误说明"].how == "ignored" and found["天气"].how == "none"
    assert found["公民身份号码"].sure and found["＊姓　名（必填）"].sure


def test_remembered_headings_win_and_can_say_no():
    found = recognise(["组别", "备注"], ROSTER, {"组别": "branch", "备注": None, "x": "gone"})
    assert [(match.field, match.how) for match in found] == [("branch", "remembered"), (None, "ignored")]


def test_tidy():
    assert tidy("＊姓　名（必填）") == tidy("姓名*") == "姓名" and tidy("(电话)") == "电话" and tidy(None) == ""
