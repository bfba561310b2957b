from __future__ import annotations

import datetime as dt

from core.accounts.policy import password_policy
from core.base.passwords import Policy
from core.rules.overrides import set_override


def test_the_profile_and_its_figures_are_rules(tenant):
    assert password_policy() == Policy()
    paper = {"document_no": "临网信〔2026〕2号", "effective_from": dt.date(2026, 1, 1), "set_by": 1}
    set_override("accounts.password_profile", "dengbao3", **paper)
    policy = password_policy()
    assert (policy.min_classes, policy.max_age_days, policy.remembered, policy.change_at_first_login) == (3, 90, 5, True)
