"""The chain notices every tampering and names the first bad row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from core.audit import log
from core.audit.log import Fact, verify, write_facts
from core.audit.models import AuditEntry, AuditHead
from core.base.session import begin_write, session
from core.testing.world import World


def _write(count: int) -> None:
    begin_write()
    for number in range(count):
        write_facts([Fact(action="people.person.update", actor_kind="user", actor_id=1, actor_name="王强", via="html",
                          kind="person", subject_id=number, subject_name="张伟", detail={"n": number, "名": "值"})])
    session().commit()


def test_untouched_chain_is_whole(world: World) -> None:
    with world.inside("east"):
        before = verify().rows
        _write(5)
        assert verify() == type(verify())(before + 5)


def _change(seq: int) -> None:
    session().execute(update(AuditEntry).where(AuditEntry.seq == seq).values(subject_name="别人")
                      .execution_options(synchronize_session=False))


def _remove(seq: int) -> None:
    session().execute(delete(AuditEntry).where(AuditEntry.seq == seq).execution_options(synchronize_session=False))


def _rehash(seq: int) -> None:
    _change(seq)
    session().execute(update(AuditEntry).where(AuditEntry.seq == seq).values(hash="0" * 64)
                      .execution_options(synchronize_session=False))


@pytest.mark.parametrize("tamper", [_change, _remove, _rehash])
@pytest.mark.parametrize("offset", [0, 2, 4])
def test_names_the_first_bad_row(world: World, tamper: object, offset: int) -> None:
    with world.inside("east"):
        start = verify().rows
        _write(5)
        begin_write()
        tamper(start + 1 + offset)  # type: ignore[operator]
        session().commit()
        assert verify().bad_seq == start + 1 + offset


def test_cutting_off_the_tail_is_noticed_even_with_the_head_moved_back(world: World) -> None:
    with world.inside("east"):
        _write(3)
        last = verify().rows
        begin_write()
        _remove(last)
        session().execute(update(AuditHead).values(seq=last - 1).execution_options(synchronize_session=False))
        session().commit()
        verdict = verify()
        assert (verdict.bad_seq, verdict.reason) == (last - 1, "head differs")


def test_tenants_have_chains_of_their_own(world: World) -> None:
    with world.inside("east"):
        _write(3)
        east = session().scalars(select(AuditEntry.hash)).all()
    with world.inside("west"):
        west = session().scalars(select(AuditEntry.hash)).all()
        assert verify().bad_seq is None
    assert not set(east) & set(west)


def test_what_is_written_while_the_chain_is_read_is_no_tampering(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read = log._rows

    def slowly() -> Iterator[Any]:
        rows = list(read())
        _write(2)
        yield from rows

    with world.inside("east"):
        _write(3)
        monkeypatch.setattr(log, "_rows", slowly)
        assert verify().bad_seq is None


def test_rows_past_the_head_are_noticed(world: World) -> None:
    with world.inside("east"):
        _write(3)
        last = verify().rows
        begin_write()
        kept = session().scalars(select(AuditHead.hash).where(AuditHead.seq == last)).one()
        _write(1)
        begin_write()
        session().execute(update(AuditHead).values(seq=last, hash=kept).execution_options(synchronize_session=False))
        session().commit()
        assert verify().bad_seq == last + 1
