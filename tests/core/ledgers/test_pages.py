"""The pages of a ledger in a browser: list, print, export, saved views, columns."""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base.session import begin_write, session
from core.contracts.errors import Invalid
from core.ledgers import export
from core.ledgers.models import SavedView
from core.ledgers.selection import selected_ids
from core.people.models import OrgUnit
from tests.core.ledgers import trial

pytest_plugins = ["core.testing.fixtures"]
URL = "/ledgers/trial.roster/"


@pytest.fixture(scope="session")
def plugins():
    return trial.with_all_others()


@pytest.fixture
def office(world):
    """The county with 24 members in four branches; `clerk` sees all, `branch` one branch and exports nothing."""
    with world.inside("east"):
        paths = trial.fill(persons_per_branch=6, branches=4, root="z000")
    world.add_user("east", "clerk", trial.READ, trial.EXPORT, "ledgers.view.share", name="周明霞")
    world.add_user("east", "branch", trial.READ, path=paths[0])
    return world


def text(response):
    assert response.status_code == 200, response.status_code
    return response.get_data(as_text=True)


def rows(page):
    return re.findall(r'<tr(?: class="has-chk")?><td class="r c-hide c-no">', page)


def test_the_list_and_all_it_offers(office):
    page = text(office.browser("east", "clerk").get(URL))
    assert len(rows(page)) == 20 and "共 24 条" in page and "党员花名册" in page
    assert page.count('class="g-tag ok"') and "存为视图" in page and "预备党员" in page
    assert "style=" not in page and "onclick" not in page


def test_a_branch_sees_its_own_rows_only(office):
    page = text(office.browser("east", "branch").get(URL))
    assert len(rows(page)) == 6 and "第2支部" not in page.split("<tbody>")[1]
    assert "导出当前筛选" not in page


def test_other_tenant_sees_nothing(office):
    office.add_user("west", "clerk", trial.READ)
    page = text(office.browser("west", "clerk").get(URL))
    assert not rows(page) and "还没有记录" in page


def test_without_permission(office):
    office.add_user("east", "nobody", "trial.row.export")
    assert office.browser("east", "nobody").get(URL).status_code == 403
    assert "党员花名册" not in text(office.browser("east", "nobody").get("/ledgers/"))
    assert office.browser("east", "clerk").get("/ledgers/trial.none/").status_code == 404
    assert "党员花名册" in text(office.browser("east", "clerk").get("/ledgers/"))


def test_filtered_empty_and_nonsense(office):
    browser = office.browser("east", "clerk")
    page = text(browser.get(URL + "?q=没有这个人"))
    assert "清空筛选" in page and "没有符合条件" in page
    page = text(browser.get(URL + "?kind=abc&joined_from=x&page=1e9&q=%00%FF&sort=x"))
    assert page.count("没有生效") == 2 and "不能按" in page
    page = text(browser.get(URL + "?kind=probationary&ind=trial.young"))
    assert "类别：预备党员" in page and "指标：预备党员数" in page


def test_htmx_gets_the_clean_address(office):
    answer = office.browser("east", "clerk").get(URL + "?q=&kind=full&sort=&joined_from=", headers={"HX-Request": "true"})
    assert answer.headers["HX-Push-Url"] == "/t/east" + URL + "?kind=full"


def test_rows_per_page_are_remembered(office):
    browser = office.browser("east", "clerk")
    assert len(rows(text(browser.get(URL)))) == 20
    browser.get(URL + "?size=50")
    assert len(rows(text(browser.get(URL)))) == 24


def test_one_row_and_thirty_cost_the_same(office):
    browser = office.browser("east", "clerk")
    browser.get(URL)
    sizes = []
    for query in ("?q=0001&size=50", "?size=50"):
        with office.counting() as sent:
            browser.get(URL + query)
        sizes.append(len([s for s in sent if "ledgers_view" in s or "people_person" in s]))
    assert sizes[0] == sizes[1] <= 3    # the tabs, which are counted where nothing narrows, were counted by the first page


def test_columns_are_chosen_and_reset(office):
    browser = office.browser("east", "clerk")
    browser.get(URL)
    answer = browser.post(URL + "columns", {"cols": ["branch", "name", "rubbish"], "query": "kind=full"})
    assert answer.headers["Location"].endswith(URL + "?kind=full")
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', text(browser.get(URL)))
    assert [h.strip() for h in heads] == ["序号", "所在党支部", "姓名 ↑"]
    assert "姓名" in text(office.browser("east", "branch").get(URL)).split("<tbody>")[0]
    browser.post(URL + "columns", {"reset": "1"})
    assert "党龄" in text(browser.get(URL))


