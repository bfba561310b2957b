"""Every demo account can sign in, one per role, and sees what its role allows and nothing else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from core.access.models import Role, RoleGrant
from core.accounts.models import User
from core.base.session import begin_write, session
from core.demo.accounts import PASSWORD, SOURCE, DemoAccount, demo_accounts
from core.people.models import Person
from core.testing.world import TOKEN, Browser, World
from core.work.inbox import for_actor

pytestmark = pytest.mark.xdist_group("demo")

ROSTER, AUDIT = "/ledgers/people.roster/", "/ledgers/admin.audit/"


def accounts(world: World) -> dict[tuple[str, str], DemoAccount]:
    with world.database.use():
        return {(found.tenant, found.role_key): found for found in demo_accounts()}


def sign_in(world: World, account: DemoAccount) -> Browser:
    """A browser in which somebody typed the account's name and password."""
    browser = world.browser(account.tenant, None)
    page = browser.get("/accounts/sign-in")
    token = TOKEN.search(page.get_data(as_text=True))
    assert token
    answer = browser.post("/accounts/sign-in", {"login": account.login, "password": account.password},
                          headers={"X-CSRFToken": token.group(1)})
    assert answer.status_code == 303, (account.login, answer.status_code)
    return browser


def names_shown(browser: Browser) -> int:
    """How many members the roster says it has."""
    found = re.search(r"共 ([\d,]+) ", browser.get(ROSTER).get_data(as_text=True))
    assert found
    return int(found.group(1).replace(",", ""))


def test_there_is_one_account_per_role_and_one_operator(demo: World) -> None:
    listed = accounts(demo)
    assert [a.tenant for a in listed.values()].count("platform") == 1
    for slug in ("linshu", "liulitun"):
        with demo.inside(slug):
            assert {role for tenant, role in listed if tenant == slug} == set(session().scalars(select(Role.key)))
    county = {role for tenant, role in listed if tenant == "linshu"}
    assert {"tenant_admin", "org_officer", "social_work_officer", "street_officer", "community_secretary", "branch_secretary",
            "community_worker", "station_keeper", "inspector", "auditor"} <= county
    of_county = {"org_officer", "social_work_officer", "department_officer"}
    assert {role for tenant, role in listed if tenant == "liulitun"} == county - of_county


def test_every_account_signs_in_by_the_form(demo: World) -> None:
    for account in accounts(demo).values():
        browser = sign_in(demo, account)
        assert browser.get("/").status_code == 200, account
        assert account.name in browser.get("/").get_data(as_text=True)


def test_the_roster_is_as_long_as_the_subtree(demo: World) -> None:
    listed = accounts(demo)
    expected = {"tenant_admin": 151, "org_officer": 151, "social_work_officer": 151, "inspector": 151, "street_officer": 108,
                "community_secretary": 19, "community_worker": 19, "station_keeper": 19, "branch_secretary": 8}
    assert {role: names_shown(sign_in(demo, listed["linshu", role])) for role in expected} == expected


def test_the_auditor_sees_the_log_and_nobody_of_the_roster(demo: World) -> None:
    auditor = sign_in(demo, accounts(demo)["linshu", "auditor"])
    for ledger in ("people.roster", "people.everybody", "people.changes", "people.orgs", "people.leaders"):
        assert auditor.get(f"/ledgers/{ledger}/").status_code == 403, ledger
    assert auditor.get(AUDIT).status_code == 200


def test_only_admin_and_auditor_see_the_log(demo: World) -> None:
    listed = accounts(demo)
    answers = {role: sign_in(demo, listed[slug, role]).get(AUDIT).status_code for slug, role in listed if slug == "linshu"}
    assert {role for role, status in answers.items() if status == 200} == {"tenant_admin", "auditor"}
    assert set(answers.values()) == {200, 403}


@pytest.mark.parametrize("slug", ["linshu", "liulitun"])
def test_whoever_works_in_a_branch_finds_something_to_do(demo: World, slug: str) -> None:
    listed = accounts(demo)
    for role in ("branch_secretary", "community_secretary", "street_officer"):
        with demo.acting(slug, listed[slug, role].login) as ctx:
            assert for_actor(ctx, 5), role


def test_who_only_looks_changes_and_exports_nothing(demo: World) -> None:
    with demo.inside("linshu"):
        rights = {role.key: set(role.permissions) for role in session().scalars(select(Role))}
    reading = {name for name in rights["inspector"] if not name.endswith(".read")}
    assert reading == set()
    assert not any(name.endswith((".reveal", ".export")) for name in rights["community_worker"] | rights["social_work_officer"])
    assert not any(name.startswith(("people.", "liaison.")) for name in rights["auditor"])
    assert not any(name.startswith("tenancy.tenant.") for names in rights.values() for name in names)


def test_the_operator_sees_nothing_of_tenants(demo: World) -> None:
    operator = sign_in(demo, accounts(demo)["platform", "operator"])
    assert operator.get("/").status_code == 200
    for page in (ROSTER, "/ledgers/people.orgs/"):
        assert operator.get(page).status_code in (403, 404)
    elsewhere = Browser(operator.client, "/t/linshu")
    assert elsewhere.get(ROSTER).status_code == 303          # to the sign-in page of the county
    with demo.inside("platform"):
        assert session().scalars(select(Person.id)).all() == []


def test_an_account_with_its_own_password_is_not_listed(demo: World) -> None:
    with demo.inside("linshu"):
        begin_write()
        user = session().scalars(select(User).where(User.login_name == "inspector")).one()
        user.password_hash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        session().commit()
    assert ("linshu", "inspector") not in accounts(demo)


def test_accounts_of_one_run_share_one_slow_hash(demo: World) -> None:
    with demo.inside("linshu"):
        hashes = set(session().scalars(select(User.password_hash)))
        grants = session().scalars(select(RoleGrant)).all()
    assert len(hashes) == 1
    assert PASSWORD not in hashes.pop()
    assert {grant.source for grant in grants} == {SOURCE}
