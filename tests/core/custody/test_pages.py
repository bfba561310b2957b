"""The operators' and the admin's pages of custody, from the first archive to the certificate."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from core.accounts.models import User
from core.base import clock
from core.base.passwords import hash_password
from core.base.session import begin_write, session
from core.custody import shelf
from core.files import storage
from core.tenancy.lookup import by_address
from core.tenancy.models import READ_ONLY
from core.tenancy.platform import furnish_platform

PASSWORD = "juheli-demo-2026"


@pytest.fixture
def desk(world, tmp_path):
    """Two operators and an admin who have passwords."""
    storage.use_root(tmp_path / "files")
    with world.database.use():
        furnish_platform(operator_login="second", operator_name="Second")
        for slug in ("platform", "east"):
            with world.inside(slug):
                begin_write()
                for user in session().query(User):
                    user.password_hash = hash_password(PASSWORD)
                session().commit()
        yield world
    storage.use_root(None)


def text(answer):
    return answer.get_data(as_text=True)


def test_archive_restore_difference_take_place(desk):
    operator = desk.browser("platform", "operator")
    assert "East County" in text(operator.get("/custody/"))
    assert operator.post("/custody/east/archive").status_code == 303
    desk.run_jobs()
    name = next(shelf.folder().iterdir()).name
    page = text(operator.get("/custody/east/"))
    assert name in page and "完成" in page
    assert operator.post("/custody/east/restore", {"archive": name}).status_code == 303
    desk.run_jobs()
    copy = re.search(r"/custody/east/copies/([a-z0-9-]+)/", text(operator.get("/custody/east/"))).group(1)
    page = text(operator.get(f"/custody/east/copies/{copy}/"))
    assert "有差异的表" in page and "audit_entry" in page
    assert operator.post(f"/custody/east/copies/{copy}/compare").status_code == 303
    assert operator.get(f"/custody/west/copies/{copy}/").status_code == 404
    assert operator.post(f"/custody/east/copies/{copy}/take-place").status_code == 303
    assert by_address(slug=copy) is None
    assert operator.get(f"/custody/east/copies/{copy}/").status_code == 404


def test_what_is_wrong_is_said_on_the_page(desk):
    operator = desk.browser("platform", "operator")
    for name in ("../../etc/passwd", "east-20260101-000000.zip", ""):
        answer = operator.post("/custody/east/restore", {"archive": name})
        assert answer.status_code in (404, 422)
    shelf.folder().mkdir(parents=True)
    (shelf.folder() / "east-20260101-000000.zip").write_bytes(b"no zip")
    answer = operator.post("/custody/east/restore", {"archive": "east-20260101-000000.zip"})
    assert answer.status_code == 422 and "已损坏" in text(answer)
    answer = operator.post("/custody/east/read-only", {"reason": " "})
    assert answer.status_code == 422 and "此项必填" in text(answer)
    assert operator.get("/custody/nowhere/").status_code == 404
    assert operator.post("/custody/nowhere/archive").status_code == 404


def test_removal_by_two_operators(desk):
    first, second = desk.browser("platform", "operator"), desk.browser("platform", "second")
    assert "等 30 天" in text(first.get("/custody/removals/ask/east"))
    wrong = first.post("/custody/removals/ask/east", {"reason": "区划调整", "typed": "east", "password": "wrong"})
    assert wrong.status_code == 422 and "密码不对" in text(wrong)
    asked = first.post("/custody/removals/ask/east", {"reason": "区划调整", "typed": "east", "password": PASSWORD})
    page = asked.location.removeprefix("/platform")
    assert "须由另一位运营人员" in text(first.get(page))
    assert first.post(page + "confirm", {"password": PASSWORD}).status_code == 422
    assert desk.browser("east").post("/custody/", {"password": "x" * 12}).status_code == 422
    assert by_address(slug="east")[0].status == READ_ONLY
    assert second.post(page + "confirm", {"password": PASSWORD}).status_code == 303
    assert "等待期内" in text(second.get("/custody/"))
    assert first.get(page + "certificate").status_code == 404
    with clock.at(clock.now() + dt.timedelta(days=31)):
        desk.app.extensions["juheli.runner"].tick()
        desk.run_jobs()
    said = text(desk.browser("platform", "operator").get(page + "certificate"))
    assert "数据注销证明" in said and "people_org_unit" in said and "剩余 0 行" in said
    assert desk.app.test_client().get("/t/east/").status_code == 404


def test_withdrawing(desk):
    operator = desk.browser("platform", "operator")
    asked = operator.post("/custody/removals/ask/east", {"reason": "误操作", "typed": "east", "password": PASSWORD})
    page = asked.location.removeprefix("/platform")
    assert operator.post(page + "withdraw").status_code == 303 and "撤回" in text(operator.get(page))
    assert operator.post(page + "withdraw").status_code == 409
    assert desk.browser("east").get("/search/").status_code == 200


def test_the_admin_asks_for_the_own_archive(desk):
    admin = desk.browser("east")
    form = {"password": PASSWORD, "passphrase": "correct horse battery", "again": "correct horse battery"}
    short = admin.post("/custody/", {**form, "passphrase": "short", "again": "short"})
    assert short.status_code == 422 and "至少 12 个字符" in text(short) and 'value="short"' not in text(short)
    assert admin.post("/custody/", form).status_code == 303
    assert "正在排队" in text(admin.get("/custody/"))
    desk.run_jobs()
    link = re.search(r'href="/t/east(/files/\d+)"', text(admin.get("/custody/"))).group(1)
    assert admin.get(link).get_data()[:2] == b"PK"
    assert desk.browser("platform", "operator").get(link).status_code == 404


def test_pages_belong_to_their_side(desk):
    admin, operator = desk.browser("east"), desk.browser("platform", "operator")
    for path in ("/custody/east/", "/custody/removals/ask/east", "/custody/removals/1/"):
        assert admin.get(path).status_code == 404
    assert "数据包口令" not in text(operator.get("/custody/"))
    desk.add_user("east", "clerk", "people.person.read")
    assert desk.browser("east", "clerk").get("/custody/").status_code == 403
