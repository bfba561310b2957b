"""Certificates: made out with the hours, numbered, checked by anybody who then knows nothing else, taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from marshmallow import ValidationError
from sqlalchemy import select

from core.base import fonts
from core.base.session import session
from core.contracts.errors import Conflict
from core.people.models import Person
from core.people.services.persons import update_person
from core.settings.modules import save_settings
from plugins.training.models import Certificate
from plugins.training.pdf import lines
from plugins.training.schemas import Settings
from plugins.training.services.certificates import reissue, revoke

from .conftest import LATER
from .test_flow import ALL_CAME


def given(county):
    with county.acting("all"):
        return {one.person_name: (one.id, one.number, one.token, one.revoked_on)
                for one in session().scalars(select(Certificate).order_by(Certificate.id))}


@pytest.fixture
def session_id(county):
    return county.confirmed(county.course(certificate=True), {**ALL_CAME, "赵大海": "absent"}, org="城关街道")


def test_numbered_and_only_for_who_was_there(county, session_id):
    found = given(county)
    assert [one[1] for one in found.values()] == ["202600001", "202600002"] and "赵大海" not in found
    assert all(len(one[2]) == 24 for one in found.values())


def test_the_paper(county, session_id):
    found = given(county)["李秀兰"]
    for login, status in (("officer", 200), ("member", 200), ("home", 404), ("there", 404), ("reader", 404)):
        assert county.browser(login).get(f"/training/certificates/{found[0]}/pdf").status_code == status, login
    paper = county.browser("officer").get(f"/training/certificates/{found[0]}/pdf")
    assert paper.mimetype == "application/pdf" and paper.data.startswith(b"%PDF-") and len(paper.data) < 200_000
    assert b"/FontFile" in paper.data and "202600002.pdf" in paper.headers["Content-Disposition"]


@pytest.mark.parametrize(("text", "width", "said"), [
    ("参加“书记班”学习，结业", 6, ["参加“书记班”", "学习，结业"]),
    ("甲乙丙丁戊己，庚", 6, ["甲乙丙丁戊己，", "庚"]),
    ("甲乙丙丁戊“己", 6, ["甲乙丙丁戊", "“己"]),
    ("甲乙2026年", 4, ["甲乙", "2026", "年"]), ("", 4, [""]), ("a" * 9, 4, ["a" * 9])])
def test_lines_are_broken_as_chinese_is_set(text, width, said):
    assert lines(text, width, len) == said


def test_anybody_learns_whether_it_is_valid_and_nothing_else(county, session_id):
    visitor = county.world.browser("east", None)
    found = given(county)["李秀兰"]
    page = visitor.get(f"/training/verify/{found[2]}")
    said = page.get_data(as_text=True)
    assert page.status_code == 200 and "有效" in said
    for secret in ("李秀兰", "党务实务", found[1], "东关", "城关", "2026-12", str(found[0])):
        assert secret not in said, secret
    assert visitor.get("/training/verify/" + "x" * 24).status_code == 404
    assert county.world.browser("west", None).get(f"/training/verify/{found[2]}").status_code == 404
    assert visitor.get(f"/training/certificates/{found[0]}").status_code == 303


def test_revoked_and_not_again(county, session_id):
    found = given(county)["李秀兰"]
    path = f"/training/certificates/{found[0]}"
    officer = county.browser("officer")
    assert county.browser("community").get(path).status_code == 200
    assert county.browser("community").post(path + "/revoke", {"reason": "x"}).status_code == 403
    assert officer.post(path + "/revoke", {"reason": ""}).status_code == 422
    assert officer.post(path + "/revoke", {"reason": "电话13812345678"}).status_code == 422
    assert officer.post(path + "/revoke", {"reason": "姓名有误"}).status_code == 303
    assert officer.post(path + "/revoke", {"reason": "姓名有误"}).status_code == 409
    answer = county.world.browser("east", None).get(f"/training/verify/{found[2]}")
    said = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "已撤销" in said and "姓名有误" not in said


def test_a_correction_takes_it_back_and_keeps_the_other_number(county, session_id):
    with county.on(LATER):
        officer = county.browser("officer")
        county.step(session_id, "reopen", day=LATER, reason="错签")
        page = officer.get(f"/training/sessions/{session_id}/attendance").get_data(as_text=True)
        seats = {name: page.split(f"<b>{name}</b>")[0].rsplit('id="seat-', 1)[1].split('"')[0] for name in ALL_CAME}
        assert officer.post(f"/training/sessions/{session_id}/attendance", {f"a-{seats['李秀兰']}": "absent"}).status_code == 303
    county.step(session_id, "submit", day=LATER)
    county.step(session_id, "confirm", login="second", day=LATER)
    found = given(county)
    assert found["李秀兰"][3] and not found["王小明"][3] and found["王小明"][1] == "202600001"


def test_made_out_anew_under_a_new_number(county, session_id):
    """Taken back for a wrong name: the new paper has the name of today and a number of its own, the old one stays revoked."""
    found = given(county)["李秀兰"]
    path, officer = f"/training/certificates/{found[0]}", county.browser("officer")
    assert officer.post(path + "/reissue").location.endswith(path), "the old one still holds"
    assert officer.post(path + "/revoke", {"reason": "姓名有误"}).status_code == 303
    with county.acting("all") as ctx:
        person = ctx.get(Person, county.people["李秀兰"])
        update_person(ctx, person.id, version=person.version, name="李秀蓝")
    assert county.browser("home").post(path + "/reissue").status_code == 403
    made = officer.post(path + "/reissue")
    assert "李秀蓝" in officer.get(made.location.removeprefix("/t/east")).get_data(as_text=True)
    assert officer.post(path + "/reissue").location.endswith(path), "one valid certificate is enough"
    assert given(county)["李秀蓝"][1] == "202600003" and given(county)["李秀兰"][3]
    visitor = county.world.browser("east", None)
    assert "已撤销" in visitor.get(f"/training/verify/{found[2]}").get_data(as_text=True)
    assert visitor.get(f"/training/verify/{given(county)['李秀蓝'][2]}").status_code == 200


def test_nobody_gets_one_anew_without_the_hours(county, session_id):
    found = given(county)["李秀兰"]
    with county.acting("officer") as ctx:
        revoke(ctx, found[0], reason="核对")
    county.step(session_id, "reopen", day=LATER, reason="核对")
    with county.acting("officer") as ctx, pytest.raises(Conflict, match="还没有确认"):
        reissue(ctx, found[0])


@pytest.mark.parametrize("prefix", ["2026", "L%", "证", "A" * 9])
def test_a_prefix_is_made_of_letters(county, prefix):
    """Digits before the year would make two numbers alike."""
    with pytest.raises(ValidationError):
        Settings().load({"certificate_prefix": prefix})


def test_numbers_run_on_per_prefix(county, session_id):
    with county.acting("all") as ctx:
        save_settings(ctx, "training", values={**Settings().load({}), "certificate_prefix": "LS"})
    county.confirmed(county.course("第二门", certificate=True), ALL_CAME, begins=dt.time(7), ends=dt.time(9))
    with county.acting("all"):
        assert sorted(session().scalars(select(Certificate.number))) == ["202600001", "202600002", "LS202600001", "LS202600002"]


def test_without_a_font_it_says_what_to_do(county, session_id, monkeypatch):
    monkeypatch.setenv("JUHELI_FONT", "/no/such/font.ttf")
    fonts.chinese_font.cache_clear()
    try:
        officer = county.browser("officer")
        assert officer.get(f"/training/certificates/{given(county)['李秀兰'][0]}/pdf").status_code == 303
        assert "没有中文字体" in officer.get("/training/").get_data(as_text=True)
    finally:
        monkeypatch.undo()
        fonts.chinese_font.cache_clear()
