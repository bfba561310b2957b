"""Who sees what, in which tenant, with the module on or off; reminders; what pages cost."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.events import LearningHoursEarned
from core.tenancy.lifecycle import disable_plugin, enable_plugin
from core.work.models import WAITING as OPEN_ITEMS
from core.work.models import WorkItem
from core.work.rounds import make_round
from core.work.services import make_step
from plugins.training import plugin
from plugins.training.models import Balance
from plugins.training.services import courses, enrolment, sessions

from .conftest import LATER
from .test_flow import ALL_CAME, balances
from .test_hours import tell
from .test_pages import text

PATHS = ("/", "/mine", "/gap", "/gap/1", "/people/1", "/courses/1", "/courses/new", "/needs/1", "/needs/new", "/plan/new",
         "/plan/1",
         "/sessions/1", "/sessions/new", "/sessions/past", "/sessions/1/edit", "/sessions/1/announce", "/sessions/1/enrol",
         "/sessions/1/attendance", "/sessions/1/sheet", "/sessions/1/sheet.xlsx", "/sessions/1/make-up",
         "/sessions/1/calendar.ics",
         "/certificates/1", "/certificates/1/pdf", "/certificates/1/revoke", "/verify/" + "x" * 24, "/static/training.css",
         "/nothing")
NEED = {"year": 2026, "source": "survey", "subject": "law", "audience": "members"}
LEDGERS = ("attendance", "certificates", "courses", "coverage", "entries", "hours", "hours_past", "needs", "new_secretaries",
           "plan",
           "sessions", "short")


def test_hours_are_seen_by_who_plans_and_by_oneself(county):
    county.confirmed(county.course(), ALL_CAME)
    one = f"/training/people/{county.people['李秀兰']}"
    for login in ("home", "community", "street", "officer"):
        assert "学时明细" in text(county.browser(login), one)
    assert county.browser("there").get(one).status_code == 404
    for login in ("reader", "member"):
        assert county.browser(login).get(one).status_code == 403
        for name in ("hours", "short", "entries", "new_secretaries"):
            assert county.browser(login).get(f"/ledgers/training.{name}/").status_code == 403
        assert county.browser(login).get("/training/gap").status_code == 403
    mine = text(county.browser("member"), "/training/mine")
    assert "我的学时" in mine and "党务实务" in mine and ">28<" in mine and "王小明" not in mine
    assert "没有对应名册里的人员" in text(county.browser("officer"), "/training/mine")
    assert "本年学时" in text(county.browser("home"), f"/people/p/{county.people['李秀兰']}/")


def test_another_tenant_and_lesser_rights_see_nothing(county):
    made = county.confirmed(county.course(), ALL_CAME)
    county.world.add_user("west", "spy", *(one.name for one in plugin.permissions))
    west = county.browser("spy", "west")
    for path in (f"/training/sessions/{made}", f"/training/sessions/{made}/sheet", f"/training/people/{county.people['李秀兰']}",
                 f"/training/gap/{county.orgs['东关社区']}", f"/training/sessions/{made}/calendar.ics"):
        assert west.get(path).status_code == 404, path
    for name in LEDGERS:
        assert "李秀兰" not in text(west, f"/ledgers/training.{name}/") and "党务实务" not in text(west,
            f"/ledgers/training.{name}/")
    there = county.browser("there")
    assert "李秀兰" not in text(there, f"/training/sessions/{made}") and "李秀兰" not in text(there,
        "/ledgers/training.attendance/")
    for tail in ("/announce", "/edit", "/attendance", "/sheet.xlsx", "/make-up"):
        assert there.get(f"/training/sessions/{made}{tail}").status_code in (403, 404), tail
    for tail in ("/attendance", "/walk-in", "/enrol-all"):
        assert there.post(f"/training/sessions/{made}{tail}", {"person_ids": [county.people["赵大海"]]}).status_code in (403,
            404, 409)
        assert county.browser("reader").post(f"/training/sessions/{made}{tail}").status_code == 403
    assert there.post(f"/work/step/training.session/{made}/reopen", {"reason": "x"}).status_code in (403, 404)


def test_hours_earned_while_it_was_off_are_credited_when_it_is_on(county):
    with county.acting("all") as ctx:
        disable_plugin(ctx, "training")
    with county.acting("all") as ctx:
        tell(ctx, LearningHoursEarned(person_id=county.people["李秀兰"], on="2026-11-20", minutes=60, title="返乡教育",
                                      source="liaison.gathering", source_id=7))
    county.world.run_jobs()
    with county.acting("all") as ctx:
        enable_plugin(ctx, "training")
    county.world.run_jobs()
    assert balances(county)["李秀兰"][2] == 10


def test_nobody_learns_a_name_by_an_id(county):
    """Ids of people elsewhere in the body of a form: refused without telling whose they are."""
    stranger, course = county.people["李秀兰"], county.course()
    made = county.announced(course, org="城关街道")
    there = county.browser("there")
    sent = {"course_id": course, "org_id": county.orgs["西关支部"], "on": LATER.isoformat(), "begins": "14:00", "ends": "15:00",
            "audience": ["members"], "trainer_id": stranger}
    for path, data in (("/training/sessions/new", sent), (f"/training/sessions/{made}/enrol", {"person_ids": [stranger]})):
        answer = there.post(path, data)
        assert answer.status_code == 422 and "李秀兰" not in answer.get_data(as_text=True), path
    own = there.post("/training/sessions/new", {**sent, "trainer_id": county.people["赵大海"]})
    assert "赵大海" in text(there, own.location.removeprefix("/t/east"))


def test_switched_off_means_not_there_and_nothing_is_lost(county):
    county.confirmed(county.course(), ALL_CAME)
    with county.acting("all") as ctx:
        disable_plugin(ctx, "training")
    admin = county.browser("admin")
    missing = admin.get("/no/such/page").status_code
    for path in PATHS:
        for method in ("get", "post", "put", "delete", "options", "head"):
            assert getattr(admin.client, method)("/t/east/training" + path).status_code == missing == 404
    assert admin.get("/ledgers/training.hours/").status_code == 404
    assert "教育培训" not in admin.get("/").text
    with county.acting("all") as ctx:
        enable_plugin(ctx, "training")
    county.world.run_jobs()
    assert balances(county)["李秀兰"][2] == 40 and "学时台账" in text(county.browser("officer"), "/ledgers/training.hours/")


@pytest.mark.parametrize(("name", "day", "opened"), [
    ("training.half_year", dt.date(2026, 6, 10), 0), ("training.half_year", dt.date(2026, 6, 16), 2),
    ("training.autumn", dt.date(2026, 10, 18), 2), ("training.autumn", dt.date(2027, 2, 1), 0)])
def test_shortfalls_are_reminded_once_per_community(county, plugins, name, day, opened):
    county.settle(day)
    with county.acting("all", day) as ctx:
        assert make_round(ctx, plugins.reminders[name]) == (opened, 0) and make_round(ctx, plugins.reminders[name]) == (0, 0)
        items = session().scalars(select(WorkItem).where(WorkItem.state.in_(OPEN_ITEMS), WorkItem.declared == name)).all()
        assert len(items) == opened and not any("李秀兰" in item.subject for item in items)
        for row in session().scalars(select(Balance)):
            row.missing = 0
        session().commit()
        assert make_round(ctx, plugins.reminders[name]) == (0, opened)


def test_new_secretaries_are_trained_within_half_a_year(county, plugins):
    county.person("钱书记", "东关二支部", post="secretary", since=dt.date(2026, 7, 1))
    reminder, day = plugins.reminders["training.induction_due"], dt.date(2026, 11, 29)
    with county.acting("all", dt.date(2026, 11, 20)) as ctx:
        assert make_round(ctx, reminder) == (0, 0)
    with county.acting("all", day) as ctx:
        assert make_round(ctx, reminder) == (1, 0)
        item = session().scalars(select(WorkItem).where(WorkItem.declared == reminder.name)).one()
        assert item.due_on == dt.date(2027, 1, 1) and "半年" in item.rule["source"]
    assert "钱书记" in text(county.browser("officer"), "/ledgers/training.new_secretaries/?untrained=1")
    county.confirmed(county.course(form="induction"), {"钱书记": "present"})
    with county.acting("all", LATER) as ctx:
        assert make_round(ctx, reminder) == (0, 1)
    assert "钱书记" not in text(county.browser("officer"), "/ledgers/training.new_secretaries/?untrained=1")


def test_pages_ask_as_much_for_thirty_rows_as_for_one(county):
    course = county.course()
    made = county.announced(course)
    with county.acting("officer") as ctx:
        enrolment.enrol_all(ctx, made)
        courses.raise_need(ctx, org_id=county.orgs["东关一支部"], title="不会填台账", **NEED)
        courses.save_plan_item(ctx, org_id=county.orgs["东关社区"], course_id=course, year=2026, month=1, audience="members")
    announce(county, course, 1)
    pages = {"home": ("/training/", f"/training/gap/{county.orgs['东关一支部']}", "/training/mine",
                      *(f"/ledgers/training.{name}/" for name in ("hours", "attendance", "needs"))),
             "officer": (f"/training/sessions/{made}", f"/training/sessions/{made}/sheet", "/training/gap?all=1", "/training/",
                         f"/training/courses/{course}", f"/training/people/{county.people['李秀兰']}",
                         f"/training/sessions/{made}/attendance",
                         *(f"/ledgers/training.{name}/" for name in ("sessions", "courses", "coverage", "plan")))}
    one = {login: asked(county, login, paths) for login, paths in pages.items()}
    for number in range(30):
        county.person(f"党员{number}")
    county.settle()
    with county.acting("officer") as ctx:
        enrolment.enrol_all(ctx, made)
        for number in range(30):
            courses.raise_need(ctx, org_id=county.orgs["东关一支部"], title=f"第{number}件", **NEED)
    announce(county, course, 12)
    for login, paths in pages.items():
        assert asked(county, login, paths) == one[login]
        assert max(one[login].values()) <= 50


def announce(county, course_id, classes):
    """So many classes that lie ahead, on as many days."""
    with county.acting("officer") as ctx:
        for number in range(classes):
            sent = {"on": LATER + dt.timedelta(days=number), "begins": dt.time(14), "ends": dt.time(15), "audience": ["members"]}
            made = sessions.plan_session(ctx, org_id=county.orgs["东关社区"], course_id=course_id, **sent)
            make_step(ctx, "training.session", made.id, "announce", data={"text": "欢迎", "until": LATER}, accept=True)


def asked(county, login, paths):
    """path -> how many statements its page takes, the second time it is opened."""
    browser, found = county.browser(login), {}
    for path in paths:
        browser.get(path)
        with county.world.counting() as sent:
            assert browser.get(path).status_code in (200, 303), path
        found[path] = len(sent)
    return found