def test_columns_of_the_address_are_changed_in_the_address(office):
    browser = office.browser("east", "clerk")
    browser.get(URL)
    answer = browser.post(URL + "columns", {"cols": ["name", "joined"], "query": "kind=full&cols=name,phone"})
    assert answer.headers["Location"].endswith("?kind=full&cols=name,joined")
    reset = browser.post(URL + "columns", {"cols": ["name"], "reset": "1", "query": "kind=full&cols=name,phone"})
    assert reset.headers["Location"].endswith("?kind=full") and "党龄" in text(browser.get(URL))


def test_a_query_too_long_to_keep_is_refused_not_cut(office):
    browser = office.browser("east", "clerk")
    browser.get(URL)
    long = "&".join(["branch=x"] * 1200)
    for path in ("export", "views", "columns"):
        answer = browser.post(URL + path, {"query": long, "format": "csv", "title": "x", "cols": "name"})
        assert answer.status_code == 422 and "筛选条件太多" in answer.get_data(as_text=True), path


def test_views_are_saved_shared_renamed_deleted(office):
    clerk, branch = office.browser("east", "clerk"), office.browser("east", "branch")
    clerk.get(URL)
    answer = clerk.post(URL + "views", {"query": "kind=probationary&page=3&junk=1", "title": "预备", "audience": "tenant"})
    assert answer.status_code == 303
    page = text(branch.get(URL + "?" + answer.headers["Location"].partition("?")[2]))
    assert "预备（共享）" in page and "类别：预备党员" in page and len(rows(page)) == 2
    with office.inside("east"):
        view = session().scalars(select(SavedView)).one()
        assert view.query == "kind=probationary"
    own = f"{URL}views/{view.id}/"
    assert branch.post(own + "delete").status_code == 403
    assert branch.post(URL + "views", {"query": "", "title": "x", "audience": "tenant"}).status_code == 403
    assert clerk.post(URL + "views", {"query": "", "title": "  ", "audience": "me"}).status_code == 422
    assert clerk.post(own + "rename", {"title": "预备党员名单"}).status_code == 303
    assert "预备党员名单" in text(clerk.get(URL))
    assert clerk.post(own + "delete").status_code == 303
    assert "预备党员名单" not in text(clerk.get(URL))


def test_a_private_view_is_private(office):
    clerk = office.browser("east", "clerk")
    clerk.get(URL)
    clerk.post(URL + "views", {"query": "kind=full", "title": "私人", "audience": "me"})
    assert "私人" not in text(office.browser("east", "branch").get(URL))


def test_paper_shows_all_rows_in_the_official_frame(office):
    page = text(office.browser("east", "clerk").get(URL + "print?kind=full"))
    assert page.count("<tr><td>") == 16 and "填报单位（盖章）：" in page and "类别：正式党员" in page
    assert "负责人：" in page and "print-landscape.css" in page and "周明霞" in page
    assert "print-portrait.css" in text(office.browser("east", "clerk").get(URL + "print?paper=portrait"))


def test_workbook_holds_all_rows_as_text_and_is_audited(office):
    browser = office.browser("east", "clerk")
    browser.get(URL)
    answer = browser.post(URL + "export", {"format": "xlsx", "query": "kind=full&cols=name,phone,version,joined"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    values = list(sheet.values)
    assert values[0][0] == "党员花名册" and "周明霞" in values[2][0] and "类别：正式党员" in values[2][0]
    assert values[3] == ("序号", "姓名", "联系电话", "版次", "入党时间") and len(values) == 4 + 16
    assert values[4][3] == 0.01 and isinstance(values[4][4], str)
    assert sheet.print_title_rows == "$4:$4" and sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    with office.inside("east"):
        entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "ledgers.export")).one()
        assert (entry.detail["rows"], entry.detail["filter"]) == (16, "类别：正式党员")
        assert entry.detail["ledger"] == "trial.roster"


def test_csv_carries_no_formula(office):
    with office.inside("east"):
        begin_write()
        session().scalars(select(OrgUnit).where(OrgUnit.short_name == "第1支部")).one().short_name = "=HYPERLINK(1)"
        session().commit()
    browser = office.browser("east", "clerk")
    browser.get(URL)
    answer = browser.post(URL + "export", {"format": "csv", "query": ""})
    assert answer.data.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(table) == 26 and table[0][:2] == ["序号", "姓名"] and "周明霞" in table[-1][0]
    assert {row[5] for row in table[1:-1]} >= {"'=HYPERLINK(1)", "第2支部"}


