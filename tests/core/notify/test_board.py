"""The notice board: nothing with personal numbers on it goes up, and only where it belongs."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from core.base import clock
from core.notify import services
from core.notify.models import Bulletin
from core.notify.names import names_in, with_names_masked
from core.notify.workflows import bulletin as workflow
from core.work.clockwork import make_timed_steps

from .conftest import A, B

TODAY = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()


def draft(place, **more):
    """Posts the form as the writer; returns the answer."""
    form = {"title": "公示", "org_id": place.ids[A], "starts_on": TODAY, "ends_on": TODAY + dt.timedelta(days=7), "body": "正文"}
    return place.browser("writer").post("/notify/manage/new", {k: str(v) for k, v in {**form, **more}.items() if v is not None})


def drafted(place, **more):
    answer = draft(place, **more)
    assert answer.status_code == 303, answer.get_data(as_text=True)[2000:9000]
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def publish(place, number, login="boss", **more):
    return place.browser(login).post(f"/work/step/notify.bulletin/{number}/publish", more)


def page(place, login, path):
    answer = place.browser(login).get(path)
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def test_a_bulletin_hangs_where_it_belongs_for_as_long_as_it_says(place):
    number = drafted(place, title="换届公示", body="第一行\n第二行", objection_until=TODAY + dt.timedelta(days=3))
    assert "换届公示" not in page(place, "reader", "/notify/board")
    assert publish(place, number).status_code == 303
    for login, seen in (("reader", True), ("writer", True), ("admin", True), ("other", False)):
        assert ("换届公示" in page(place, login, "/notify/board")) is seen, login
        assert place.browser(login).get(f"/notify/board/{number}").status_code == (200 if seen else 404)
    assert "异议截止：换届公示" in page(place, "reader", f"/work/calendar?month={TODAY + dt.timedelta(days=3):%Y-%m}")
    assert page(place, "reader", f"/notify/board/{number}").count("第二行") == 1
    with clock.at(dt.datetime.now(dt.UTC) + dt.timedelta(days=8)), place.world.acting("east", "reader") as ctx:
        assert services.board(ctx) == []


@pytest.mark.parametrize(("field", "value", "said"), [
    ("body", "第一行\n电话13812345678", "正文第 2 行有疑似手机号（138****5678）"),
    ("title", "李四 11010519491231002X", "标题第 1 行有疑似身份证号"),
    ("body", "卡号 4111 1111 1111 1111", "疑似银行卡号"),
    ("objection_to", "王主任 139 0000 0000", "异议受理第 1 行有疑似手机号"),
])  # fmt: skip
def test_personal_numbers_keep_a_bulletin_off_the_board(place, field, value, said):
    number = drafted(place, **{field: value})
    seen = page(place, "writer", f"/notify/manage/{number}")
    assert said in seen and "还不能发布" in seen and value.split("\n")[-1] not in seen
    refused = publish(place, number)
    assert refused.status_code == 422 and said in refused.get_data(as_text=True)
    assert place.browser("reader").get(f"/notify/board/{number}").status_code == 404


def test_registered_names_are_masked_as_published(place):
    number = drafted(place, title="表彰王小明", body="王小明同志、张大山同志", mask_names="1")
    seen = page(place, "writer", f"/notify/manage/{number}")
    assert "1 个登记在册的姓名会打码显示" in seen and "表彰王**" in seen
    publish(place, number)
    posted = page(place, "reader", f"/notify/board/{number}")
    assert "王**同志、张大山同志" in posted and "王小明" not in posted
    open_number = drafted(place, title="名单", body="王小明", mask_names="")
    publish(place, open_number)
    assert "王小明" in page(place, "reader", f"/notify/board/{open_number}")


def test_names_are_found_wherever_they_stand(place):
    with place.world.inside("east"):
        assert names_in("请王小明同志到场，王小与明日") == ["王小明"]
        assert with_names_masked("王小明王小明", ["王小明"]) == "王**王**"


def test_only_writers_write_and_only_publishers_publish(place):
    number = drafted(place)
    assert place.browser("reader").get("/notify/manage").status_code == 403
    assert place.browser("reader").post("/notify/manage/new", {}).status_code == 403
    assert publish(place, number, "writer").status_code == 403
    assert publish(place, number, "reader").status_code == 404
    assert place.browser("other").get(f"/work/history/notify.bulletin/{number}").status_code == 404
    answer = draft(place, org_id=place.ids[B])
    assert answer.status_code == 422 and "您可以起草公告的组织" in answer.get_data(as_text=True)


def test_a_published_text_stands(place):
    number = drafted(place)
    writer = place.browser("writer")
    form = {"title": "改过的", "org_id": place.ids[A], "starts_on": TODAY, "ends_on": TODAY, "body": "正文", "version": 1}
    assert writer.post(f"/notify/manage/{number}/edit", form).status_code == 303
    assert writer.post(f"/notify/manage/{number}/edit", form).status_code == 409
    publish(place, number)
    assert "改过的" in page(place, "reader", "/notify/board")
    assert writer.post(f"/notify/manage/{number}/edit", {**form, "version": ""}).status_code == 409
    boss = place.browser("boss")
    assert boss.post(f"/work/step/notify.bulletin/{number}/withdraw", {"reason": ""}).status_code == 422
    assert boss.post(f"/work/step/notify.bulletin/{number}/withdraw", {"reason": "写错了"}).status_code == 303
    assert place.browser("reader").get(f"/notify/board/{number}").status_code == 404
    assert "写错了" in page(place, "boss", f"/notify/manage/{number}")


@pytest.mark.parametrize("bad", [
    {"title": ""}, {"title": "一"}, {"title": "长" * 121}, {"body": " "}, {"org_id": "x"}, {"org_id": "999"},
    {"starts_on": "2026-02-30"}, {"ends_on": TODAY - dt.timedelta(days=1)}, {"ends_on": TODAY + dt.timedelta(days=181)},
    {"objection_until": TODAY + dt.timedelta(days=30)},
])  # fmt: skip
def test_bad_input_is_told_beside_the_field(place, bad):
    answer = draft(place, **bad)
    assert answer.status_code == 422 and "is-invalid" in answer.get_data(as_text=True)


def test_time_takes_a_bulletin_down(place):
    number = drafted(place, starts_on=TODAY - dt.timedelta(days=9), ends_on=TODAY)
    publish(place, number)
    with place.world.inside("east") as ctx:
        with clock.at(dt.datetime.combine(TODAY + dt.timedelta(days=1), dt.time(12), dt.UTC)):
            assert make_timed_steps(ctx, workflow, workflow.step("end")) == 1
        assert ctx.get(Bulletin, number).state == "ended"
