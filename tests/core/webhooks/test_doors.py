"""Pages and operations: who may, what is refused, what is shown once, what is posted twice."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base.session import session
from core.testing.world import Program
from core.webhooks import services
from core.webhooks.models import Webhook
from core.webhooks.sending import MANAGE

from .conftest import KIND, Desk

SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
ONCE = re.compile(r'name="once_key" value="([^"]+)"')


@pytest.fixture
def program(desk: Desk) -> Program:
    return desk.world.program("east", MANAGE)


def hooks(desk: Desk, slug: str = "east") -> list[Webhook]:
    with desk.world.inside(slug):
        return list(session().scalars(select(Webhook).order_by(Webhook.id)))


# -- pages
def test_a_webhook_is_made_in_the_pages_and_its_secret_is_shown_once(desk):
    admin = desk.world.browser("east")
    form = {"name": "县大数据局", "url": desk.receiver.url, "kinds": [KIND, "liaison.mobile_record.moved"],
            "once_key": ONCE.search(admin.get("/webhooks/new").get_data(as_text=True))[1]}
    made = admin.post("/webhooks/new", form)
    secret = SECRET.search(made.get_data(as_text=True))[0]
    assert made.headers["Cache-Control"] == "no-store"
    again = admin.post("/webhooks/new", form)
    assert again.status_code == 303 and len(hooks(desk)) == 2, "posted twice, made once"
    hook = hooks(desk)[-1]
    for page in ("/webhooks/", f"/webhooks/{hook.id}", f"/webhooks/{hook.id}/edit"):
        text = admin.get(page).get_data(as_text=True)
        assert "县大数据局" in text and secret not in text
    with desk.world.inside("east"):
        told = [str(entry.detail) for entry in session().scalars(select(AuditEntry))]
    assert not [text for text in told if secret[6:] in text or desk.receiver.url in text]


BAD = [
    ({"url": "http://example.cn/"}, "必须以 https"), ({"url": "https://10.0.0.1/"}, "内部网络"), ({"url": ""}, "此项必填"),
    ({"kinds": []}, "此项必填"), ({"kinds": ["people.person.read"]}, "不在可选范围内"), ({"name": ""}, "此项必填"),
    ({"name": "x" * 61}, "最多 60 个字"), ({"url": "https://example.cn/" + "x" * 600}, "最多 500 个字")]


def test_bad_input_is_answered_with_a_sentence(desk):
    admin = desk.world.browser("east")
    for changes, sentence in BAD:
        answer = admin.post("/webhooks/new", {"name": "x", "url": "https://example.cn/", "kinds": [KIND], **changes})
        assert answer.status_code == 422 and sentence in answer.get_data(as_text=True), changes
    assert len(hooks(desk)) == 1


def test_the_log_shows_what_became_of_it_and_sends_again(desk):
    admin, here = desk.world.browser("east"), f"/webhooks/{desk.hook_id}"
    desk.receiver.status, desk.receiver.body = 400, "张三的电话是 13800138000".encode()
    desk.tell(77)
    desk.world.run_jobs()
    [row] = desk.rows()
    text = admin.get(here).get_data(as_text=True)
    assert "对方没有接收（应答复 200 到 299）：400" in text and "新增了组织" in text
    detail = admin.get(f"{here}/deliveries/{row.id}").get_data(as_text=True)
    assert f"msg_{row.id}" in detail and "77" in detail and "13800138000" not in text + detail
    again = f"/deliveries/{row.id}/replay"
    for path, data, sentence in (("/ping", {}, "测试已发出"), ("/pause", {}, "已暂停"), ("/pause", {}, "已经暂停"),
                                 (again, {}, "请先恢复"), ("/resume", {}, "已恢复"), (again, {}, "正在等待"),
                                 ("/replay", {"since": "2026-01-31"}, "排队 0 条"), ("/replay", {"since": "soon"}, "时间应如")):
        assert admin.post(here + path, data).status_code == 303
        assert sentence in admin.get(here).get_data(as_text=True), path
    assert SECRET.search(admin.post(here + "/secret").get_data(as_text=True))
    assert "旧密钥并用至" in admin.get(here).get_data(as_text=True)
    assert admin.post(here + "/remove").status_code == 303 and admin.get(here).status_code == 404 and desk.rows() == []


def test_a_form_opened_before_somebody_else_saved_is_refused(desk):
    admin, path = desk.world.browser("east"), f"/webhooks/{desk.hook_id}/edit"
    assert 'name="version" value="1"' in admin.get(path).get_data(as_text=True)
    desk.act(services.update_hook, name="faster")
    answer = admin.post(path, {"name": "slower", "url": desk.receiver.url, "kinds": [KIND], "version": "1"})
    assert answer.status_code == 409 and hooks(desk)[0].name == "faster"


def test_only_who_holds_the_right_for_the_whole_tenant_gets_in(desk):
    world = desk.world
    world.add_user("east", "clerk", "people.person.read")
    world.add_user("east", "local", MANAGE, path="0001")
    for login in ("clerk", "local"):
        browser = world.browser("east", login)
        assert browser.get("/webhooks/").status_code == browser.get(f"/webhooks/{desk.hook_id}").status_code == 403
        assert browser.get("/webhooks/new").status_code == 403 and "/webhooks/" not in browser.get("/").get_data(as_text=True)
        for act in ("ping", "pause", "resume", "secret", "remove", "replay"):
            assert browser.post(f"/webhooks/{desk.hook_id}/{act}", {"since": "2026-01-31"}).status_code == 403
    assert world.program("east", MANAGE, path="0001").get("/webhooks").status_code == 403
    assert len(hooks(desk)) == 1


def test_another_tenant_sees_nothing_of_it(desk):
    west, program = desk.world.browser("west"), desk.world.program("west", MANAGE)
    desk.tell(1)
    [row] = desk.rows()
    there, _secret = desk.make("west")
    for hook_id in (desk.hook_id, there):
        assert west.get(f"/webhooks/{hook_id}/deliveries/{row.id}").status_code == 404
        assert west.post(f"/webhooks/{hook_id}/deliveries/{row.id}/replay").status_code == 404
    assert west.post(f"/webhooks/{desk.hook_id}/ping").status_code == 404
    assert [hook["id"] for hook in program.get("/webhooks").json["items"]] == [there]
    assert program.get(f"/webhooks/{desk.hook_id}").status_code == 404


# -- operations
def test_a_program_makes_changes_and_removes_a_webhook(desk, program):
    made = program.ask("POST", "/webhooks", json={"name": "office", "url": "https://例子.中国/in", "kinds": [KIND, KIND]})
    assert made.status_code == 201 and SECRET.fullmatch(made.json["secret"]) and made.json["kinds"] == [KIND]
    path = f"/webhooks/{made.json['id']}"
    read = program.get(path)
    assert read.json["url"] == "https://xn--fsqu00a.xn--fiqs8s/in" and "secret" not in read.json
    assert read.headers["ETag"] == made.headers["ETag"]
    assert program.ask("PATCH", path, json={"name": "x"}).status_code == 428
    etag = {"If-Match": read.headers["ETag"]}
    changed = program.ask("PATCH", path, json={"name": "office 2", "state": "paused"}, headers=etag)
    assert (changed.json["name"], changed.json["state"]) == ("office 2", "paused")
    assert program.ask("PATCH", path, json={"name": "x"}, headers=etag).status_code == 412
    assert program.ask("DELETE", path, headers=etag).status_code == 412
    etag = {"If-Match": changed.headers["ETag"]}
    assert program.ask("PATCH", path, json={"state": "active"}, headers=etag).json["state"] == "active"
    assert SECRET.fullmatch(program.ask("POST", path + "/secret", headers={"If-Match": "*"}).json["secret"])
    assert program.ask("DELETE", path, headers={"If-Match": "*"}).json == {"id": made.json["id"]}
    assert program.get(path).status_code == 404


def test_what_deliveries_note_is_read_though_the_version_stays(desk, program):
    path = f"/webhooks/{desk.hook_id}"
    have = {"If-None-Match": program.get(path).headers["ETag"]}
    desk.receiver.status = 400
    desk.tell(1)
    desk.world.run_jobs()
    assert program.ask("GET", path, headers=have).json["failures"] == 1
    assert "ETag" not in program.get(f"{path}/deliveries/{desk.rows()[0].id}").headers


def test_the_audit_tells_that_the_target_was_changed_and_not_to_which_address(desk):
    desk.act(services.update_hook, url="https://example.cn/new?key=1")
    desk.act(services.update_hook, name="other")
    with desk.world.inside("east"):
        entries = select(AuditEntry).where(AuditEntry.action == "webhooks.hook.update").order_by(AuditEntry.seq)
        rows = session().scalars(entries).all()
    first, second = (str(row.detail) for row in rows)
    assert "'fields': ['url']" in first and "'target': ['" in first and "key=1" not in first
    assert "'fields': ['name']" in second and "target" not in second


def test_a_secret_is_not_kept_for_the_second_answer(desk, program):
    wish = {"json": {"name": "once", "url": "https://example.cn/", "kinds": [KIND]}, "headers": {"Idempotency-Key": "k1"}}
    first, second = program.ask("POST", "/webhooks", **wish), program.ask("POST", "/webhooks", **wish)
    assert (first.status_code, second.status_code) == (201, 409) and "密钥" in second.json["detail"]
    assert len(hooks(desk)) == 2


def test_a_program_is_told_what_is_wrong(desk, program):
    for changes, pointer in (({"url": "https://10.0.0.1/"}, "#/url"), ({"kinds": ["nothing.of.this"]}, "#/kinds"),
                             ({"kinds": []}, "#/kinds"), ({"secret": "mine"}, "#/secret")):
        refused = program.ask("POST", "/webhooks", json={"name": "x", "url": "https://example.cn/", "kinds": [KIND], **changes})
        assert refused.status_code == 422 and refused.json["errors"][0]["pointer"].startswith(pointer), changes


def test_a_program_reads_the_log_page_by_page_and_sends_again(desk, program):
    desk.tell(1, 2, 3)
    desk.world.run_jobs()
    path = f"/webhooks/{desk.hook_id}"
    first = program.get(path + "/deliveries?limit=2").json
    rest = program.get(f"{path}/deliveries?limit=2&cursor={first['next']}").json
    assert [row["data"]["org_id"] for row in first["items"] + rest["items"]] == [3, 2, 1] and rest["next"] is None
    assert program.get(path + "/deliveries?state=failed").json["items"] == []
    one = first["items"][0]
    again = program.ask("POST", f"{path}/deliveries/{one['id']}/replay")
    assert again.status_code == 202 and again.json["state"] == "waiting" and again.json["message_id"] == one["message_id"]
    assert program.ask("POST", f"{path}/deliveries/{one['id']}/replay").status_code == 409
    assert program.ask("POST", path + "/replay", json={"since": "2026-01-31"}).json == {"deliveries": 0}
    pinged = program.ask("POST", path + "/ping").json
    desk.world.run_jobs()
    assert program.get(f"{path}/deliveries/{pinged['id']}").json["status"] == 204


def test_the_kinds_on_offer_are_those_of_the_modules_that_are_on(desk, program):
    found = {kind["name"]: kind for kind in program.get("/webhooks/kinds", headers={"Accept-Language": "en"}).json["items"]}
    assert found["people.org.founded"]["title"] == "An organisation was added"
    assert "active" in found["liaison.mobile_record.moved"]["data"]["properties"]["to_state"]["enum"]
    desk.world.open_tenant("bare", plugins=())
    bare = desk.world.program("bare", MANAGE).get("/webhooks/kinds").json["items"]
    assert {kind["name"].split(".")[0] for kind in bare}.isdisjoint(desk.world.plugins.optional)


def test_there_are_only_so_many(desk):
    for number in range(9):
        desk.make(name=str(number))
    answer = desk.world.browser("east").post("/webhooks/new", {"name": "x", "url": "https://example.cn/", "kinds": [KIND]})
    assert answer.status_code == 422 and "最多 10 个事件推送" in answer.get_data(as_text=True)
