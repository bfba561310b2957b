"""The long work: a killed job goes on where it was, a lost right or a defect ends a batch with a sentence."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from core.access.models import RoleGrant
from core.accounts.models import User
from core.base import clock
from core.base.db import begin_write, session
from core.contracts.errors import Conflict, Forbidden, Invalid, NotFound, PluginArchived
from core.imports import checking, trial, undoing, writing
from core.imports.models import ImportRow
from core.imports.reading import Item, Reading
from core.imports.trial import sentences
from core.imports.undoing import joined
from core.jobs.models import FAILED, Job
from core.tenancy.models import PluginState
from tests.core.imports.members import IMPORT, members
from tests.core.imports.test_wizard import ONE, people, sheet_of

TENS, ONES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉"
MANY = [("王" + TENS[n % 10] + ONES[n // 10], "2020-09", "滨海一支部", f"1990000{n:04d}", "") for n in range(50)]


class Killed(BaseException):
    """The worker dies."""


class Telling:
    """A running job that dies after so many reports."""

    def __init__(self, lives: int = 10**9):
        self.lives, self.said = lives, []

    def tell(self, percent, message=""):
        self.said.append((percent, message))
        self.lives -= 1
        if self.lives < 0:
            raise Killed


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(checking, "CHUNK", 10)
    monkeypatch.setattr(writing, "CHUNK", 10)
    monkeypatch.setattr(undoing, "CHUNK", 10)


def staged(desk, step: str, data: bytes = b"") -> int:
    """A batch whose job for this step waits but is not run by the queue."""
    address = desk.address(desk.upload(data or sheet_of(*MANY)))
    desk.browser.post(address + "/columns")
    batch_id = int(address.rsplit("/", 1)[1])
    for name, act in (("commit", checking.run), ("undo", writing.run)):
        if step in (name, "undo"):
            with desk.world.acting("east", "secretary") as ctx:
                act(ctx, Telling(), batch_id)
            assert desk.browser.post(f"{address}/{name}").status_code == 303
        if step == name:
            break
    return batch_id


@pytest.mark.parametrize(("step", "run"), [("check", checking.run), ("commit", writing.run), ("undo", undoing.run)])
def test_a_killed_job_goes_on(desk, small, step, run):
    batch_id = staged(desk, step)
    for lives in (0, 0, 1):
        with pytest.raises(Killed), desk.world.acting("east", "secretary") as ctx:
            run(ctx, Telling(lives), batch_id)
    with desk.world.acting("east", "secretary") as ctx:
        run(ctx, Telling(), batch_id)
        run(ctx, Telling(), batch_id)
    batch = desk.batch(f"/imports/{batch_id}")
    expected = {"check": ("previewed", "good", 0), "commit": ("done", "written", 50), "undo": ("undone", "takenback", 0)}[step]
    assert (batch.state, batch.counts[expected[1]], people(desk.world)) == (expected[0], 50, expected[2])


def test_each_chunk_is_whole(desk, small):
    batch_id = staged(desk, "commit")
    with pytest.raises(Killed), desk.world.acting("east", "secretary") as ctx:
        writing.run(ctx, Telling(1), batch_id)
    with desk.world.inside("east"):
        written = session().scalar(select(func.count()).select_from(ImportRow).where(ImportRow.state == "written"))
    assert written == people(desk.world) == 20


def test_progress_is_told(desk, small):
    batch_id = staged(desk, "commit")
    told = Telling()
    with desk.world.acting("east", "secretary") as ctx:
        writing.run(ctx, told, batch_id)
    assert [percent for percent, _text in told.said] == [20, 40, 60, 80, 100] and "共 50 行" in told.said[0][1]


@pytest.mark.parametrize(("step", "state"), [("check", "failed"), ("commit", "done")])
def test_a_right_lost_meanwhile_ends_the_batch(desk, step, state, monkeypatch):
    batch_id = staged(desk, step)
    monkeypatch.setattr(trial.Context, "subtrees", lambda self, permission: ())
    monkeypatch.setattr("core.imports.batches.kind_named", lambda ctx, name: members)
    with desk.world.acting("east", "secretary") as ctx:
        (checking if step == "check" else writing).run(ctx, Telling(), batch_id)
    batch = desk.batch(f"/imports/{batch_id}")
    assert batch.state == state and "权限" in batch.trouble and people(desk.world) == 0


def gone(desk, how: str) -> None:
    with desk.world.inside("east"):
        begin_write()
        user = session().scalars(select(User).where(User.login_name == "secretary")).one()
        if how == "account":
            user.state = "disabled"
        else:
            session().execute(delete(RoleGrant).where(RoleGrant.user_id == user.id))
        session().commit()


@pytest.mark.parametrize("how", ["account", "rights"])
@pytest.mark.parametrize(("step", "run", "state", "kept", "then"), [
    ("check", checking.run, "failed", 0, "failed"), ("commit", writing.run, "done", 20, "undone"),
    ("undo", undoing.run, "done", 30, "undone")])
def test_a_batch_whose_owner_is_gone_ends_with_a_sentence_and_can_be_undone(desk, small, how, step, run, state, kept, then):
    batch_id = staged(desk, step)
    with pytest.raises(Killed), desk.world.acting("east", "secretary") as ctx:
        run(ctx, Telling(1), batch_id)
    gone(desk, how)
    desk.world.run_jobs()
    batch = desk.batch(f"/imports/{batch_id}")
    assert batch.state == state and "导入人已不能" in batch.trouble and people(desk.world) == kept
    if state == "done":
        desk.world.add_user("east", "keeper", IMPORT, "imports.batch.read")
        assert desk.world.browser("east", "keeper").post(f"/imports/{batch_id}/undo").status_code == 303
        desk.world.run_jobs()
        assert people(desk.world) == 0
    batch = desk.batch(f"/imports/{batch_id}")
    assert batch.state == then and bool(batch.trouble) == (then == "failed")


def put(desk, state: str) -> None:
    """The module of the sheet as one that can be switched off, in this state at east."""
    with desk.world.inside("east"):
        begin_write()
        session().execute(delete(PluginState).where(PluginState.plugin == "trial"))
        session().add(PluginState(plugin="trial", state=state, since=clock.now()))
        session().commit()


@pytest.mark.parametrize("state", ["disabled", "archived"])
@pytest.mark.parametrize(("step", "run", "kept"), [("commit", writing.run, 20), ("undo", undoing.run, 30)])
def test_a_module_switched_off_meanwhile_gets_no_more_rows(desk, small, monkeypatch, state, step, run, kept):
    """A running job stops at its next chunk whatever its context says; once the module is on again the rest can be undone."""
    monkeypatch.setattr(desk.world.plugins, "optional", (*desk.world.plugins.optional, "trial"))
    put(desk, "enabled")
    batch_id = staged(desk, step)
    with pytest.raises(Killed), desk.world.acting("east", "secretary") as ctx:
        run(ctx, Telling(1), batch_id)
    put(desk, state)
    with pytest.raises(PluginArchived), desk.world.acting("east", "secretary") as ctx:
        run(ctx, Telling(), batch_id)
    desk.world.run_jobs()
    batch = desk.batch(f"/imports/{batch_id}")
    assert batch.state == "done" and "应用已停用或归档" in batch.trouble and people(desk.world) == kept
    put(desk, "enabled")
    assert desk.browser.post(f"/imports/{batch_id}/undo").status_code == 303
    desk.world.run_jobs()
    assert desk.batch(f"/imports/{batch_id}").state == "undone" and people(desk.world) == 0


def test_a_job_without_its_batch_is_nothing(desk):
    with desk.world.inside("east") as ctx:
        assert [module.run(ctx, Telling(), 1) for module in (checking, writing, undoing)] == [{}, {}, {}]


def test_a_job_that_failed_for_good_can_be_thrown_away(desk):
    address = desk.address(desk.upload(sheet_of(ONE)))
    desk.browser.post(address + "/columns")
    assert "排队中" in desk.text(address)
    with desk.world.inside("east"):
        begin_write()
        session().scalars(select(Job).where(Job.name == "imports.check")).one().status = FAILED
        session().commit()
    assert "处理中断了" in desk.text(address) and "every 2s" not in desk.text(address)
    assert desk.browser.post(address + "/discard").status_code == 303
    assert desk.batch(address).state == "discarded"


def test_schema_errors_reach_their_column(desk):
    head = ("姓名", "入党时间", "所在党支部", "核对日期", "联系电话")
    address = desk.bring(sheet_of(("张三", "2020-09", "滨海一支部", "2020-09", "123"), head=head))
    page = desk.text(address)
    assert "核对日期：" in page and "联系电话：" in page and page.count('class="bad"') == 2


def test_items_refused_by_the_schema_as_a_whole():
    reading = Reading(members, None)
    item = Item(1, [], {"name": "张三", "joined_on": "2020-09", "branch": "x", "nobody": "1"})
    reading.load(item)
    assert item.data is None and item.errors[""]


def test_errors_as_sentences():
    assert sentences(Invalid({"a": ["b"]})) == {"a": ["b"]} and sentences(Invalid(message="c")) == {"": ["c"]}
    assert "权限" in sentences(Forbidden("x"))[""][0] and "别人修改" in sentences(Conflict())[""][0]
    assert "找不到" in sentences(NotFound())[""][0] and "冲突" in sentences(IntegrityError("", {}, Exception()))[""][0]
    assert "管理员" in sentences(KeyError("x"))[""][0]
    assert "管理员" in sentences(ProgrammingError("", {}, Exception()))[""][0]
    with pytest.raises(OperationalError):
        sentences(OperationalError("", {}, Exception()))
    unready = Exception()
    unready.sqlstate = "42P01"
    with pytest.raises(ProgrammingError):
        sentences(ProgrammingError("", {}, unready))


def test_two_undos_become_one():
    assert joined("created", {"version": 1}, {"version": 2, "before": {"a": 1}}) == {"version": 2}
    assert joined("updated", {"version": 2, "before": {"a": 1}}, {"version": 3, "before": {"a": 2, "b": 3}}) == {
        "version": 3, "before": {"a": 1, "b": 3}}
    assert joined("unchanged", {"version": 1}, {"version": 2}) == {"version": 2}
    assert joined("updated", None, {"version": 2}) == {"version": 2} and joined("updated", {"x": 1}, {}) == {"x": 1, "before": {}}

