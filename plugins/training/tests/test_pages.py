"""The pages: every form by browser, with lesser rights, in the other tenant, with the module switched off, twice at once."""

from __future__ import annotations

import datetime as dt
import io

import icalendar
import openpyxl
from sqlalchemy import func, select

from core.base.session import session
from core.work.engine import history
from plugins.training.models import ClassSession, Need, PlanItem, Seat
from plugins.training.services import enrolment
from plugins.training.workflows import need as NEED

from .conftest import LATER, TODAY
from .test_flow import ALL_CAME, balances


def count(county, model, *where):
    with county.acting("all"):
        return session().scalar(select(func.count(model.id)).where(*where))


def text(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def planned_and_announced(county, officer):
    """Course, plan and session by their forms, with what they refuse; returns the path of the session."""
    unit = county.orgs["东关社区"]
    course = {"name": "党务实务", "org_id": unit, "subject": "party_work", "form": "lecture", "tenths": "4", "level": "1",
              "central": "1"}
    assert officer.post("/training/courses/new", {**course, "tenths": "0.5天"}).status_code == 422
    made = officer.post("/training/courses/new", course)
    course_id = int(made.location.rsplit("/", 1)[1])
    assert "入门" in text(officer, f"/training/courses/{course_id}")
    line = {"year": "2026", "month": "12", "org_id": unit, "course_id": course_id, "audience": "members", "times": "1",
            "head_count": "1"}
    assert officer.post("/training/plan/new", line).status_code == 303
    assert officer.post("/training/plan/new", line).status_code == 422
    with county.acting("all"):
        item = session().scalars(select(PlanItem.id)).one()
    assert "按计划开班" in text(officer, f"/training/plan/{item}")
    assert 'value="1"' in text(officer, f"/training/sessions/new?plan_item={item}")
    when = {"on": LATER.isoformat(), "begins": "09:00", "ends": "12:00", "audience": ["members"], "capacity": "1"}
    sent = {"course_id": course_id, "org_id": unit, **when, "once_key": "k" * 20}
    made = officer.post(f"/training/sessions/new?plan_item={item}", sent)
    again = officer.post(f"/training/sessions/new?plan_item={item}", sent)
    assert made.status_code == 303 and again.location == made.location and count(county, ClassSession) == 1
    path = made.location.removeprefix("/t/east")
    assert officer.post(f"/training/plan/{item}/drop").status_code == 303 and count(county, PlanItem) == 1
    announce = text(officer, path + "/announce")
    assert "应参加人员" in announce and "东关一支部" in announce and "王小明" in announce and "2026-12-04 09:00-12:00" in announce
    assert officer.post(path + "/announce", {"text": "电话 13812345678", "until": "2026-12-04"}).status_code == 422
    assert officer.post(path + "/announce", {"text": "欢迎", "until": "2026-12-04"}).status_code == 303
    assert "培训预告：党务实务" in text(officer, "/notify/board")
    return path


def test_plan_announce_enrol_mark_confirm(county):
    officer = county.browser("officer")
    path = planned_and_announced(county, officer)
    session_id = int(path.rsplit("/", 1)[1])
    county.step(session_id, "open")
    home = county.browser("home")
    assert "还有 1 个名额" in text(home, path + "/enrol")
    people = {"person_ids": [county.people["王小明"], county.people["李秀兰"]]}
    assert home.post(path + "/enrol", people).status_code == 303
    page = text(home, path)
    assert "候补（按先后）" in page and "候补" in page
    assert home.post(path + "/enrol", people).status_code == 422
    with county.acting("all"):
        seats = {row.person_name: row.id for row in session().scalars(select(Seat))}
    assert home.post(f"/training/seats/{seats['王小明']}/cancel").status_code == 303
    assert count(county, Seat, Seat.place == "enrolled", Seat.person_name == "李秀兰") == 1
    with county.on(LATER):
        officer = county.browser("officer")
        bad = officer.post(path + "/attendance", {f"a-{seats['李秀兰']}": "partial", f"h-{seats['李秀兰']}": "半天"})
        assert bad.status_code == 422 and "不是学时" in bad.get_data(as_text=True) and "半天" in bad.get_data(as_text=True)
        alone = officer.post(path + "/attendance", {f"a-{seats['李秀兰']}": "", f"h-{seats['李秀兰']}": "4"})
        assert alone.status_code == 422 and "请先选出席情况" in alone.get_data(as_text=True)
        assert officer.post(path + "/attendance", {f"a-{seats['李秀兰']}": "present"}).status_code == 303
        assert officer.post(path + "/walk-in",
                            {"person_ids": [county.people["王小明"]], "attendance": "present"}).status_code == 303
        assert "签名" in text(officer, path + "/sheet")
    county.step(session_id, "submit", day=LATER)
    with county.on(LATER):
        officer.post(path + "/walk-in", {"person_ids": [county.people["赵大海"]], "attendance": "present"})
        assert "需要更正的，请上级说明理由后重新打开" in text(officer, "/training/")
    county.step(session_id, "confirm", login="second", day=LATER)
    assert balances(county)["王小明"][2] == balances(county)["李秀兰"][2] == 40
    assert "已完成" in text(officer, "/ledgers/training.plan/")


def test_sessions_are_changed_and_made_up_for(county):
    officer, made = county.browser("officer"), county.announced(county.course())
    path = f"/training/sessions/{made}"
    page = text(officer, path + "/edit")
    assert 'value="09:00"' in page and 'value="2026-12-04"' in page and "课程" in page
    version = page.split('name="version" value="')[1].split('"')[0]
    sent = {"on": "2026-12-05", "begins": "14:00", "ends": "17:30", "audience": ["members"], "venue": "党校", "version": version}
    assert officer.post(path + "/edit", {**sent, "ends": "13:00"}).status_code == 422
    assert officer.post(path + "/edit", sent).status_code == 303
    assert officer.post(path + "/edit", sent).status_code == 409
    assert "2026-12-05 14:00-17:30" in text(officer, path)
    gone = county.announced(county.course("另一门"))
    county.step(gone, "call_off", reason="场地停电")
    assert "已撤下" not in text(officer, "/notify/board") and "另一门" not in text(officer, "/notify/board")
    held = county.held(county.course("第三门"), {"王小明": "present", "李秀兰": "excused"})
    county.step(held, "submit", day=LATER)
    with county.on(LATER):
        late = county.browser("officer")
        assert "（补课）" in text(late, f"/training/sessions/{held}/make-up")
        again = {"on": "2026-12-11", "begins": "09:00", "ends": "12:00", "audience": ["members"]}
        made = late.post(f"/training/sessions/{held}/make-up", again)
        assert made.status_code == 303 and "李秀兰" in text(late, made.location.removeprefix("/t/east"))


def test_past_sessions_are_late_entries(county):
    officer = county.browser("officer")
    sent = {"course_id": county.course(), "org_id": county.orgs["东关社区"], "on": "2026-03-05", "begins": "09:00",
            "ends": "12:00",
            "audience": ["members"]}
    assert officer.post("/training/sessions/new", sent).status_code == 422
    assert officer.post("/training/sessions/past", {**sent, "on": "2026-12-05"}).status_code == 422
    made = officer.post("/training/sessions/past", sent)
    assert made.status_code == 303 and "补录" in text(officer, made.location.removeprefix("/t/east"))


def test_needs_are_met_by_the_session_planned_for_them(county):
    home, officer = county.browser("home"), county.browser("officer")
    wish = {"year": "2026", "org_id": county.orgs["东关一支部"], "source": "survey", "subject": "party_work",
            "title": "不会填台账",
            "audience": "members", "head_count": "2"}
    assert home.post("/training/needs/new", {**wish, "detail": "找13812345678"}).status_code == 422
    assert home.post("/training/needs/new", {**wish, "source": "superior"}).status_code == 403
    made = home.post("/training/needs/new", wish)
    path = made.location.removeprefix("/t/east")
    course_id, need_id = county.course(), int(path.rsplit("/", 1)[1])
    step = f"/work/step/training.need/{need_id}/plan"
    assert step in text(officer, path) and step not in text(home, path)
    assert officer.post(f"/work/step/training.need/{need_id}/plan", {"course_id": course_id}).status_code == 303
    county.confirmed(course_id, ALL_CAME)
    with county.acting("all") as ctx:
        met = ctx.get(Need, need_id)
        assert (met.state, met.met_on) == ("met", LATER)
        assert [one.step for one in history(ctx, NEED, met)] == ["start", "plan", "meet"], "its history says so too"


def test_gap_pages_answer_for_each_level(county):
    county.confirmed(county.course(), ALL_CAME)
    made = county.announced(county.course("补课班"), on=dt.date(2026, 12, 11))
    street = county.browser("street")
    top = text(street, f"/training/gap/{county.orgs['城关街道']}")
    assert "东关社区" in top and "西关社区" in top and "应参训" in top
    branch = text(county.browser("home"), f"/training/gap/{county.orgs['东关一支部']}")
    assert "补课班" in branch and "2 人可补" in branch and "不公布、不排名" in branch
    assert county.browser("home").get("/training/gap").status_code == 303
    assert county.browser("home").get(f"/training/gap/{county.orgs['西关支部']}").status_code == 404
    person = text(county.browser("home"), f"/training/people/{county.people['李秀兰']}")
    assert "补课班" in person and "参加后还差 24 学时" in person
    with county.acting("officer") as ctx:
        enrolment.enrol_people(ctx, made, person_ids=[county.people["李秀兰"]])
    assert "2026-12-11" in text(county.browser("home"), "/ledgers/training.hours/")


def test_people_enrol_themselves(county):
    made = county.announced(county.course(), audience=["secretaries"])
    member = county.browser("member")
    path = f"/training/sessions/{made}"
    assert "我要报名" in text(member, path)
    assert member.post(path + "/enrol-me").status_code == 303 and count(county, Seat) == 0
    assert "不包括您" in text(member, "/training/mine")
    open_to_all = county.announced(county.course("全员课"), audience=["members"], on=dt.date(2026, 12, 5))
    assert member.post(f"/training/sessions/{open_to_all}/enrol-me").status_code == 303
    assert "已报名的班次" in text(member, "/training/mine")
    with county.acting("all"):
        seat_id = session().scalars(select(Seat.id)).one()
    assert county.browser("there").post(f"/training/seats/{seat_id}/cancel").status_code == 404
    assert county.browser("officer").post(f"/training/sessions/{open_to_all}/enrol-me").status_code == 403
    assert member.post(f"/training/seats/{seat_id}/cancel").status_code == 303
    assert count(county, Seat, Seat.place == "cancelled") == 1


def test_calendar_names_nobody(county):
    made = county.announced(county.course(), ends_on=LATER + dt.timedelta(days=1))
    answer = county.browser("home").get(f"/training/sessions/{made}/calendar.ics")
    book = icalendar.Calendar.from_ical(answer.data)
    starts = [one.decoded("dtstart") for one in book.walk("VEVENT")]
    assert len(starts) == 2 and starts[0].hour == 9 and "王小明" not in answer.get_data(as_text=True)
    with county.acting("home") as ctx:
        shown = [one.value for one in ctx.collect("calendar", start=TODAY, end=LATER)]
    assert [entry.on for entry in shown if entry.feed and "党务实务" in str(entry.title)] == [LATER]
    county.step(made, "call_off", reason="停电")
    assert b"STATUS:CANCELLED" in county.browser("home").get(f"/training/sessions/{made}/calendar.ics").data


def test_a_sheet_goes_out_and_comes_back_with_two_bad_rows(county):
    made = county.announced(county.course())
    with county.acting("officer") as ctx:
        enrolment.enrol_all(ctx, made)
    with county.on(LATER):
        officer = county.browser("officer")
        answer = officer.get(f"/training/sessions/{made}/sheet.xlsx")
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
        sheet = book.active
        assert [cell.value for cell in sheet[1]][:5] == ["班次编号", "姓名", "支部/社区", "出席", "学时"]
        for row in sheet.iter_rows(min_row=2):
            row[3].value, row[4].value = ("出席", None) if row[1].value == "王小明" else ("部分出席", "0.5天")
        sheet.append(["2026-00001", "没有此人", "", "出席", "", "", ""])
        sheet.append(["2026-00001", "赵大海", "西关支部", "部分出席", "2", "现场来的", ""])
        out = io.BytesIO()
        book.save(out)
        officer.get("/imports/new/training.attendance")
        sent = officer.post("/imports/new/training.attendance", {"file": (io.BytesIO(out.getvalue()), "签到.xlsx")})
        address = sent.location.removeprefix("/t/east")
        assert officer.post(address + "/columns").status_code == 303
        county.world.run_jobs()
        page = text(officer, address)
        assert "共 4 行，2 行可以导入，2 行有误" in page and "不是学时" in page and "名册里没有 没有此人" in page
        officer.post(address + "/commit", {"mode": "good"})
        county.world.run_jobs()
        with county.acting("all", LATER):
            rows = {row.person_name: (row.attendance, row.tenths, row.place) for row in session().scalars(select(Seat))}
        assert rows == {"王小明": ("present", 40, "enrolled"), "李秀兰": ("", 0, "enrolled"),
                        "赵大海": ("partial", 20, "walk_in")}
        assert officer.post(address + "/undo").status_code == 303
        county.world.run_jobs()
    with county.acting("all"):
        assert {row.person_name: row.attendance for row in session().scalars(select(Seat))} == {"王小明": "", "李秀兰": ""}
