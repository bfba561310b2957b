"""Planted holes: with a layer taken away the suite of escapes notices, so none of them is decoration."""

from __future__ import annotations

import pytest

from core.base.engine import Layers
from core.base.refusals import Unanchored
from core.base.scope import narrowed
from tests.core.base.escapes import all_escapes
from tests.core.base.escapes.trial import try_escape
from tests.core.base.lab import LabMemo, LabOrg, as_tenant, opened

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def leaks(layers: Layers) -> set[str]:
    with opened("sqlite://", layers=layers) as database:
        return {escape.name for escape in all_escapes() if try_escape(database, escape).leaked}


def test_without_layers_nearly_everything_escapes():
    assert len(leaks(Layers.NONE)) > 130


def test_without_filter_and_guard_reads_leak():
    found = leaks(Layers.WALL | Layers.DATABASE)
    assert {"select_entity", "select_table", "joined_columns", "lazy_to_many", "select_tenants"} <= found


def test_without_guard_core_and_text_leak():
    found = leaks(Layers.ALL ^ Layers.GUARD)
    assert {"select_table", "text_statement", "connection_of_the_session", "platform_table"} <= found


def test_without_database_walls_only_the_driver_leaks():
    found = leaks(Layers.ALL ^ Layers.DATABASE)
    assert {"driver_cursor", "driver_cursor_update", "connection_from_the_pool"} <= found
    assert all("driver" in name or "pool" in name for name in found)


def test_without_filter_an_ordinary_query_is_refused():
    with (
        opened("sqlite://", layers=Layers.ALL ^ Layers.FILTER),
        as_tenant(1) as session,
        pytest.raises(Unanchored, match="no tenant predicate"),
    ):
        session.query(LabOrg).all()


def test_without_wall_a_row_gets_outside_the_subtree():
    with opened("sqlite://", layers=Layers.ALL ^ Layers.WALL), as_tenant(1) as session:
        with narrowed(["0001"]):
            session.add(LabMemo(title="outside", org_path="0002"))
            session.flush()
        assert session.query(LabMemo).count() == 1
