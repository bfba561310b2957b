"""Words of the audit for what goes by another name than a permission, and for the kinds of records."""

from __future__ import annotations

from core.base.i18n import _l

ACTIONS = {
    "pairing.agreement.sign": _l("签署共建协议"),
    "pairing.pair.owners": _l("修改结对责任人"),
    "pairing.project.start": _l("新建共建项目"),
    "pairing.spending.record": _l("登记项目支出"),
    "pairing.review.write": _l("登记年度互评"),
    "pairing.review.correct": _l("更正年度互评"),
    "pairing.visit.correct": _l("更正共建活动"),
    "pairing.visit.withdraw": _l("撤销共建活动登记"),
    "pairing.summary.correct": _l("更正季度小结"),
    "pairing.statement.export": _l("导出单位贡献清单"),
    "pairing_unit": _l("共建单位"),
    "pairing_agreement": _l("共建协议"),
    "pairing_visit": _l("共建活动"),
    "pairing_summary": _l("季度小结"),
    "pairing_review": _l("年度互评"),
    "pairing_council": _l("联席会议"),
}
