"""Scopes nest, end, and stay in their own thread; a session belongs to one of them for life."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError

from core.base.fence.taking_part import see_whole
from core.base.refusals import CrossTenant, NoTenant
from core.base.scope import (
    ALL_TAKE_PART,
    Scope,
    beyond_subtree,
    current_scope,
    narrowed,
    streamed,
    system_scope,
    tenant_scope,
)
from core.base.session import session
from tests.core.base.lab import LabMember, LabOrg


def names() -> list[str]:
    return sorted(session().scalars(select(LabMember.name)))


def test_nothing_without_a_scope(lab_database):
    for ask in (current_scope, session):
        with pytest.raises(NoTenant):
            ask()
    with pytest.raises(NoTenant), narrowed(["0001"]):
        pass


def test_scopes_nest_and_each_has_its_own_session(lab_database):
    with tenant_scope(1):
        outer = session()
        assert outer is session()
        with tenant_scope(2):
            assert session() is not outer
            assert names() == ["m2-0", "m2-1", "m2-2"]
            with system_scope("count"):
                assert len(names()) == 6
        assert session() is outer
        assert names() == ["m1-0", "m1-1", "m1-2"]


def test_same_tenant_entered_twice_gets_two_sessions(lab_database):
    with tenant_scope(1):
        outer = session()
        with tenant_scope(1):
            assert session() is not outer


def test_leaving_rolls_back_and_closes_for_good(lab_database):
    with tenant_scope(1):
        inside = session()
        inside.add(LabOrg(name="never"))
        inside.flush()
    with tenant_scope(1), pytest.raises(InvalidRequestError):
        inside.scalars(select(LabOrg)).all()
    with tenant_scope(1):
        assert "never" not in list(session().scalars(select(LabOrg.name)))


def test_leaving_by_an_error_restores_the_outer_scope(lab_database):
    with tenant_scope(1):
        with pytest.raises(ZeroDivisionError), tenant_scope(2):
            raise ZeroDivisionError
        assert current_scope() == Scope(1)


def test_a_session_refuses_another_tenants_scope(lab_database):
    with tenant_scope(1):
        inside = session()
        with tenant_scope(2), pytest.raises(CrossTenant):
            inside.scalars(select(LabMember)).all()
        with system_scope("test"), pytest.raises(CrossTenant):
            inside.scalars(select(LabMember)).all()


def test_narrowing_keeps_the_session_and_comes_back(lab_database):
    with tenant_scope(1, ["0001"]):
        outer = session()
        with narrowed(["00010001", "00010002"]):
            assert session() is outer
            assert current_scope() == Scope(1, subtrees=("00010001", "00010002"))
            with beyond_subtree("name the parent"):
                assert current_scope() == Scope(1)
                assert session() is outer
        assert current_scope().subtrees == ("0001",)


def test_a_new_thread_has_no_scope(lab_database):
    seen: list[object] = []

    def look() -> None:
        try:
            seen.append(current_scope())
        except NoTenant as refusal:
            seen.append(refusal)
        with lab_database.use(), tenant_scope(2):
            seen.append(names())

    with tenant_scope(1):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        assert current_scope() == Scope(1)
    assert isinstance(seen[0], NoTenant)
    assert seen[1] == ["m2-0", "m2-1", "m2-2"]


def test_a_streaming_answer_keeps_its_scope_and_leaks_none(lab_database):
    with tenant_scope(1):
        lines = streamed(lambda: iter(names()))
    assert next(lines) == "m1-0"
    with pytest.raises(NoTenant):
        current_scope()
    with tenant_scope(2):
        assert list(lines) == ["m1-1", "m1-2"]
        assert current_scope() == Scope(2)


def test_an_abandoned_stream_closes_its_session(lab_database):
    used = []

    def rows():
        used.append(session())
        yield from names()

    with tenant_scope(1):
        lines = streamed(rows)
        next(lines)
        lines.close()
        with pytest.raises(InvalidRequestError):
            used[0].scalars(select(LabMember)).all()


def test_a_stream_needs_a_scope_when_it_is_made():
    with pytest.raises(NoTenant):
        streamed(lambda: [1])


@pytest.mark.parametrize("number", ["1", None, True, 1.0])
def test_a_tenant_is_a_number(number):
    with pytest.raises(TypeError), tenant_scope(number):
        pass


def test_doors_need_a_reason(lab_database):
    with pytest.raises(ValueError), system_scope(" "):
        pass
    with tenant_scope(1), pytest.raises(ValueError), beyond_subtree(""):
        pass


def test_what_a_scope_covers():
    assert Scope(1).covers("0001") and Scope(1).covers(None)
    assert Scope(1, subtrees=("",)).covers("0001")
    assert Scope(1, subtrees=("0001", "0003")).covers("00030001")
    assert not Scope(1, subtrees=("0001",)).covers("0002")
    assert not Scope(1, subtrees=("0001",)).covers(None)
    assert not Scope(1, subtrees=()).covers("0001")


def test_what_is_left_out_stays_out_in_inner_blocks_until_one_record_is_asked_for_by_its_number(lab_database):
    out = ("lab", ("0001",))

    def record(**places):
        return SimpleNamespace(__scope_paths__=("org_path", "other_path"), **places)

    with tenant_scope(1), narrowed(["0001"], out):
        with beyond_subtree("test"):
            assert current_scope().out == out
            for kept in (record(org_path=None, other_path=None), record(org_path="00010001", other_path="0002")):
                see_whole(kept)
                assert current_scope().out == out
            see_whole(record(org_path="00010001", other_path=None))         # whoever takes it over is not known yet
            assert current_scope().out == ALL_TAKE_PART
        assert current_scope().out == ALL_TAKE_PART
        with narrowed(None, out):                                           # another service
            assert current_scope().out == out
        with beyond_subtree("test"):
            assert current_scope().out == ALL_TAKE_PART
