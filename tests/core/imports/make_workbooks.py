"""Writes the committed test workbooks: `python tests/core/imports/make_workbooks.py`. Everything in them is invented.

ID numbers are computed (area 3713xx, valid check digit), phones use the unassigned 1990000 block.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent / "workbooks"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = ["建国", "秀英", "桂兰", "志强", "玉梅", "海燕", "文静", "永胜", "淑珍", "俊杰", "红霞", "国栋"]
BRANCHES = [
    ("中共临沭县滨海社区第一支部委员会", "滨海一支部"),
    ("中共临沭县滨海社区第二支部委员会", "滨海二支部"),
    ("中共临沭县光明社区第一支部委员会", "光明一支部"),
]
HEAD_TOP = ["序号", "姓名", "性别", "出生\n年月", "＊身份证号（必填）", "学历", "入党情况", "入党情况",
            "党员类别", "所在党支部", "联系方式", "联系方式", "备注"]
HEAD_LOW = ["", "", "", "", "", "", "入党时间", "转正时间", "", "", "电话", "住址", ""]
BAD_ROWS = 12


def id_no(area: str, born: dt.date, order: int) -> str:
    """An invented 18-digit ID number with a valid check digit (GB 11643-1999)."""
    body = f"{area}{born:%Y%m%d}{order:03d}"
    weights = [2 ** (17 - i) % 11 for i in range(17)]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def good_rows(seed: int, count: int) -> list[list]:
    """Rows that must be read without an error, each written a little differently, as many hands write them."""
    dice = random.Random(seed)
    rows = []
    for index in range(count):
        born = dt.date(dice.randint(1940, 1995), dice.randint(1, 12), dice.randint(1, 28))
        joined = dt.date(born.year + dice.randint(20, 28), dice.randint(1, 12), dice.randint(1, 28))
        female = index % 2
        number = id_no("371302", born, (index + 1) * 2 + (0 if female else 1))
        full, short = BRANCHES[index % 3]
        name = SURNAMES[index % len(SURNAMES)] + GIVEN[(index * 5 + seed) % len(GIVEN)]
        rows.append([
            index + 1, name, "女" if female else "男", f"{born.year}.{born.month:02d}", number,
            dice.choice(["初中", "高中", "大专", "本科"]), joined.isoformat(), f"{joined.year + 1}年{joined.month}月",
            "正式党员", short if index % 4 == 3 else full, f"1990000{1000 + index}", "", "",
        ])
    return rows


def joined(row: list, value: object) -> None:
    """Another way of writing when somebody joined; the confirmation is left out, so that nothing contradicts it."""
    row[6], row[7] = value, ""


def born(row: list, day: dt.date, written: object) -> None:
    """Another birthday, in the ID number too."""
    row[3], row[4] = written, id_no(row[4][:6], day, int(row[4][14:17]))


def ending_in_x(row: list) -> str:
    """The row's ID number with a serial that makes the check digit an x."""
    day, order = dt.date(int(row[4][6:10]), int(row[4][10:12]), int(row[4][12:14])), int(row[4][14:17])
    return next(n for n in (id_no(row[4][:6], day, order + 200 + k) for k in range(0, 90, 2)) if n.endswith("X"))


def roughen(rows: list[list]) -> None:
    """Ugly but readable: every one of these is still a good row."""
    rows[0][1] = "欧　阳 建国"
    rows[1][1] = "阿依古丽•买买提"
    rows[2][1] = "𠮷川㛃"
    born(rows[3], dt.date(1960, 9, 17), 1960.9)            # numbers that mean year.month
    joined(rows[3], 1988.11)
    joined(rows[4], "２００９－０９－０１")
    joined(rows[5], 34075.0)                               # a serial date, shown as a plain number
    joined(rows[6], "199807")
    joined(rows[7], "2001年7月1日")
    joined(rows[8], dt.datetime(1999, 7, 1))
    rows[9][4] = ending_in_x(rows[9]).lower()
    rows[10][4] = " ".join((rows[10][4][:6], rows[10][4][6:14], rows[10][4][14:]))
    rows[11][10] = 19900001011.0
    rows[12][10] = "+86 199-0000-1012"
    rows[13][8] = "正式"
    rows[14][4] = ""
    born(rows[15], dt.date(1950, 3, 8), "1950/3/8")
    rows[16][12] = "=调入手续未办"                           # text that starts with =, in a free-text column
    rows[20][:13] = [21, *rows[19][1:12], "与上一行是同一人"]