def test_export_needs_its_own_permission_and_a_known_format(office):
    browser = office.browser("east", "branch")
    browser.get(URL)
    assert browser.post(URL + "export", {"format": "csv"}).status_code == 403
    clerk = office.browser("east", "clerk")
    clerk.get(URL)
    assert clerk.post(URL + "export", {"format": "exe"}).status_code == 422


def test_many_rows_become_a_job_whose_file_is_its_owners(office, monkeypatch, tmp_path):
    monkeypatch.setattr(export, "AT_ONCE", 10)
    monkeypatch.setattr("core.ledgers.views.AT_ONCE", 10)
    monkeypatch.setattr("core.files.storage._root", [tmp_path])
    clerk, branch = office.browser("east", "clerk"), office.browser("east", "branch")
    clerk.get(URL)
    answer = clerk.post(URL + "export", {"format": "xlsx", "query": ""})
    progress = answer.headers["Location"].removeprefix("/t/east")
    assert "every 2s" in text(clerk.get(progress))
    office.run_jobs()
    done = clerk.get(progress, headers={"HX-Request": "true"})
    link = re.search(r'href="/t/east(/files/\d+)"', done.get_data(as_text=True))[1]
    assert done.status_code == 286 and branch.get(progress).status_code == 404
    file = clerk.get(link)
    assert file.status_code == 200 and len(list(openpyxl.load_workbook(io.BytesIO(file.data)).active.values)) == 28
    assert branch.get(link).status_code == 404 and office.browser("west", "admin").get(link).status_code == 404
    assert not list(tmp_path.rglob("*.part"))


def test_selection_is_cut_to_what_the_actor_may_reach(office):
    with office.acting("east", "branch") as ctx:
        own = selected_ids(ctx, "trial.roster", {"all": "1", "query": "kind=probationary"})
        assert len(own) == 2
    with office.acting("east", "clerk") as ctx:
        everybody = selected_ids(ctx, "trial.roster", {"all": "1", "query": ""})
        assert len(everybody) == 24 and set(own) < set(everybody)
    with office.acting("east", "branch") as ctx:
        ticked = [str(i) for i in everybody] + ["x", "-1", "9" * 30]
        assert len(selected_ids(ctx, "trial.roster", {"ids": ticked})) == 6
        with pytest.raises(Invalid):
            selected_ids(ctx, "trial.roster", {"ids": []})


def test_rows_can_be_picked_for_what_the_actor_may_do(office):
    page = text(office.browser("east", "branch").get("/ledgers/trial.picked/"))
    assert page.count('name="ids" form="bulk"') == 6 and "批量核验" in page and ">移出<" not in page
    page = text(office.browser("east", "clerk").get("/ledgers/trial.picked/"))
    assert "选择全部 24 条" in page and "移出" in page and " c-warn" in page


def test_a_view_shared_with_a_role_is_seen_by_its_holders(office):
    clerk = office.browser("east", "clerk")
    page = text(clerk.get(URL))
    role = re.search(r'<option value="(role:\d+)">', page)[1]
    assert clerk.post(URL + "views", {"query": "kind=full", "title": "角色视图", "audience": role}).status_code == 303
    assert "角色视图（共享）" in text(clerk.get(URL)) and "角色视图" not in text(office.browser("east", "branch").get(URL))
    assert clerk.post(URL + "views", {"query": "", "title": "别人", "audience": "role:1"}).status_code == 422


def test_a_branch_reports_in_its_own_name(office):
    page = text(office.browser("east", "branch").get(URL + "print"))
    assert "填报单位（盖章）：第1支部" in page and page.count("<tr><td>") == 6


ODD = ["\x00", "name", "9" * 30, "kind=full&kind=%00", "role:", "role:9" * 9, "a=" * 3000]
NONSENSE = st.text(max_size=20) | st.sampled_from(ODD)
PATHS = st.sampled_from(["columns", "views", "views/1/rename", "views/99999999999999999999/delete", "export"])
FIELDS = st.sampled_from(["cols", "query", "title", "audience", "format", "reset", "next"])
KEYS = st.sampled_from(["q", "sort", "page", "size", "cols", "view", "ind", "kind", "joined_from", "org", "x"])
CALM = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def clerk(office):
    browser = office.browser("east", "clerk")
    browser.get(URL)
    return browser


@CALM
@given(PATHS, st.dictionaries(FIELDS, NONSENSE))
def test_no_form_is_an_error(clerk, path, data):
    assert clerk.post(URL + path, data).status_code in (200, 303, 404, 422)


@CALM
@given(st.dictionaries(KEYS, NONSENSE))
def test_no_address_is_an_error(clerk, args):
    for path in (URL, URL + "print"):
        assert clerk.get(path, query_string=args).status_code == 200
