"""The whole way once more, on PostgreSQL."""

from __future__ import annotations

import pytest

from core.testing.world import build_world
from tests.core.imports.desk import Desk, add_units
from tests.core.imports.members import IMPORT
from tests.core.imports.test_wizard import GOOD_ROWS, UGLY, people


@pytest.fixture
def world(tmp_path, plugins, pg_url):
    made = build_world(tmp_path, plugins, url=pg_url)
    made.open_tenant("east")
    yield made
    made.database.dispose()


def test_upload_write_and_undo(world):
    with world.inside("east"):
        add_units()
    world.add_user("east", "secretary", IMPORT)
    desk = Desk(world, world.browser("east", "secretary"))
    address = desk.bring(UGLY)
    assert "60 行可以导入，12 行有误" in desk.text(address)
    desk.do(address, "commit", mode="good")
    assert people(world) == GOOD_ROWS - 1
    desk.do(address, "undo")
    assert "已撤销这次导入。" in desk.text(address) and people(world) == 0
