"""Access tokens: made in the pages, shown once, no more than they were made for, gone at once when revoked."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import nullcontext

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.access.models import AccessToken, Role, RoleGrant
from core.access.services import tokens as service
from core.access.tokens import PATTERN
from core.accounts.models import User
from core.accounts.services.users import disable_user, reset_link
from core.audit.models import AuditEntry
from core.base import clock
from core.base.session import begin_write, session
from core.cli import cli
from core.contracts.errors import Forbidden, Invalid
from core.jobs.queue import OwnerGone, enqueue, on_behalf_of
from core.testing.world import Program, World
from tests.core.access.units import PATHS, Units, build_units

MANAGING = (service.MANAGE, "access.grant.manage", "accounts.user.manage")


@pytest.fixture
def units(world: World) -> Units:
    return build_units(world)


@pytest.fixture
def reader(world: World) -> int:
    """A role that reads persons and organisations."""
    world.add_user("east", "reader", "people.person.read", "people.org.read")
    with world.inside("east"):
        return session().scalars(select(Role.id).where(Role.key == "test_reader")).one()


def make(world: World, role: int, login: str = "admin", days: int = 30, **more) -> tuple[AccessToken, Program]:
    with world.acting("east", login) as ctx:
        data = {"org_unit_id": None, "ends_on": ctx.today() + dt.timedelta(days=days), "name": "sync", **more}
        token, secret = service.make_token(ctx, role_id=role, **data)
        return token, Program(world.app.test_client(), "/t/east", secret)


def permissions(program: Program) -> set[tuple[str, str]]:
    return {(name, grant["place"]) for grant in program.get("/me").json["grants"] for name in grant["permissions"]}


def test_a_token_is_made_in_the_pages_and_shown_once(world, units, reader):
    admin = world.browser("east")
    form = {"name": "县大数据局", "role_id": reader, "org_unit_id": units.org["north"], "permissions": ["people.person.read"],
            "ends_on": (clock.today() + dt.timedelta(days=9)).isoformat()}
    shown = admin.post("/tokens/new", form).get_data(as_text=True)
    secret = re.search(PATTERN, shown)[0]
    listed = admin.get("/tokens/").get_data(as_text=True)
    assert "县大数据局" in listed and secret[:9] in listed and secret not in listed
    program = Program(world.app.test_client(), "/t/east", secret)
    found = program.get("/me")
    assert found.json["tenant"]["slug"] == "east" and found.json["account"]["name"] == "县大数据局"
    assert permissions(program) == {("people.person.read", "North")}
    assert "最近使用" in listed and "127.0.0.1" in admin.get("/tokens/").get_data(as_text=True)


def test_only_a_keyed_hash_is_stored_and_the_audit_does_not_know_the_secret(world, reader):
    _token, program = make(world, reader)
    with world.inside("east"):
        row = session().scalars(select(AccessToken)).one()
        told = [str(entry.detail) for entry in session().scalars(select(AuditEntry))]
    assert program.secret not in repr(vars(row)) and len(row.mac) == len("v1.") + 64
    assert not [text for text in told if program.secret[9:] in text]


def test_a_token_does_no_more_than_it_was_made_for_whatever_its_account_gains(world, units, reader):
    token, program = make(world, reader, permissions=["people.person.read"], org_unit_id=units.org["north"])
    with world.inside("east"):
        begin_write()
        session().get(Role, (world.tenants["east"].id, reader)).permissions = ["people.org.read", "people.person.read"]
        session().add(RoleGrant(user_id=token.user_id, role_id=reader, org_path="", starts_on=clock.today()))
        session().commit()
    assert permissions(program) == {("people.person.read", "North")}


def test_revoked_expired_and_disabled_are_refused_with_the_next_request(world, reader):
    token, program = make(world, reader)
    assert program.get("/me").status_code == 200
    with world.acting("east", "admin") as ctx:
        service.revoke_token(ctx, token.id)
    refused = program.get("/me")
    assert refused.status_code == 401 and refused.headers["WWW-Authenticate"] == "Bearer realm=juheli"
    token, program = make(world, reader, days=0)
    assert program.get("/me").status_code == 200
    with clock.at(clock.now() + dt.timedelta(days=1)):
        assert program.get("/me").status_code == 401
    with world.acting("east", "admin") as ctx:
        disable_user(ctx, token.user_id)
    assert program.get("/me").status_code == 401


def test_the_grant_behind_a_token_ends_with_it_and_may_be_taken_back_before(world, reader):
    token, program = make(world, reader)
    with world.inside("east"):
        begin_write()
        grant = session().scalars(select(RoleGrant).where(RoleGrant.user_id == token.user_id)).one()
        assert grant.ends_on == clock.today() + dt.timedelta(days=30)
        grant.revoked_at = clock.now()
        session().commit()
    assert program.get("/me").json["grants"] == []


def test_a_token_of_one_tenant_is_nothing_in_another(world, reader):
    _token, program = make(world, reader)
    foreign = Program(program.client, "/t/west", program.secret)
    none = Program(program.client, "/t/west", "")
    answers = [p.get("/me") for p in (foreign, none)]
    assert [a.status_code for a in answers] == [401, 401]
    assert answers[0].json | {"request_id": ""} == answers[1].json | {"request_id": ""}


def test_nobody_gives_a_token_what_he_does_not_hold(world, units, reader):
    world.add_user("east", "local", *MANAGING, "people.person.read", path=PATHS["north"])
    with pytest.raises(Invalid, match="role_id"):
        make(world, reader, "local", org_unit_id=units.org["north"])
    with pytest.raises(Forbidden):
        make(world, reader, "local", org_unit_id=units.org["south"])
    with pytest.raises(Invalid, match="ends_on"):
        make(world, reader, days=400)
    with pytest.raises(Invalid, match="permissions"):
        make(world, reader, permissions=["people.person.update"])
    with world.inside("east"):
        assert session().scalars(select(AccessToken)).all() == []
        assert session().scalars(select(User).where(User.service)).all() == []


def test_tokens_of_other_places_are_neither_listed_nor_revoked(world, units, reader):
    token, program = make(world, reader, org_unit_id=units.org["south"])
    world.add_user("east", "local", *MANAGING, "people.person.read", "people.org.read", path=PATHS["north"])
    local = world.browser("east", "local")
    assert "sync" not in local.get("/tokens/").get_data(as_text=True)
    assert [local.post(f"/tokens/{token.id}/{act}").status_code for act in ("revoke", "exchange")] == [404, 404]
    assert program.get("/me").status_code == 200


def test_a_token_is_exchanged_without_a_pause(world, reader):
    token, program = make(world, reader)
    admin = world.browser("east")
    second = re.search(PATTERN, admin.post(f"/tokens/{token.id}/exchange").get_data(as_text=True))[0]
    both = [program, Program(program.client, program.root, second)]
    assert [p.get("/me").status_code for p in both] == [200, 200]
    admin.post(f"/tokens/{token.id}/revoke")
    assert [p.get("/me").status_code for p in both] == [401, 200]


def test_who_holds_a_right_until_the_last_day_of_a_token_exchanges_it_and_not_who_loses_it_before(world, reader):
    token, _program = make(world, reader)
    world.add_user("east", "deputy", *MANAGING, "people.person.read", "people.org.read")
    last = clock.today() + dt.timedelta(days=30)
    for day, allowed in ((last, True), (last - dt.timedelta(days=1), False)):
        with world.inside("east"):
            begin_write()
            deputy = session().scalars(select(User.id).where(User.login_name == "deputy")).one()
            session().scalars(select(RoleGrant).where(RoleGrant.user_id == deputy)).one().ends_on = day
            session().commit()
        with world.acting("east", "deputy") as ctx, nullcontext() if allowed else pytest.raises(Invalid):
            service.exchange_token(ctx, token.id)


def test_a_service_account_never_gets_a_password(world, reader):
    token, _program = make(world, reader)
    with world.acting("east", "admin") as ctx, pytest.raises(Invalid):
        reset_link(ctx, token.user_id)


def test_the_last_use_is_written_once_in_five_minutes(world, reader):
    _token, program = make(world, reader)
    start, written = clock.now(), []
    for minutes in (0, 1, 4, 6, 8):
        with clock.at(start + dt.timedelta(minutes=minutes)), world.counting() as sent:
            assert program.get("/me").status_code == 200
        written.append(sum("UPDATE access_token" in statement for statement in sent))
    assert written == [1, 0, 0, 1, 0]


def test_a_job_asked_for_with_a_token_runs_with_the_rights_of_the_token(world, reader):
    token, _program = make(world, reader, permissions=["people.person.read"])
    tenant = world.tenants["east"].id
    make_context = world.app.extensions["juheli.runner"].make_context
    with world.inside("east"), on_behalf_of(token.id):
        begin_write()
        assert enqueue("tenancy.statistics", actor_id=token.user_id).token_id == token.id
        session().commit()
        ctx = make_context(tenant, token.user_id)
        assert ctx.may("people.person.read") and not ctx.may("people.org.read")
    with world.acting("east", "admin") as admin:
        service.revoke_token(admin, token.id)
    with world.inside("east"), on_behalf_of(token.id), pytest.raises(OwnerGone):
        make_context(tenant, token.user_id)


def test_tokens_are_made_listed_and_revoked_from_the_command_line(world, monkeypatch):
    """The same services as the page: the same checks, the same account with one role, the same audit."""
    units = build_units(world)
    config = world.app.extensions["juheli.config"]
    monkeypatch.setenv("JUHELI_INSTANCE", str(config.instance))
    monkeypatch.setenv("JUHELI_DATABASE_URL", config.url)

    def run(*words: str):
        return CliRunner().invoke(cli, ["token", words[0], "--tenant", "east", *words[1:]])

    until = (clock.today() + dt.timedelta(days=30)).isoformat()
    made = run("create", "data office", "--role", "tenant_admin", "--until", until, "--org", str(units.org["pine"]),
               "--only", "people.person.read")
    assert made.exit_code == 0, made.output
    program = Program(world.app.test_client(), "/t/east", made.stdout.splitlines()[0])
    assert [g["permissions"] for g in program.get("/me").json["grants"]] == [["people.person.read"]]
    listed = run("list")
    assert program.secret not in listed.output and "live" in listed.output and "data office" in listed.output
    page = world.browser("east").get("/tokens/").get_data(as_text=True)
    assert f">{until}<" in page, "the last day it lets in, not the midnight after"
    assert run("revoke", listed.output.split()[0]).exit_code == 0 and program.get("/me").status_code == 401
    assert "revoked" in run("list").output
    with world.inside("east"):
        entries = session().scalars(select(AuditEntry).where(AuditEntry.action.startswith("access.token."))).all()
        assert [(one.action, one.via, one.actor_name) for one in entries] == [
            ("access.token.make", "cli", "juheli token"), ("access.token.revoke", "cli", "juheli token")]
    for words, said in ((("create", "x", "--role", "nobody", "--until", until), "no role 'nobody'"),
                        (("create", "x", "--role", "tenant_admin", "--until", "2099-01-01"), ""), (("revoke", "5"), "")):
        refused = run(*words)
        assert refused.exit_code != 0 and said in refused.output, refused.output
    assert "no tenant 'nowhere'" in CliRunner().invoke(cli, ["token", "list", "--tenant", "nowhere"]).output
