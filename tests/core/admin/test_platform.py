"""An operator opens a county in the wizard, and has no way into its data."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from core.accounts.models import User
from core.base.session import session
from core.people.models import OrgUnit
from core.tenancy.lookup import by_address
from core.testing.world import Browser, World

UNIT = {"kind": "county", "name": "临沭县", "slug": "linshu", "division_code": "371329"}
TREE = "临沭街道党工委\n  东关社区党委\n    东关第一党支部\n    东关第二党支部\n  西关社区党总支"


def _open(operator: Browser) -> str:
    """Walk the wizard up to the one-time link; returns it."""
    step = operator.post("/onboarding/", UNIT).location
    operator.get("/")
    operator.post(step.removeprefix("/platform"), {"profile": "county"})
    base = step.removeprefix("/platform").removesuffix("/profile")
    operator.post(base + "/admin", {"admin_name": "周明霞", "admin_login": "zhoumx"})
    operator.post(base + "/plugins", {"plugins": []})
    page = operator.post(base + "/confirm").get_data(as_text=True)
    found = re.search(r'<code class="g-once" id="activation">([^<]+)</code>', page)
    assert found, page
    assert operator.post(base + "/tree", {"lines": TREE}).status_code == 303
    return found.group(1)


def test_wizard_opens_a_county_with_its_tree(world: World) -> None:
    link = _open(world.browser("platform", "operator"))
    assert "/t/linshu/accounts/link/" in link
    found = by_found(world, "linshu")
    world.tenants["linshu"] = found
    with world.inside("linshu"):
        assert session().scalar(select(User.login_name)) == "zhoumx"
        assert session().scalar(select(func.count()).select_from(OrgUnit)) == 6
        assert session().scalars(select(OrgUnit.name).where(OrgUnit.parent_id.is_(None))).all() == ["临沭县"]


def by_found(world: World, slug: str):  # noqa: ANN201
    with world.database.use():
        found = by_address(slug=slug)
    assert found
    return found[0]


def test_bad_unit_data_is_answered_with_sentences_and_kept(world: World) -> None:
    operator = world.browser("platform", "operator")
    answer = operator.post("/onboarding/", {**UNIT, "slug": "east", "division_code": "999999"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'value="临沭县"' in text


def test_operator_has_no_page_of_a_tenant_and_an_admin_none_of_the_platform(world: World) -> None:
    operator, admin = world.browser("platform", "operator"), world.browser("east")
    assert operator.get("/people/").status_code == 404
    assert operator.client.get("/t/east/search/").status_code == 303
    assert admin.client.get("/platform/").status_code == 303
    assert admin.get("/onboarding/").status_code == 404


def test_suspended_tenant_answers_503_and_comes_back(world: World) -> None:
    operator, admin = world.browser("platform", "operator"), world.browser("east")
    assert operator.post("/tenants/east/suspend", {"reason": "欠费测试"}).status_code == 303
    assert admin.get("/search/").status_code == 503
    assert operator.post("/tenants/east/resume").status_code == 303
    assert admin.get("/search/").status_code == 200


def test_suspending_needs_a_reason(world: World) -> None:
    operator = world.browser("platform", "operator")
    assert operator.post("/tenants/east/suspend", {"reason": " "}).status_code == 422
