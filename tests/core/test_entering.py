"""A request reads its tenant's row in the transaction it goes on with, and never goes by what an address meant before."""

from __future__ import annotations

import pytest
from sqlalchemy import event, update

from core.base.scope import system_scope
from core.base.session import begin_write, session
from core.tenancy.models import Tenant


@pytest.fixture
def begun(world):
    """Transactions that began meanwhile."""
    seen = []

    def note(_connection):
        seen.append(1)

    event.listen(world.database.engine, "begin", note)
    yield seen
    event.remove(world.database.engine, "begin", note)


def rename(world, **slugs: str) -> None:
    with world.database.use(), system_scope("test: other addresses"):
        begin_write()
        for old, new in slugs.items():
            session().execute(update(Tenant).where(Tenant.slug == old).values(slug=new)
                              .execution_options(synchronize_session=False))
        session().commit()


def test_one_transaction_for_a_page_of_a_tenant_met_before(world, begun):
    browser = world.browser("east")
    browser.get("/")
    begun.clear()
    assert browser.get("/").status_code == 200
    assert len(begun) == 1


def test_an_address_that_moved_to_another_tenant_leads_there_at_once(world):
    client = world.app.test_client()
    assert "East County" in client.get("/t/east/accounts/sign-in").text
    rename(world, east="moved", west="east")
    page = client.get("/t/east/accounts/sign-in")
    assert page.status_code == 200 and "West Street" in page.text and "East County" not in page.text
    assert "East County" in client.get("/t/moved/accounts/sign-in").text
    assert client.get("/t/west/accounts/sign-in").status_code == 404


def test_a_session_of_the_tenant_that_had_the_address_opens_nothing_at_the_other(world):
    browser = world.browser("east")
    assert browser.get("/people/").status_code == 200
    rename(world, east="moved", west="east")
    assert browser.get("/people/").status_code == 303


def test_a_tenant_that_is_gone_is_not_found(world):
    browser = world.browser("east")
    assert browser.get("/people/").status_code == 200
    rename(world, east="gone")
    assert browser.get("/people/").status_code == 404
