"""Money that is none or too much, many rows, many places to choose from, search."""

from __future__ import annotations

import datetime as dt

from plugins.pairing import hooks
from plugins.pairing.queries import choices
from plugins.pairing.schemas import picked
from plugins.pairing.services import gifts, lists, meetings

from .conftest import TODAY

NEXT = {"starts_on": dt.date(2027, 1, 1), "ends_on": dt.date(2027, 12, 31), "goals": "再办一年周末托管班"}


def test_no_money_that_is_none(county):
    project_id = county.delivered(pair_id := county.pair(), county.need())
    form = {"pair_id": str(pair_id), "kind": "cash", "what": "灯具", "on": "2026-11-23", "source": "自筹", "receipt_no": "1"}
    factory = county.browser("factory")
    for typed in ("-5", "0", "0.001", "0.004", "1e9", "99999999999999999999", "12,34,5x", "NaN"):
        answer = factory.post(f"/pairing/projects/{project_id}/gift", {**form, "amount_fen": typed})
        assert answer.status_code == 422, typed


def test_sums_beyond_what_an_integer_column_holds(county):
    project_id = county.delivered(pair_id := county.pair(), county.need())
    most = {"pair_id": pair_id, "kind": "cash", "what": "灯具", "on": TODAY, "source": "自筹", "receipt_no": "1"}
    for _n in range(2):
        with county.acting("factory") as ctx:
            gift = gifts.state_gift(ctx, project_id, amount_fen=10**13, **most).id
        county.step("dongguan", "contribution", gift, "confirm_receipt")
    with county.acting("dongguan") as ctx:
        lists.record_spending(ctx, project_id, on=TODAY, amount_fen=10**13, purpose="灯具", voucher_no="1")
    for login, path in (("factory", f"/pairing/projects/{project_id}"), ("factory", "/ledgers/pairing.projects/"),
                        ("dongguan", "/ledgers/pairing.contributions/"),
                        ("dongguan", f"/pairing/units/{county.units['永丰厂']}/statement/2026"),
                        ("officer", "/pairing/")):
        assert county.browser(login).get(path).status_code == 200, path
    assert "200,000,000,000.00" in county.browser("factory").get("/ledgers/pairing.projects/").text


def test_pages_ask_as_often_for_thirty_rows_as_for_one(county):
    pair_id = county.pair()
    with county.acting("factory") as ctx:
        lists.offer_resource(ctx, unit_id=county.units["永丰厂"], title="电工班", kind="facility", skills="电工")
    seen = {}
    paths = ("/pairing/", f"/pairing/units/{county.units['永丰厂']}", f"/pairing/pairs/{pair_id}", "/pairing/visits/new",
             *(f"/ledgers/pairing.{name}/" for name in ("pairs", "needs", "projects", "activities", "resources")))
    factory = county.browser("factory")
    for rows in (1, 30):
        for number in range(rows):
            county.need(title=f"{rows}号路灯{number}", skills="电工")
        with county.acting("factory") as ctx:
            for number in range(rows):
                meetings.log_visit(ctx, pair_id=pair_id, kind="help", topic=f"走访{number}", result="给三户老人修好了水管")
        for path in paths:
            factory.get(path)
            with county.world.counting() as sent:
                assert factory.get(path).status_code == 200
            seen.setdefault(path, []).append(len(sent))
    assert {path: counts for path, counts in seen.items() if counts[1] > counts[0]} == {}


def test_of_many_one_types_a_name(county, monkeypatch):
    """More places than a list holds: a field that searches, and only among what the reader may name."""
    for module in (choices, picked):
        monkeypatch.setattr(module, "FEW", 1)
    dongguan, factory = county.browser("dongguan"), county.browser("factory")
    assert "data-ref" in dongguan.get("/pairing/pairs/new").text
    page = dongguan.get("/pairing/needs/new").text
    assert f'value="{county.orgs["东关社区"]}"' in page and "西关社区" not in page       # one place: a list of one
    found = {kind: [one["text"] for one in browser.get(f"/look/pick/pairing-{kind}?q={typed}").json] for kind, browser, typed in (
        ("unit", dongguan, "小学"), ("own-unit", factory, ""), ("community", factory, "xgsq"), ("convener", dongguan, ""))}
    assert found == {"unit": ["实验小学"], "own-unit": ["永丰厂"], "community": ["西关社区"], "convener": ["东关社区"]}
    assert factory.get("/look/pick/pairing-unit?q=小学").json == [] == factory.get("/look/pick/pairing-pair?q=%25").json


def test_search_finds_units_needs_and_no_wildcards(county):
    county.pair()
    county.need(title="安装路灯")
    officer = county.browser("officer")
    assert "永丰厂" in officer.get("/search/?q=永丰").text and "安装路灯" in officer.get("/search/?q=路灯").text
    assert "安装路灯" not in officer.get("/search/?q=%25%25").text
    with county.world.app.test_request_context("/"), county.acting("school") as ctx:
        assert list(hooks.about.hits(ctx, "永丰", 10)) == list(hooks.about.hits(ctx, "路灯", 10)) == []
