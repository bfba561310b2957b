"""What is entered when a term is over, and what figures make of it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Invalid
from core.indicators.engine import measure
from plugins.pairing import conditions
from plugins.pairing.models import Pairing
from plugins.pairing.queries.statement import statement
from plugins.pairing.services import gifts, lists

from .test_time import round_on

DAY = dt.date(2027, 1, 5)
VISIT = {"kind": "help", "topic": "走访老党员", "result": "给三户老人修好了水管", "on": "2026-12-30"}
GIFT = {"kind": "labour", "what": "电工出工", "quantity": "8", "on": "2026-12-30"}


@pytest.mark.parametrize("state", ["expired", "ended"])
def test_after_a_term_what_was_done_in_it_is_still_entered(county, state):
    pair_id = county.pair()
    project_id = county.delivered(pair_id, county.need())
    round_on(county, dt.date(2027, 1, 1))
    if state == "ended":
        county.step("dongguan", "pairing", pair_id, "end", reason="任务完成", accept=True, day=dt.date(2027, 1, 2))
    assert county.state(Pairing, pair_id) == state
    gift_path = f"/pairing/projects/{project_id}/gift"
    with county.on(DAY):
        browser = county.browser("dongguan")
        page = browser.get(f"/pairing/pairs/{pair_id}").text
        assert [word in page for word in ("登记活动", "登记季度小结")] == [state == "expired"] * 2
        for path in ("/pairing/visits/new", gift_path):
            assert f'value="{pair_id}"' in browser.get(path).text, path
        assert browser.post("/pairing/visits/new", {**VISIT, "pair_id": pair_id}).status_code == 303
        assert browser.post(gift_path, {**GIFT, "pair_id": pair_id}).status_code == 303


def test_nothing_is_given_after_the_end(county):
    pair_id = county.pair()
    project_id = county.delivered(pair_id, county.need())
    county.step("dongguan", "pairing", pair_id, "end", reason="任务完成", accept=True, day=dt.date(2026, 12, 1))
    with county.acting("factory", DAY) as ctx:
        said = {"pair_id": pair_id, "kind": "labour", "what": "电工出工", "quantity": 8}
        with pytest.raises(Invalid, match="已于"):
            gifts.state_gift(ctx, project_id, on=dt.date(2026, 12, 2), **said)
        assert gifts.state_gift(ctx, project_id, on=dt.date(2026, 12, 1), **said).state == "unit_stated"


def test_figures_stop_with_the_term(county):
    """A pairing that expired in 2026 and was put away in 2027 belongs to 2026; one not begun is not in force."""
    pair_id = county.pair()
    county.need()
    round_on(county, dt.date(2027, 1, 1))
    county.step("dongguan", "pairing", pair_id, "end", reason="任务完成", accept=True, day=dt.date(2027, 3, 1))
    with county.acting("dongguan", dt.date(2027, 2, 1)) as ctx:
        lists.publish_need(ctx, org_id=county.orgs["东关社区"], title="修围墙", kind="facility")
        assert session().scalar(select(conditions.needs_of()).where(Pairing.id == pair_id)) == 1
    with county.acting("factory", dt.date(2027, 4, 1)) as ctx:
        named = {year: [part.name for part in statement(ctx, county.units["永丰厂"], year).parts] for year in (2026, 2027)}
        assert named == {2026: ["东关社区"], 2027: []}


def test_a_pairing_counts_as_in_force_within_its_term(county):
    county.pair(starts_on=dt.date(2026, 12, 1), ends_on=dt.date(2027, 11, 30))
    for day, share in ((dt.date(2026, 11, 30), "0%"), (dt.date(2026, 12, 1), "50%"), (dt.date(2027, 12, 1), "0%")):
        round_on(county, day)
        with county.acting("officer", day) as ctx:
            found = measure(ctx, [ctx.plugins.indicators["pairing.communities_paired"]])
            assert [str(value) for value in found.values()] == [share], day
