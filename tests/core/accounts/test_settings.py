"""What a unit decides about its accounts, on the page of settings."""

from __future__ import annotations

from core.accounts.policy import password_policy

from .people import give_password, is_in, sign_in


def test_a_unit_may_ask_everybody_for_the_second_step(world, east_admin):
    give_password(world, "west", "admin")
    east, west = world.browser("east", None), world.browser("west", None)
    sign_in(east), sign_in(west)
    assert east.post("/settings/accounts", {"second_factor": "required", "password_profile": ""}).status_code == 303
    assert east.get("/accounts/me").headers["Location"].endswith("/accounts/second-factor/on")
    assert east.get("/accounts/second-factor/on").status_code == 200
    assert is_in(west)


def test_a_unit_chooses_its_password_profile(world, east_admin):
    browser = world.browser("east", None)
    sign_in(browser)
    for profile, classes in (("dengbao3", 3), ("default", 1), ("", 1)):
        assert browser.post("/settings/accounts", {"second_factor": "optional", "password_profile": profile}).status_code == 303
        with world.inside("east"):
            assert password_policy().min_classes == classes
    assert browser.post("/settings/accounts", {"second_factor": "optional", "password_profile": "none"}).status_code == 422
    assert browser.post("/settings/accounts", {"second_factor": "perhaps"}).status_code == 422
    with world.inside("west"):
        assert password_policy().min_classes == 1
