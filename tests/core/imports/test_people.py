"""The ugly roster through people's own kinds: organisations first, then members, then everything back."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlalchemy import select

from core.base.session import session
from core.webhooks import services
from core.webhooks.models import Delivery
from tests.core.imports.desk import Desk
from tests.core.imports.make_workbooks import BAD_ROWS, BRANCHES
from tests.core.imports.test_wizard import GOOD_ROWS, UGLY, people

RIGHTS = ("people.person.create", "people.person.update", "people.org.manage", "people.org.read", "people.person.read")


@pytest.fixture
def office(world):
    world.add_user("east", "secretary", *RIGHTS)
    return Desk(world, world.browser("east", "secretary"))


def bring(desk, data: bytes, kind: str, name: str = "表.xlsx") -> str:
    address = desk.address(desk.upload(data, name, kind))
    assert desk.do(address, "columns").status_code == 303
    return address


def organisations() -> bytes:
    lines = ["组织名称（公章全称）,简称,组织类别,上级组织", "中共临沭县委,县委,党委,"]
    return "\n".join([*lines, *(f"{full},{short},党支部,县委" for full, short in BRANCHES)]).encode("gbk")


@pytest.fixture
def told(world):
    """Kinds of the events that a webhook for everything an import may do has been given."""
    def kinds() -> list[str]:
        with world.inside("east"):
            return list(session().scalars(select(Delivery.kind).order_by(Delivery.at, Delivery.id)))

    with world.inside("east") as ctx:
        hook, _secret = services.create_hook(ctx, name="sync", url="https://example.cn/", kinds=[
            "people.org.founded", "people.org.changed", "people.person.registered", "people.person.changed",
            "people.person.gone", "imports.batch.done", "imports.batch.undone"])
        services.pause_hook(ctx, hook.id)
    return kinds


def test_organisations_then_members(office, told):
    units = bring(office, organisations(), "people.org_units", "组织.csv")
    assert "共 4 行，全部可以导入" in office.text(units)
    office.do(units, "commit", mode="all")
    roster = bring(office, UGLY, "people.roster")
    assert f"{GOOD_ROWS} 行可以导入，{BAD_ROWS} 行有误" in office.text(roster)
    assert told() == ["imports.batch.done"], "a sheet is told once, and its dry run not at all"
    office.do(roster, "commit", mode="good")
    assert people(office.world) == GOOD_ROWS - 1
    again = bring(office, UGLY, "people.roster")
    assert "新增 <span class=\"g-num\">0" in office.text(again)
    office.do(roster, "undo")
    assert "已撤销这次导入。" in office.text(roster) and people(office.world) == 0
    office.do(units, "undo")
    assert "已撤销这次导入。" in office.text(units)
    assert told() == ["imports.batch.done"] * 2 + ["imports.batch.undone"] * 2


@pytest.mark.parametrize("kind", ["people.roster", "people.org_units"])
def test_templates_are_understood(office, kind):
    template = office.browser.get(f"/imports/template/{kind}").data
    page = office.text(office.address(office.upload(template, kind=kind)))
    assert "已认出" in page and "没认出" not in page and "g-tag warn" not in page


def test_the_template_offers_the_words_that_are_known(office):
    book = openpyxl.load_workbook(io.BytesIO(office.browser.get("/imports/template/people.roster").data))
    rules = [rule.formula1 for rule in book.worksheets[0].data_validations.dataValidation]
    assert '"男,女"' in rules and any("正式党员,预备党员" in rule for rule in rules) and len(rules) >= 4


@pytest.mark.parametrize(("writes", "reads"), [("en", "zh"), ("zh", "en"), ("en", "en")])
def test_a_sheet_is_understood_in_the_other_language(office, writes, reads):
    client = office.browser.client
    client.set_cookie("lang", writes)
    template = office.browser.get("/imports/template/people.org_units").data
    client.set_cookie("lang", reads)
    address = office.address(office.upload(template, kind="people.org_units"))
    page = office.text(address)
    assert ("Not recognised" if reads == "en" else "没认出") not in page
    assert office.browser.post(address + "/columns").status_code == 303
