"""Ids, the clock, and types that mean the same on both databases."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import BigInteger, Column, Date, LargeBinary, MetaData, String, Table, insert, select
from sqlalchemy.exc import StatementError

from core.base import clock, ids
from core.base.ids import new_id, new_ids
from core.base.types import JSON, UTCDateTime
from tests.architecture.tree import ROOT

NOON_IN_BEIJING = dt.datetime(2026, 3, 1, 12, tzinfo=clock.SHANGHAI)


def test_ids_grow_and_fit_into_53_bits():
    made = [new_id() for _ in range(1000)] + new_ids(5000) + [new_id()]
    assert made == sorted(set(made))
    assert made[0] > 0 and made[-1] < 2**53


def test_ids_of_threads_never_meet():
    with ThreadPoolExecutor(8) as pool:
        made = [i for part in pool.map(lambda _: new_ids(500) + [new_id()], range(20)) for i in part]
    assert len(set(made)) == 20 * 501


def test_ids_of_processes_carry_different_bits():
    code = "from core.base.ids import new_ids; print(*new_ids(3))"
    others = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in "ab"]
    printed = [other.communicate()[0].split() for other in others]
    bits = {int(made) & 255 for made in sum(printed, []) + [new_id()]}
    assert len(bits) == 3


def test_ids_are_ordered_by_time(monkeypatch):
    before = new_id()
    monkeypatch.setattr(ids.time, "time", lambda: 1_900_000_000.0)
    assert new_id() > before
    monkeypatch.setattr(ids, "_last", 0)
    assert new_id() >> 12 == 1_900_000_000_000 - 1_704_067_200_000


def test_no_ids_for_nothing():
    assert new_ids(0) == []
    with pytest.raises(ValueError):
        new_ids(-1)


def test_clock_is_aware_and_can_be_frozen():
    assert clock.now().utcoffset() == dt.timedelta(0)
    with clock.at(NOON_IN_BEIJING):
        assert clock.now() == NOON_IN_BEIJING
        with clock.at(NOON_IN_BEIJING + dt.timedelta(days=1)):
            assert clock.today() == dt.date(2026, 3, 2)
        assert clock.now() == NOON_IN_BEIJING
    assert clock.now() != NOON_IN_BEIJING


def test_today_is_the_day_in_china():
    with clock.at(dt.datetime(2026, 2, 28, 17, tzinfo=dt.UTC)):
        assert clock.today() == dt.date(2026, 3, 1)
        assert clock.today(dt.UTC) == dt.date(2026, 2, 28)


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError), clock.at(dt.datetime(2026, 3, 1)):
        pass


values = Table(
    "lab_values",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UTCDateTime),
    Column("day", Date),
    Column("name", String(20)),
    Column("extra", JSON),
    Column("blob", LargeBinary),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
ROWS = [
    {"id": 2**53 - 1, "at": NOON_IN_BEIJING, "day": dt.date(1949, 10, 1), "name": "曾·买买提", "extra": {"甲": [1, None]},
     "blob": b"\x00\xff"},
    {"id": 2, "at": None, "day": None, "name": None, "extra": None, "blob": None},
    {"id": 1, "at": dt.datetime(2026, 3, 1, 4, 0, 0, 123456, dt.UTC), "day": dt.date(2026, 3, 1), "name": "",
     "extra": [], "blob": b""},
]  # fmt: skip


@pytest.fixture
def table(lab_database):
    with lab_database.maintenance("test: types") as connection:
        values.create(connection)
        connection.execute(insert(values), ROWS)
        yield connection
        values.drop(connection)


def test_types_come_back_as_they_went_in(table):
    read = [dict(row) for row in table.execute(select(values).order_by(values.c.id.desc())).mappings()]
    assert read == sorted(ROWS, key=lambda row: -row["id"])
    assert read[0]["at"].tzinfo is dt.UTC


def test_moments_compare_in_the_database(table):
    later = select(values.c.id).where(values.c.at > NOON_IN_BEIJING)
    assert table.scalars(later).all() == [1]
    assert table.scalars(select(values.c.id).where(values.c.at == NOON_IN_BEIJING)).all() == [2**53 - 1]


def test_null_is_null_in_json_too(table):
    assert table.scalars(select(values.c.id).where(values.c.extra.is_(None))).all() == [2]


def test_a_naive_datetime_is_not_stored(table):
    with pytest.raises(StatementError, match="naive"), table.begin_nested():
        table.execute(insert(values), {"id": 9, "at": dt.datetime(2026, 1, 1)})


def test_chinese_in_json_stays_readable(lab_database):
    assert lab_database.engine.dialect._json_serializer({"名": "甲"}) == '{"名": "甲"}'
