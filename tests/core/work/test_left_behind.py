"""Items must not be left with somebody who can do them no more, and a slow click is told what happened meanwhile."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.access.models import RoleGrant
from core.accounts.models import User
from core.base import clock
from core.base.session import session
from core.contracts.errors import Forbidden
from core.work import jobs
from core.work.handover import release_left, take_up
from core.work.inbox import counts, for_actor

from .test_pages import made


def taken_up(site):
    """An item at B that Bob has said he is on; its id."""
    _record, item = made(site, "send", name="星辰案")
    with site.acting("east", "bob") as ctx:
        take_up(ctx, item)
    return item


def waits_for(site, login):
    with site.acting("east", login) as ctx:
        return [item.subject for item in for_actor(ctx)], counts(ctx).waiting


def test_what_a_closed_account_had_taken_up_is_everybodys_again(east):
    taken_up(east)
    assert waits_for(east, "bea") == ([], 0)
    with east.inside("east"):
        session().scalars(select(User).where(User.login_name == "bob")).one().state = "disabled"
        session().commit()
    assert waits_for(east, "bea") == (["星辰案"], 1)


def test_what_somebody_may_do_no_more_is_given_back_overnight(east):
    taken_up(east)
    with east.inside("east") as ctx:
        assert jobs.tidy(ctx, None)["released"] == 0
        bob = select(User.id).where(User.login_name == "bob")
        session().scalars(select(RoleGrant).where(RoleGrant.user_id.in_(bob))).one().ends_on = clock.today().replace(year=2020)
        session().commit()
    assert waits_for(east, "bea") == ([], 0)
    with east.inside("east") as ctx:
        assert jobs.tidy(ctx, None)["released"] == 1
    assert waits_for(east, "bea") == (["星辰案"], 1)


def test_nobody_but_the_night_gives_back_for_others(east):
    taken_up(east)
    with east.acting("east", "bea") as ctx, pytest.raises(Forbidden):
        release_left(ctx)


def test_who_comes_second_is_told_where_the_record_stands(east):
    record, _item = made(east, "send", name="星辰案")
    bob, bea = east.browser("east", "bob"), east.browser("east", "bea")
    step = f"/work/step/casework.case/{record}/take"
    assert bea.get(step).status_code == 200
    assert bob.post(step, {"contact": "李四"}).status_code == 303
    late = bea.get(step)
    assert late.status_code == 409 and "星辰案" in late.text and "不能再" in late.text
    assert bea.post(step, {"contact": "王五"}).status_code == 409
    assert east.browser("east", "out").get(step).status_code == 404
