"""What a chunk of a roster knows of who is registered stays true while its rows are written and taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.identity import make_id_no
from core.base.session import begin_write, session
from core.people.models import OrgUnit, Person
from core.people.registered import Registered
from core.people.sealed import index_of, put
from core.people.services.persons import owner_of_id

NUMBERS = tuple(make_id_no("110105", dt.date(1968, 3, 7), "male", serial) for serial in (1, 2))


@pytest.fixture
def person(world):
    with world.inside("east"):
        begin_write()
        unit = session().scalars(select(OrgUnit).order_by(OrgUnit.id)).first()
        yield lambda name: Person(name=name, org_id=unit.id, org_path=unit.path, is_formal=True)


def test_a_row_taken_back_leaves_nothing(person):
    known = Registered(["Zhang"], [index_of("id", number) for number in NUMBERS])
    with pytest.raises(ValueError), session().begin_nested():
        gone = person("Zhang")
        put(gone, "id", NUMBERS[0])
        session().add(gone)
        session().flush()
        known.wrote(gone)
        assert known.named("Zhang") == [gone] and not known.is_free(index_of("id", NUMBERS[0]))
        raise ValueError
    assert known.named("Zhang") == [] and known.is_free(index_of("id", NUMBERS[0]))
    with known.asked():
        assert owner_of_id(NUMBERS[0]) is None


def test_a_changed_name_taken_back_is_found_under_the_old_one(person):
    there = person("Zhang")
    put(there, "id", NUMBERS[0])
    session().add(there)
    session().flush()
    known = Registered(["Zhang", "Wang"], [index_of("id", number) for number in NUMBERS])
    with pytest.raises(ValueError), session().begin_nested():
        there.name = "Wang"
        put(there, "id", NUMBERS[1])
        session().flush()
        known.wrote(there)
        assert known.named("Zhang") == [] and known.named("Wang") == [there]
        assert known.is_free(index_of("id", NUMBERS[0])) and known.bearer(index_of("id", NUMBERS[1])) is there
        raise ValueError
    assert known.named("Zhang") == [there] and known.named("Wang") == []
    assert known.bearer(index_of("id", NUMBERS[0])) is there and known.is_free(index_of("id", NUMBERS[1]))


def test_a_number_the_chunk_did_not_ask_for_is_asked_of_the_database(person):
    there = person("Zhang")
    put(there, "id", NUMBERS[0])
    session().add(there)
    session().flush()
    known = Registered([], [])
    assert not known.is_free(index_of("id", NUMBERS[0]))
    with known.asked():
        assert owner_of_id(NUMBERS[0]) is there
