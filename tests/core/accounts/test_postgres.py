"""The same on PostgreSQL, where many write at the same moment."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.access.models import Role
from core.access.services.grants import give_role
from core.accounts.services import sign_in as service
from core.base.session import session
from core.testing.world import World, build_world

from .people import OTHER, give_link, give_password, sign_in
from .test_at_once import at_once


@pytest.fixture
def county(app_pg_url, tmp_path, plugins):
    """A platform and the county `east` on PostgreSQL, as a role the walls bind."""
    world = build_world(tmp_path, plugins, app_pg_url)
    world.open_tenant("east", "East County")
    give_password(world, "east", "admin")
    yield world
    world.database.dispose()


def test_accounts_on_postgres(county: World, monkeypatch):
    seen = []
    real = service.verify_password
    monkeypatch.setattr(service, "verify_password", lambda stored, typed: seen.append(typed) or real(stored, typed))
    browsers = [county.browser("east", None) for _ in range(12)]
    statuses = at_once([lambda b=b: sign_in(b, password="wrong") for b in browsers])
    assert len(seen) <= 5 and set(statuses) <= {422, 429}, "parallel guesses"

    token, form = give_link(county, "east", "admin"), {"password": OTHER, "again": OTHER}
    for browser in browsers[:5]:
        browser.get(f"/accounts/link/{token}")
    answers = at_once([lambda b=b: b.post(f"/accounts/link/{token}", form) for b in browsers[:5]])
    assert sorted(answers) == [303] + [404] * 4, "one link"

    assert sign_in(browsers[0], password=OTHER).status_code == 303
    assert sign_in(county.browser("east", None), "no\x00body", "\x00").status_code == 422
    admin = county.browser("east")
    for path in ("/accounts/me", "/access/roles", "/ledgers/accounts.users/?idle=1", "/ledgers/access.grants/?held=1"):
        assert admin.get(path).status_code == 200, path
    number = county.add_user("east", "clerk")
    with county.acting("east", "admin") as ctx:
        role = session().scalars(select(Role.id).where(Role.key == "inspector")).one()
        assert give_role(ctx, number, role_id=role, org_unit_id=None).user_id == number
    assert admin.post(f"/accounts/users/{number}/disable").status_code == 303
