"""Identity numbers, phone numbers and credit codes: read what people type, say precisely what is wrong.

GB 11643-1999 (identity numbers), GB 32100-2015 (unified social credit codes). What Excel has destroyed is
refused, never guessed.
"""
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NoReturn

from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from core.base import clock
from core.base.division import province_codes
from core.base.i18n import _
from core.contracts.errors import Invalid

Gender = Literal["male", "female"]
EARLIEST_BIRTH = date(1880, 1, 1)
_IGNORED = re.compile(r"[\s\-‐-―'‘’`\u200b-\u200f\u2060\ufeff]")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})([2-8]\d{6,7})", re.ASCII)
_SERVICE = re.compile(r"[48]00\d{7}", re.ASCII)


@dataclass(frozen=True)
class IdNo:
    """A valid 18-digit identity number and what it says. The number is kept out of `repr`, hence out of logs."""

    number: str = field(repr=False)
    birth_date: date
    gender: Gender
    area_code: str


def tidy(text: str) -> str:
    """Full-width to plain, without blanks, dashes, apostrophes and invisible characters; upper case."""
    text = _IGNORED.sub("", unicodedata.normalize("NFKC", text)).upper()
    return text.removesuffix(".0")                  # a number cell read as a decimal


def _refuse(name: str, sentence: str) -> NoReturn:
    raise Invalid(errors={name: [sentence]})


def parse_id_no(text: str, *, field: str = "id_no", today: date | None = None) -> IdNo:
    """The identity number in `text`. Raises Invalid with one sentence under `field`.

    Lower-case x, full-width digits, blanks and dashes are tidied. `today` (Shanghai's, if not given) bounds the birth date.
    """
    number = tidy(text)
    _check_shape(number, field)
    birth = _birth_date(number, field, today or clock.today())
    if ric.calc_check_digit(number) != number[-1]:
        if number.endswith("000"):
            _refuse(field, _("最后几位是 000，可能被 Excel 改掉了：请把单元格设为“文本”后重新填写身份证号码。"))
        _refuse(field, _("身份证号码的校验位不对，请逐位核对。"))
    return IdNo(number, birth, "male" if int(number[16]) % 2 else "female", number[:6])


def _check_shape(number: str, name: str) -> None:
    if _SCIENTIFIC.fullmatch(number):
        _refuse(name, _("号码被 Excel 变成了科学计数，末几位已丢失：请把单元格设为“文本”后重新填写。"))
    if re.fullmatch(r"[0-9]{15}", number):
        _refuse(name, _("这是已停用的 15 位旧号码，请按现在的身份证填写 18 位号码。"))
    if not number:
        _refuse(name, _("请填写身份证号码。"))
    if len(number) != 18:
        _refuse(name, _("身份证号码应为 18 位，现在是 %(n)s 位。", n=len(number)))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        _refuse(name, _("身份证号码只能是 17 位数字加 1 位数字或 X。"))
    if number[:2] not in province_codes() and number[0] != "9":         # 9: permanent residents from abroad
        _refuse(name, _("身份证号码的前两位 %(code)s 不是省份代码。", code=number[:2]))


def _birth_date(number: str, name: str, today: date) -> date:
    digits = number[6:14]
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        _refuse(name, _("身份证号码第 7 至 14 位 %(digits)s 不是有效的出生日期。", digits=digits))
    if not EARLIEST_BIRTH <= birth <= today:
        _refuse(name, _("身份证号码中的出生日期 %(date)s 不可能。", date=birth.isoformat()))
    return birth


def make_id_no(area_code: str, birth: date, gender: Gender, serial: int) -> str:
    """A formally valid number for demo and test data; `serial` 0 to 499. Raises ValueError outside."""
    if not re.fullmatch(r"[0-9]{6}", area_code) or not 0 <= serial <= 499:
        raise ValueError("six digits of area code and a serial from 0 to 499")
    body = f"{area_code}{birth:%Y%m%d}{serial * 2 + (gender == 'male'):03d}"
    return body + ric.calc_check_digit(body + "0")


def parse_phone(text: str, *, field: str = "phone") -> str:
    """A mainland number in one spelling: `13800005678`, `0539-6212345`, `400-1234567`. Raises Invalid."""
    if len(re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", unicodedata.normalize("NFKC", text))) > 1:
        _refuse(field, _("一格只填一个电话号码，其余的写在备注里。"))
    number = tidy(text).replace("(", "").replace(")", "")
    if _SCIENTIFIC.fullmatch(number):
        _refuse(field, _("号码被 Excel 变成了科学计数，末几位已丢失：请把单元格设为“文本”后重新填写。"))
    number = _without_country(number)
    if _MOBILE.fullmatch(number):
        return number
    if found := _LANDLINE.fullmatch(number):
        return f"{found[1]}-{found[2]}"
    if _SERVICE.fullmatch(number):
        return f"{number[:3]}-{number[3:]}"
    _refuse(field, _why_no_phone(number))


def _without_country(number: str) -> str:
    for prefix in ("+86", "0086"):
        if number.startswith(prefix):
            number = number.removeprefix(prefix)
            return number if number.startswith(("0", "1", "400", "800")) else "0" + number
    if len(number) == 13 and number.startswith("86"):
        return number[2:]
    return number


def _why_no_phone(number: str) -> str:
    if not number:
        return _("请填写电话号码。")
    if not (number.isascii() and number.isdigit()):
        return _("电话号码只能是数字，可带 +86、空格或短横线；分机号写在备注里。")
    if 7 <= len(number) <= 8 and number[0] not in "01":
        return _("固定电话请加区号，例如 0539-6212345。")
    if number.startswith("1"):
        return _("手机号码应为 1 开头的 11 位数字，现在是 %(n)s 位或号段不对。", n=len(number))
    return _("不是有效的手机号码或带区号的固定电话。")


def parse_credit_code(text: str, *, field: str = "credit_code") -> str:
    """A unified social credit code, upper case. Raises Invalid with one sentence under `field`."""
    code = tidy(text)
    if not code:
        _refuse(field, _("请填写统一社会信用代码。"))
    if len(code) != 18:
        _refuse(field, _("统一社会信用代码应为 18 位，现在是 %(n)s 位。", n=len(code)))
    if found := re.search(r"[IOZSV]", code):
        _refuse(field, _("统一社会信用代码里没有字母 %(letter)s，请核对是否为相近的数字。", letter=found[0]))
    try:
        return str(uscc.validate(code))
    except InvalidChecksum:
        _refuse(field, _("统一社会信用代码的校验位不对，请逐位核对。"))
    except ValidationError:
        _refuse(field, _("统一社会信用代码的前 8 位应为数字，其余为数字和大写字母。"))
