"""The inbox through the browser: what is shown, pressed, refused; and the same pages for strangers."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy import select

from core.accounts.models import User
from core.base import clock
from core.base.session import session
from core.work import drafts, jobs
from core.work.models import Delegation, Draft

from .casework.models import Case
from .conftest import A, B
from .handling import items, move, register


def made(site, step=None, login="ann", **more):
    """A case registered by Ann, sent to B when `step` says so; (record id, id of its open item)."""
    with site.acting("east", login) as ctx:
        record = register(ctx, **{"org_path": A, "taker_path": B, **more})
        if step:
            move(ctx, record.id, step)
        return record.id, items(record.id)[0].id


def text(response):
    assert response.status_code == 200, response.get_data(as_text=True)[-2000:]
    return re.sub(r"\s+", " ", response.get_data(as_text=True))


def state_of(site, record_id):
    with site.inside("east") as ctx:
        return ctx.get(Case, record_id).state


def test_the_inbox_shows_what_waits_for_me_and_nothing_else(east):
    made(east, "send", name="星辰案")
    assert "星辰案" in text(east.browser("east", "bob").get("/work/inbox"))
    assert "星辰案" not in text(east.browser("east", "out").get("/work/inbox"))
    mine = east.browser("east", "ann")
    assert "星辰案" not in text(mine.get("/work/inbox"))
    assert "星辰案" in text(mine.get("/work/inbox?tab=started"))
    assert "都办完了" in text(mine.get("/work/"))
    assert east.browser("east", None).get("/work/inbox").status_code == 303


def test_any_address_of_the_inbox_is_a_page(east):
    made(east, "send")
    bob = east.browser("east", "bob")
    for query in ("tab=x&due=1&source=%27&page=99999999999", "page=0&size=7", "text=%00%25_", "org_path=0002&due=soon",
                  "declared=casework.case&source=casework", "text=" + "党" * 300):
        assert bob.get("/work/inbox?" + query).status_code == 200


def test_an_item_opens_with_its_rule_and_steps_and_only_for_me(east):
    record, item = made(east, "send", name="星辰案")
    page = text(east.browser("east", "bob").get(f"/work/items/{item}"))
    assert "测试规定第一条" in page and "/work/step/casework.case/" in page and "registered → sent" not in page
    assert "安娜" in page
    for login in ("ann", "out"):
        assert east.browser("east", login).get(f"/work/items/{item}").status_code == 404


def test_a_step_with_a_form_is_filled_in_checked_and_made(east):
    record, item = made(east, "send")
    bob, url = east.browser("east", "bob"), None
    url = f"/work/step/casework.case/{record}/take"
    assert 'name="contact"' in text(bob.get(url))
    refused = bob.post(url, {"contact": ""})
    assert refused.status_code == 422 and "此项必填" in refused.get_data(as_text=True)
    answer = bob.post(url, {"contact": "李四", "touched_on": "2026-1-5", "next": "/t/east/work/inbox"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/t/east/work/inbox")
    assert state_of(east, record) == "taken"
    page = text(bob.get(f"/work/history/casework.case/{record}"))
    assert "鲍勃（test bob）：take" in page and "contact：李四" in page


def test_a_plain_step_is_one_press_and_a_stale_one_is_told(east):
    record, _item = made(east)
    ann, url = east.browser("east", "ann"), f"/work/step/casework.case/{record}/send"
    assert 'data-verb="send"' in text(ann.get(f"/work/history/casework.case/{record}"))
    assert ann.post(url, {"version": "1"}).status_code == 303
    again = ann.post(url, {"version": "1"})
    assert again.status_code == 409
    assert state_of(east, record) == "sent"


def test_a_reason_and_warnings_are_asked_for(east):
    record, _item = made(east, "send", name="odd")
    bob = east.browser("east", "bob")
    url = f"/work/step/casework.case/{record}/refuse"
    assert bob.post(url, {"reason": " "}).status_code == 422
    assert bob.post(url, {"reason": "找不到人"}).status_code == 303
    assert "找不到人" in text(east.browser("east", "ann").get(f"/work/history/casework.case/{record}"))
    odd, _item = made(east, name="odd", state="reported")
    ann, url = east.browser("east", "ann"), f"/work/step/casework.case/{odd}/approve"
    warned = ann.post(url)
    assert warned.status_code == 422 and "it is odd" in warned.get_data(as_text=True)
    assert 'name="accept"' in warned.get_data(as_text=True)
    assert ann.post(url, {"accept": "1"}).status_code == 303


def test_strangers_and_foreign_steps_are_not_found(east):
    record, item = made(east, "send")
    out, bob = east.browser("east", "out"), east.browser("east", "bob")
    assert out.get(f"/work/step/casework.case/{record}/take").status_code == 404
    assert out.post(f"/work/step/casework.case/{record}/take", {"contact": "x"}).status_code == 404
    for path in (f"/work/step/casework.case/{record}/fade", f"/work/step/casework.case/{record}/fly", "/work/step/x.y/1/z",
                 f"/work/history/casework.case/{2**70}", "/work/history/casework.case/1", f"/work/items/{2**80}"):
        assert bob.get(path).status_code == 404, path
    bob.get("/work/inbox")
    assert bob.post(f"/work/step/casework.case/{record}/fade").status_code == 404
    assert state_of(east, record) == "sent"


def test_many_at_once_leave_out_what_needs_a_form(east):
    (plain, one), (form, two) = made(east), made(east, "send")
    ann = east.browser("east", "ann")
    page = text(ann.get("/work/inbox"))
    assert f'value="{one}"' in page and f'value="{two}"' not in page
    assert ann.post("/work/inbox/confirm", {"item": [str(one), str(two), "x", "9" * 30]}).status_code == 303
    page = text(ann.get("/work/inbox"))
    assert "已办理 1 项" in page and "没有办成" in page
    assert (state_of(east, plain), state_of(east, form)) == ("sent", "sent")


def test_handing_over_taking_up_and_taking_back(east):
    _record, item = made(east, "send", name="星辰案")
    bob, bea = east.browser("east", "bob"), east.browser("east", "bea")
    page = text(bob.get(f"/work/items/{item}/hand"))
    assert "贝雅" in page and "安娜" not in page
    with east.inside("east"):
        people = {u.login_name: u.id for u in session().scalars(select(User))}
    for bad in ({"user_id": people["ann"], "reason": "x"}, {"user_id": people["bea"], "reason": ""}):
        assert bob.post(f"/work/items/{item}/hand", bad).status_code == 422
    assert bob.post(f"/work/items/{item}/hand", {"user_id": people["bea"], "reason": "请假"}).status_code == 303
    assert "星辰案" in text(bea.get("/work/inbox"))
    assert "我转交给同事的" not in text(bob.get("/work/inbox")) and "我转交给同事的" in text(bob.get("/work/inbox?tab=started"))
    told = text(bob.get(f"/work/items/{item}"))
    assert "现在由贝雅办理" in told and 'name="version"' not in told
    assert bob.post(f"/work/items/{item}/back").status_code == 303
    assert bob.get(f"/work/items/{item}").status_code == 200
    assert bea.post(f"/work/items/{item}/take").status_code == 303
    assert bob.post(f"/work/items/{item}/back").status_code == 404
    assert "现在由贝雅办理" in text(bob.get(f"/work/items/{item}"))
    assert east.browser("east", "out").get(f"/work/items/{item}").status_code == 404


def test_a_notice_of_what_a_colleague_settled_leads_to_a_page_that_says_so(east):
    record, item = made(east, "send", name="星辰案")
    with east.acting("east", "bea") as ctx:
        move(ctx, record, "refuse", reason="不属本辖区")
    told = text(east.browser("east", "bob").get(f"/work/items/{item}"))
    assert "已经办结" in told and "贝雅" in told and "星辰案" in told and 'name="version"' not in told
    for login in ("ann", "out"):
        assert east.browser("east", login).get(f"/work/items/{item}").status_code == 404


def test_a_deputy_sees_what_is_assigned_and_needs_rights_of_his_own(east):
    _record, item = made(east, "send", name="星辰案")
    bob, bea = east.browser("east", "bob"), east.browser("east", "bea")
    bob.post(f"/work/items/{item}/take")
    assert "星辰案" not in text(bea.get("/work/inbox"))
    with east.inside("east") as ctx:
        ids = {u.login_name: u.id for u in session().scalars(select(User))}
        today, soon = ctx.today().isoformat(), (ctx.today() + dt.timedelta(days=5)).isoformat()
    assert bob.post("/work/deputies", {"deputy_id": ids["bea"], "starts_on": soon, "ends_on": today}).status_code == 422
    assert bob.post("/work/deputies", {"deputy_id": ids["bob"], "starts_on": today, "ends_on": soon}).status_code == 422
    assert bob.post("/work/deputies", {"deputy_id": ids["bea"], "starts_on": today, "ends_on": soon}).status_code == 303
    assert bob.post("/work/deputies", {"deputy_id": ids["out"], "starts_on": today, "ends_on": soon}).status_code == 422
    assert "星辰案" in text(bea.get("/work/inbox")) and "贝雅 代 鲍勃 办理" in text(bea.get("/work/deputies"))
    with east.inside("east"):
        leave = session().scalars(select(Delegation)).one().id
    assert east.browser("east", "ann").post(f"/work/deputies/{leave}/end").status_code == 404
    assert bea.post(f"/work/deputies/{leave}/end").status_code == 303
    assert "星辰案" not in text(bea.get("/work/inbox"))


def test_drafts_keep_what_may_be_kept(east):
    bob = east.browser("east", "bob")
    form = {"_form": "casework.Taken", "_record": "0", "contact": "李四", "touched_on": "2026-01-05",
            "id_no": "11010519491231002X", "foreign": "x"}
    assert bob.post("/work/drafts", form).status_code == 204
    with east.inside("east"):
        kept = session().scalars(select(Draft)).one()
        assert kept.fields == {"contact": "李四", "touched_on": "2026-01-05"}
    assert bob.post("/work/drafts", {**form, "contact": "13812345678", "touched_on": ""}).status_code == 204
    with east.inside("east"):
        assert session().scalars(select(Draft)).one_or_none() is None
    for bad in ("", "casework", "casework.case", "nobody.Taken", "casework.__class__", "people.Schema' --"):
        assert bob.post("/work/drafts", {"_form": bad}).status_code == 422
    assert bob.post("/work/drafts", {**form, "_record": "x"}).status_code == 422


def test_drafts_nobody_came_back_to_are_dropped(east):
    with east.acting("east", "bob") as ctx:
        drafts.save(ctx, "casework.Taken", 0, {"contact": "李四"})
        later = ctx.now() + dt.timedelta(days=31)
    with east.inside("east") as ctx:
        assert jobs.tidy(ctx, None) == {"drafts": 0, "released": 0}
        with clock.at(later):
            assert jobs.tidy(ctx, None) == {"drafts": 1, "released": 0}


def test_the_menu_counts_and_the_search_finds(east):
    made(east, "send", name="星辰案")
    bob = east.browser("east", "bob")
    assert 'class="g-count is-hot">1<' in text(bob.get("/work/calendar"))
    assert "星辰案" in text(bob.get("/search/?q=星辰"))
    assert "星辰案" not in text(east.browser("east", "out").get("/search/?q=星辰"))


def test_english_pages_speak_english(east):
    made(east, "send", name="Star")
    bob = east.browser("east", "bob")
    bob.client.set_cookie("lang", "en")
    for path in ("/work/inbox", "/work/calendar", "/work/deputies", "/work/inbox?tab=finished"):
        main = text(bob.get(path)).split('id="main"')[1].split("<footer")[0]
        left = set(re.findall("[一-鿿]+", main)) - {"安娜", "贝雅", "外人", "测试规定第一条"}
        assert left == set(), path


def test_the_page_of_a_record_leads_those_who_may_ask_to_who_can_see_it(east):
    record, _item = made(east, "send")
    asked = f'href="/t/east/access/who/casework.case/{record}"'
    page = f"/work/history/casework.case/{record}"
    assert asked in text(east.browser("east").get(page)) and asked not in text(east.browser("east", "bob").get(page))
    assert east.browser("east").get(f"/access/who/casework.case/{record}").status_code == 200
