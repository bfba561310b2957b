"""The probe on an installation that lives: a report for the tenant, nothing left behind, and a hole in the report."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from core.accounts.models import User
from core.base.scope import system_scope
from core.base.session import session
from core.contracts.errors import Invalid
from core.files.models import StoredFile
from core.isolation import prove as proving
from core.isolation import run as walking
from core.isolation.prove import prove
from core.isolation.report import as_page
from core.isolation.services import KIND
from core.tenancy.lookup import all_tenants
from core.tenancy.models import Tenant
from core.tenancy.onboarding import check_slug
from tests.isolation import holes

SHORT = ("below",)


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """The way through the pages and the tries with real numbers are long in earnest."""
    monkeypatch.setattr(proving, "FROM_AFAR", 0)
    monkeypatch.setattr(proving, "PER_TABLE", 1)
    monkeypatch.setitem(walking.PAGES, False, 30)


def rows_of_all(world):
    with world.database.use(), system_scope("test: count tenants"):
        return session().scalar(select(func.count()).select_from(Tenant))


def test_a_proof_leaves_a_report_and_nothing_else(world):
    before = rows_of_all(world)
    proof = prove(world.app, world.database, world.plugins, "east", parts=SHORT)
    assert proof.findings == () and proof.total > 900 and proof.cases["real"] > 20
    assert rows_of_all(world) == before
    page = as_page(proof)
    assert "没有一次越过单位边界" in page and "not one crossed" in page and "East County" in page


def test_a_hole_stands_in_the_report(world):
    """Whoever asks is told whether the account exists, in whatever tenant."""

    def tells(_probe, view):
        def call(user_id):
            with system_scope("a planted hole"):
                known = session().scalar(select(func.count()).select_from(User).where(User.id == user_id))
            return "there" if known else view(user_id=user_id)

        return call

    with holes.wrapped_views(("accounts.user", "access.account"), tells)(SimpleNamespace(app=world.app)):
        proof = prove(world.app, world.database, world.plugins, "east", parts=())
    assert {f.kind for f in proof.findings} == {"real"}
    assert "发现" in as_page(proof) and "tells a record of east" in as_page(proof)


def test_only_tenants_are_proved(world):
    with pytest.raises(LookupError):
        prove(world.app, world.database, world.plugins, "nobody")


def test_the_button_makes_a_report_that_admins_may_read(world, monkeypatch):
    monkeypatch.setattr("core.isolation.jobs.prove", lambda *a: prove(*a, parts=()))
    admin = world.browser("east")
    assert admin.post("/isolation/start").status_code == 303
    assert "正在检验" in admin.get("/isolation/").get_data(as_text=True)
    world.run_jobs()
    with world.inside("east"):
        file = session().scalars(select(StoredFile).where(StoredFile.kind == KIND)).one()
    assert file.name in admin.get("/isolation/").get_data(as_text=True)
    assert "隔离检验报告" in admin.get(f"/files/{file.id}").get_data(as_text=True)
    assert world.browser("west").get(f"/files/{file.id}").status_code == 404


def test_an_operator_asks_for_any_tenant_and_keeps_the_report(world, monkeypatch):
    monkeypatch.setattr("core.isolation.jobs.prove", lambda *a: prove(*a, parts=()))
    operator = world.browser("platform", "operator")
    assert "East County" in operator.get("/isolation/").get_data(as_text=True)
    assert operator.post("/isolation/start", {"slug": "east"}).status_code == 303
    world.run_jobs()
    assert "isolation-east-" in operator.get("/isolation/").get_data(as_text=True)


def test_shadows_are_in_no_list_and_nobody_takes_their_name(world):
    with world.database.use():
        for slug in ("shadow-1", "shadow-east"):
            with pytest.raises(Invalid):
                check_slug(slug)
        check_slug("shadow-x1", shadow=True)
        assert not [t for t in all_tenants() if t.slug.startswith("shadow-")]