def spoil(rows: list[list]) -> list[list]:
    """The twelve rows that must be refused, each for another reason."""
    bad = [list(row) for row in rows[:BAD_ROWS]]
    for index, row in enumerate(bad):
        row[1] = "错" + GIVEN[index]
        row[4] = id_no("371324", dt.date(1970, 1, 1 + index), 100 + 2 * index + (row[2] == "男"))
        row[6], row[7], row[3], row[10] = "2000-07-01", "2001-07-01", "1970-01", f"1990000{3000 + index}"
    bad[0][4] = 3.70982197001011e17                         # Excel ate the last digits
    bad[1][4] = "3.70982E+17"
    bad[2][4] = "371302700101121"                           # fifteen digits
    bad[3][4] = bad[3][4][:-1] + ("0" if bad[3][4][-1] != "0" else "1")
    bad[4][6] = 2020.1                                      # January or October?
    bad[5][6] = "2020-13-01"
    bad[6][1] = "=cmd|'/C calc'!A0"
    bad[7][1] = ""
    bad[8][10] = "1990000300"                               # ten digits
    bad[9][2] = "未婚"
    bad[10][6] = "#N/A"                                     # a formula that failed (see write_cell)
    bad[11][9] = ""
    return bad


def ugly_roster(path: Path) -> None:
    """Title rows, two-row merged head, totals, repeated head, section line, footer, styled empty columns."""
    good = good_rows(7, 60)
    roughen(good)
    bad = spoil(good_rows(11, BAD_ROWS))
    first, second = good[:30] + bad[:6], good[30:] + bad[6:]
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        book.add_worksheet("填表说明").hide()
        sheet = book.add_worksheet("党员花名册")
        grey = book.add_format({"bg_color": "#EEEEEE"})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.set_column(0, 300, 12, grey)
        sheet.merge_range(0, 0, 0, 12, "临沭县滨海社区党员花名册（2026年上半年）")
        sheet.write_string(1, 0, "填报单位：中共临沭县滨海社区委员会（盖章）")
        sheet.write_string(1, 8, "填报日期：2026年6月30日")
        write_head(sheet, 2)
        line = 5                                            # a blank row after the head
        for block, total in ((first, "小计"), (second, "小计")):
            sheet.merge_range(line, 0, line, 12, "滨海片区" if block is first else "光明片区")
            line += 1
            for row in block:
                write_row(sheet, line, row, date)
                line += 1
            sheet.write_string(line, 0, total)
            sheet.write_number(line, 1, len(block))
            line += 2
            if block is first:
                write_head(sheet, line)
                line += 2
        sheet.write_string(line, 0, "合　计")
        sheet.write_string(line, 1, f"{len(good) + BAD_ROWS + 1}人")
        sheet.write_string(line + 1, 0, "填表人：张某某")
        sheet.write_string(line + 1, 6, "审核人：李某某")
        sheet.write_string(line + 2, 0, "注：本表一式两份，报街道党工委。")
        sheet.write_blank(3, 300, None, grey)
        book.add_worksheet("Sheet3")


def write_head(sheet, line: int) -> None:
    for column, text in enumerate(HEAD_TOP):
        if HEAD_LOW[column]:
            sheet.write_string(line + 1, column, HEAD_LOW[column])
        else:
            sheet.merge_range(line, column, line + 1, column, text)
    sheet.merge_range(line, 6, line, 7, "入党情况")
    sheet.merge_range(line, 10, line, 11, "联系方式")


def write_row(sheet, line: int, row: list, date) -> None:
    for column, value in enumerate(row):
        if value == "#N/A":
            sheet.write_formula(line, column, "=VLOOKUP(B9,Sheet3!A:B,2,0)", None, "#N/A")
        elif isinstance(value, dt.datetime):
            sheet.write_datetime(line, column, value, date)
        elif isinstance(value, str):
            sheet.write_string(line, column, value)
        else:
            sheet.write_number(line, column, value)
    if line % 7 == 0 and row[12] == "":
        sheet.write_formula(line, 12, '=IF(1=1,"已核","")', None, "已核")


def gbk_roster(path: Path) -> None:
    """The same kind of table as Excel in China saves it "as CSV"."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["光明社区党员花名册", *[""] * 5])
    writer.writerow(["序号", "党员姓名", "性别", "身份证号码", "入党年月", "所属党支部", "手机号"])
    for row in good_rows(23, 20):
        writer.writerow([row[0], row[1], row[2], "'" + row[4], row[6], row[9], row[10]])
    writer.writerow(["合计", "20", "", "", "", "", ""])
    path.write_bytes(stream.getvalue().encode("gbk"))


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    ugly_roster(HERE / "roster_ugly.xlsx")
    gbk_roster(HERE / "roster_gbk.csv")
