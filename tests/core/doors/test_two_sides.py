"""Tenants and operators each have a first page at the same address; nobody sees the other one's."""

from __future__ import annotations


def test_each_side_has_its_own_first_page(world):
    operators = world.browser("platform", "operator").get("/")
    staff = world.browser("east").get("/")
    assert (operators.status_code, staff.status_code) == (200, 200)
    assert "/platform/onboarding/" in operators.text and "/onboarding/" not in staff.text


def test_pages_of_the_other_side_do_not_exist(world):
    assert world.browser("east").get("/onboarding/").status_code == 404
    assert world.browser("platform", "operator").get("/rules/").status_code == 404
    assert world.browser("platform", "operator").post("/work/drafts", {}).status_code == 404
