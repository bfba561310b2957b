"""Where the safeties are judged nothing may be remembered, by whichever name a module knows the memory."""

from __future__ import annotations

from bench.safeties import forgetful


def test_where_nothing_is_remembered_session_and_menu_are_read_again(world):
    browser, page = world.browser("east"), "/ledgers/people.roster/"
    browser.get(page)
    with world.counting() as warm:
        browser.get(page)
    with forgetful(), world.counting() as cold:
        browser.get(page)
    for table in ("accounts_session", "access_grant", "work_item"):
        assert not any(table in sql for sql in warm) and any(table in sql for sql in cold), table
