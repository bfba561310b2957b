"""What the child's codes mean for the person who uploaded the file: one sentence each."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l

DAMAGED = _l("文件已损坏，无法打开。请在电脑上重新打开原文件，另存为 .xlsx 后再上传。")
ODD = _l("文件结构异常，已停止读取。请用 WPS 或 Excel 打开原文件，另存为 .xlsx 后再上传。")
LOCKED = _l("工作簿设置了打开密码。请取消密码保护后再上传。")
TOO_MUCH = _l("表格内容过大或结构异常，已停止读取。请删除多余的空白行列和工作表，或拆成几个文件后再上传。")

SENTENCES = {
    "damaged": DAMAGED,
    "died": TOO_MUCH,
    "memory": TOO_MUCH,
    "too_much": TOO_MUCH,
    "structure": ODD,
    "password": LOCKED,
    "empty": _l("表格里没有内容。请选择填好内容的 .xlsx 或 .csv 表格。"),
    "not_text": _l("这不是表格文件。请上传 .xlsx 或 .csv 表格。"),
    "encoding": _l("无法识别文件的文字编码。请用 WPS 或 Excel 打开，另存为 .xlsx 后再上传。"),
    "csv": _l("第 %(row)s 行附近的引号不成对，无法分列。请用 WPS 或 Excel 打开，另存为 .xlsx 后再上传。"),
    "rows": _l("表格超过 %(limit)s 行。请拆成几个文件分别上传。"),
    "columns": _l("第 %(row)s 行有 %(found)s 列，超过 %(limit)s 列的上限。请删除右侧多余的列后再上传。"),
    "far": _l("单元格 %(cell)s 里有内容，离表格太远。请清除它（或复制有用的区域到新表）后再上传。"),
    "cell": _l("第 %(row)s 行有一个单元格的文字太长。请缩短后再上传。"),
}


def child_sentence(code: str, about: dict[str, Any]) -> str:
    """The sentence for a code; an unknown code reads as "too large or odd"."""
    sentence = SENTENCES.get(code, TOO_MUCH)
    return str(sentence) % about if about else str(sentence)
