"""The demo of the module: records in every state, made by its services, the same from the same seed."""

from __future__ import annotations

from random import Random

from sqlalchemy import func, select

from core.base.session import session
from core.people.conditions import counted
from core.people.models import Affiliation, Person
from core.people.services.orgs import create_org
from core.people.services.persons import create_person
from core.service import Context, service
from plugins.liaison import demo
from plugins.liaison.models import ContactLog, Gathering, LossSearch, MobileRecord, ServiceLog, Station
from plugins.liaison.tests.conftest import TODAY, County


@service(None, action="test.demo.load")
def fill(ctx: Context, seed: int) -> None:
    """A street of three communities with twenty-four mobile members, and the demo records."""
    street = create_org(ctx, name="城南街道党工委", short_name="城南街道", kind="work_committee", unit_kind="street")
    for number in range(3):
        community = create_org(ctx, name=f"城南{number}社区党委", short_name=f"城南{number}社区", kind="committee",
                               unit_kind="community", parent_id=street.id)
        branch = create_org(ctx, name=f"城南{number}支部委员会", short_name=f"城南{number}支部", kind="branch",
                            parent_id=community.id)
        for person in range(8):
            create_person(ctx, name=f"演示{number}{person}", org_id=branch.id, category="mobile", member_kind="full",
                          effective_on=TODAY.replace(year=2023))
    demo.load(ctx, Random(seed))


def figures() -> list[tuple[object, ...]]:
    """The records without what ids and places decide."""
    rows = select(MobileRecord.person_name, MobileRecord.state, MobileRecord.region, MobileRecord.since)
    return [tuple(row) for row in session().execute(rows.order_by(MobileRecord.person_name))]


def count(model: type, *where: object) -> int:
    return session().scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_every_state_and_every_register_has_rows(county: County) -> None:
    with county.acting("all") as ctx:
        before = count(Person, counted())
        fill(ctx, 1)
        states = set(session().scalars(select(MobileRecord.state)))
        assert {"suspected", "registered", "notified", "active", "contact_overdue", "lost_contact", "returned"} <= states
        assert set(session().scalars(select(MobileRecord.direction))) == {"outflow", "inflow"}
        for model in (Station, ContactLog, ServiceLog, LossSearch):
            assert count(model) > 0, model
        assert count(Gathering, Gathering.confirmed_on.is_not(None)) == 1
        assert count(Person, counted()) == before + 24          # guests are served, not counted
        assert count(Affiliation, Affiliation.kind == "inflow") >= 6
        assert session().scalar(select(func.max(ContactLog.on))) <= TODAY


def test_the_same_seed_makes_the_same_records_in_another_tenant(county: County) -> None:
    made = {}
    for slug in ("east", "west"):
        with county.acting("all", slug=slug) as ctx:
            fill(ctx, 7)
            made[slug] = figures()
    assert made["east"] == made["west"]
    assert len(made["east"]) == 30
