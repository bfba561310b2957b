"""One Idempotency-Key, many requests at the same moment: on PostgreSQL none of them waits for another before it has looked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from core.base.session import session
from core.people.models import Person
from core.testing.world import Program
from tests.core.access.units import build_units

AT_ONCE = 50


def test_requests_with_one_key_at_once_do_the_work_once_and_are_answered_alike(world):
    units = build_units(world)
    secret = world.program("east", "people.person.read", "people.person.create").secret

    def create(_number: int):
        program = Program(world.app.test_client(), "/t/east", secret)
        return program.ask("POST", "/people/persons", json={"name": "王芳", "org_id": units.org["pine"]},
                           headers={"Idempotency-Key": "one"})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(create, range(AT_ONCE)))
    assert [answer.status_code for answer in answers] == [201] * AT_ONCE, [answer.json for answer in answers]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == AT_ONCE - 1
    with world.inside("east"):
        assert session().scalar(select(func.count()).select_from(Person).where(Person.name == "王芳")) == 1
