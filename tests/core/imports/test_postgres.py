"""The whole way once more, on PostgreSQL."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Conflict
from core.imports import checking, services, writing
from core.imports.models import ImportRow
from core.imports.reading import Reading
from core.people import imports as people_imports
from core.testing.world import build_world
from tests.core.imports.desk import Desk, add_units
from tests.core.imports.members import IMPORT
from tests.core.imports.test_jobs import Telling
from tests.core.imports.test_people import RIGHTS
from tests.core.imports.test_wizard import GOOD_ROWS, UGLY, people, sheet_of


@pytest.fixture(scope="module")
def world(tmp_path_factory, plugins, pg_url):
    made = build_world(tmp_path_factory.mktemp("imports"), plugins, url=pg_url)
    made.open_tenant("east")
    with made.inside("east"):
        add_units()
    yield made
    made.database.dispose()


def test_upload_write_and_undo(world):
    world.add_user("east", "secretary", IMPORT)
    desk = Desk(world, world.browser("east", "secretary"))
    address = desk.bring(UGLY)
    assert "60 行可以导入，12 行有误" in desk.text(address)
    desk.do(address, "commit", mode="good")
    assert people(world) == GOOD_ROWS - 1
    desk.do(address, "undo")
    assert "已撤销这次导入。" in desk.text(address) and people(world) == 0


def test_two_imports_of_one_sheet_at_once_register_everybody_once(world, monkeypatch):
    world.add_user("east", "clerk", *RIGHTS)
    desk, sheet = Desk(world, world.browser("east", "clerk")), sheet_of(("张三", "2020-09", "滨海一支部", "", ""))
    batches = [int(desk.address(desk.upload(sheet, kind="people.roster")).rsplit("/", 1)[1]) for _time in range(2)]
    both, settle = threading.Barrier(2), writing._settle

    def settle_together(row, item):
        """Neither commits before the other has written, if the other can."""
        try:
            both.wait(1)
        except threading.BrokenBarrierError:
            both.reset()
        settle(row, item)

    def run(step, batch_id):
        with world.acting("east", "clerk") as ctx:
            step(ctx, Telling(), batch_id)

    for batch_id in batches:
        desk.browser.post(f"/imports/{batch_id}/columns")
        run(checking.run, batch_id)
        desk.browser.post(f"/imports/{batch_id}/commit")
    monkeypatch.setattr(writing, "_settle", settle_together)
    threads = [threading.Thread(target=run, args=(writing.run, batch_id)) for batch_id in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert people(world) == 1


def test_a_batch_given_up_is_discarded_after_the_chunk_that_is_still_being_written(world, monkeypatch):
    """Whoever discards waits for the chunk, and the next one finds nothing to do: nobody is written whom no row tells of."""
    world.add_user("east", "late", *RIGHTS)
    desk = Desk(world, world.browser("east", "late"))
    before = people(world)
    address = desk.address(desk.upload(sheet_of(*((name, "2020-09", "滨海一支部", "", "") for name in ("钱一", "钱二"))),
                                       kind="people.roster"))
    batch_id, settle, over = int(address.rsplit("/", 1)[1]), writing._settle, []
    desk.browser.post(f"{address}/columns")
    with world.acting("east", "late") as ctx:
        checking.run(ctx, Telling(), batch_id)
    desk.browser.post(f"{address}/commit", {"mode": "all"})

    def discard():
        with world.acting("east", "late") as ctx:
            services.discard(ctx, batch_id)
            over.append("discarded")

    def discard_meanwhile(row, item):
        if not over:
            over.append("begun")
            waiting.start()
            waiting.join(0.5)
            assert over == ["begun"], "the chunk is not over"
        settle(row, item)

    waiting = threading.Thread(target=discard)
    monkeypatch.setattr(services, "given_up", lambda batch: True)
    monkeypatch.setattr(writing, "_settle", discard_meanwhile)
    with world.acting("east", "late") as ctx:
        assert len(writing.write_chunk(ctx, batch_id, Reading(people_imports.roster, ctx))) == 2
        waiting.join()
        with pytest.raises(Conflict):
            writing.write_chunk(ctx, batch_id, Reading(people_imports.roster, ctx))
    assert over == ["begun", "discarded"] and people(world) == before + 2
    with world.inside("east"):
        assert session().scalars(select(ImportRow.id).where(ImportRow.batch_id == batch_id)).all() == []
