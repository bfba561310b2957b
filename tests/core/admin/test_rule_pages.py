"""The page of a rule: own values typed as people type them, refused in their language, explained in both."""

from __future__ import annotations

import pytest


def test_an_own_value_is_typed_as_people_type(world):
    admin = world.browser("east")
    given = {"value": "4", "effective_from": "2026.9.1", "document_no": "临组发〔2026〕3 号"}
    assert admin.post("/rules/people.registry_check", given).status_code == 303
    assert "2026-09-01" in admin.get("/rules/people.registry_check").text
    wrong = admin.post("/rules/people.registry_check", {**given, "effective_from": "明天"})
    assert wrong.status_code == 422 and "日期应如" in wrong.text and "Not a valid" not in wrong.text


@pytest.mark.parametrize(("key", "value"), [
    ("people.seniority_since", "[]"), ("people.term_reminders", "[]"), ("people.age_bands", "[90, 3]")])
def test_no_own_value_breaks_the_pages_that_use_it(world, key, value):
    admin = world.browser("east")
    given = {"value": value, "effective_from": "2026-09-01", "document_no": "1"}
    assert admin.post(f"/rules/{key}", given).status_code == 422
    assert admin.get("/people/structure").status_code == 200


def test_how_sure_a_rule_is_stands_in_words_and_its_note_in_the_readers_language(world):
    admin = world.browser("east")
    assert "各地做法" in admin.get("/rules/liaison.contact_interval").text
    admin.client.set_cookie("lang", "en")
    page = admin.get("/rules/liaison.contact_interval").text
    assert "May be set to monthly" in page and "每月联系" not in page
