"""The fields of a Party member roster as these tests read it (the product's own schema lives in core.people)."""

from __future__ import annotations

from core.imports.targets import Option, Target

ROSTER = (
    Target("name", "姓名", "name", required=True, aliases=("党员姓名",)),
    Target("gender", "性别", "choice", options=(Option("male", "男", ("男性",)), Option("female", "女", ("女性",)))),
    Target("born_on", "出生年月", "date", aliases=("出生日期", "生日")),
    Target("id_no", "身份证号", "id_no", aliases=("身份证号码", "公民身份号码"), sensitive=True),
    Target("education", "学历", "text", aliases=("文化程度",)),
    Target("joined_on", "入党时间", "date", required=True, aliases=("入党日期", "入党年月")),
    Target("confirmed_on", "转正时间", "date", aliases=("转正日期",)),
    Target("member_kind", "党员类别", "choice", options=(
        Option("full", "正式党员", ("正式",)), Option("probationary", "预备党员", ("预备",)))),
    Target("branch", "所在党支部", "text", required=True, aliases=("所属党支部", "所在支部", "支部")),
    Target("phone", "联系电话", "phone", aliases=("手机号", "电话", "联系方式"), sensitive=True),
    Target("note", "备注", "text"),
)
BY_NAME = {target.name: target for target in ROSTER}
