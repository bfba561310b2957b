"""Loading: twice is once, an interruption is made good, nothing of somebody else's is touched, memory stays bounded."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.access.models import Role
from core.accounts.models import User
from core.audit.log import verify
from core.audit.models import AuditEntry
from core.base.engine import Database
from core.base.scope import tenant_scope
from core.base.session import session
from core.demo import load as loading
from core.demo.accounts import demo_accounts, ensure_operator
from core.demo.blueprint import read_blueprint
from core.demo.large import communities
from core.demo.load import DemoRefused, is_complete, load
from core.people.conditions import counted, elderly
from core.people.models import Affiliation, MemberChange, OrgUnit, Person
from core.people.sealed import clear_text
from core.people.words import BRANCHES
from core.tenancy.lookup import by_address
from core.tenancy.onboarding import create_tenant
from core.testing.world import World
from tests.demo import ROOT, environment

pytestmark = pytest.mark.xdist_group("demo")


MEMBERS = 2100          # of the large tenant here, one in each branch


Large = tuple[Path, list[str], int]


class Interrupted(BaseException):
    """The process dies here."""


def count(model: type, *where: object) -> int:
    return session().scalar(select(func.count()).select_from(model).where(*where)) or 0


def rows(slug: str, model: type, *where: object) -> int:
    found = by_address(slug=slug)
    assert found
    with tenant_scope(found[0].id):
        return count(model, *where)


def test_loading_again_changes_nothing(demo: World) -> None:
    said: list[str] = []
    with demo.database.use():
        before = {slug: (rows(slug, Person), rows(slug, User)) for slug in ("linshu", "liulitun")}
        load("small", said.append)
        assert {slug: (rows(slug, Person), rows(slug, User)) for slug in ("linshu", "liulitun")} == before
    assert said == ["nothing to do: the demo is there"]


def test_the_audit_chain_of_a_demo_tenant_holds(demo: World) -> None:
    with demo.inside("linshu"):
        verdict = verify()
    assert verdict.bad_seq is None
    assert verdict.rows > 200


def interrupted_after(name: str, patch: pytest.MonkeyPatch) -> None:
    """Load until the function of that name has done its work once; then the process dies."""
    module, _, function = name.rpartition(".")
    real = getattr(importlib.import_module(module), function)

    def dies(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)
        raise Interrupted

    with patch.context() as broken:
        broken.setattr(name, dies)
        with pytest.raises(Interrupted):
            load("small", lambda _line: None)


def test_an_interrupted_load_is_completed(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the operator was made, after the tenant was opened, in the middle of writing, before the second tenant."""
    monkeypatch.setattr(loading, "SCALES", {"small": ("linshu",)})
    for step in ("furnish_platform", "ensure_operator", "create_tenant", "open_rounds", "write_small"):
        place = {"furnish_platform": "accounts", "open_rounds": "small"}.get(step, "load")
        interrupted_after(f"core.demo.{place}.{step}", monkeypatch)
        written = rows("linshu", Person, counted()) if step in ("open_rounds", "write_small") else 0
        assert written == (151 if step == "write_small" else 0)
    load("small", lambda _line: None)
    assert is_complete("small")
    assert rows("linshu", Person, counted()) == 151
    assert rows("linshu", User) == rows("linshu", Role)
    assert [account.tenant for account in demo_accounts()].count("platform") == 1


def test_a_real_tenant_of_that_name_is_left_alone(empty: Database) -> None:
    create_tenant(slug="linshu", name="Linshu", kind="county", admin_login="admin", admin_name="Admin")
    with pytest.raises(DemoRefused, match="no demo"):
        load("small", lambda _line: None)
    assert rows("linshu", Person) == 0


def test_operators_of_a_real_installation_keep_their_passwords(world: World) -> None:
    """The world has an operator who was not made by the demo."""
    with world.database.use():
        assert ensure_operator("a hash") is False
    with world.inside("platform"):
        assert "a hash" not in set(session().scalars(select(User.password_hash)))


PROGRAM = """
from core.cli.opening import opened
from core.demo.load import load
with opened():
    load("chaoyang", lambda line: print(line, flush=True), members=%d)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, make_empty: Callable[[Path], Database]) -> Large:
    """`chaoyang` with few members, its load killed once on the way: folder, lines of the second run, members after the kill."""
    folder = tmp_path_factory.mktemp("large") / "instance"
    database = make_empty(folder)
    order = [sys.executable, "-c", PROGRAM % MEMBERS]
    with subprocess.Popen(order, cwd=ROOT, env=environment(folder, 8000), text=True, stdout=subprocess.PIPE) as first:
        assert first.stdout
        for line in first.stdout:
            if "rows/s" in line:
                break
        os.kill(first.pid, signal.SIGKILL)
    said: list[str] = []
    with database.use():
        survived = rows("chaoyang", Person)
        load("chaoyang", said.append, members=MEMBERS)
    database.dispose()
    return folder, said, survived


def test_a_killed_load_of_the_large_tenant_goes_on(large: Large, open_world: Callable[..., World]) -> None:
    folder, said, survived = large
    assert 0 < survived < MEMBERS
    assert "going on after an interruption" in said[0]
    assert sum("rows/s" in line for line in said) >= 10
    with open_world(folder, "chaoyang").inside("chaoyang"):
        assert count(Person, counted()) == MEMBERS
        assert count(Affiliation, Affiliation.formal_of.is_not(None)) == MEMBERS
        assert verify().bad_seq is None


def test_the_large_tenant_has_the_figures_of_seed_003(large: Large, open_world: Callable[..., World]) -> None:
    figures = read_blueprint("chaoyang").figures
    assert (figures["members"], figures["most"]) == (100_000, 50)
    assert max(branch.members for c in communities(read_blueprint("chaoyang")) for branch in c.branches) <= 50
    with open_world(large[0], "chaoyang").inside("chaoyang") as ctx:
        assert count(OrgUnit, OrgUnit.unit_kind == "street") == 22
        assert count(OrgUnit, OrgUnit.unit_kind == "community") == 183
        assert count(OrgUnit, OrgUnit.kind.in_(BRANCHES)) == figures["branches"]
        assert count(Person, elderly(ctx)) / MEMBERS > 0.7
        assert session().scalar(select(func.count(Person.id_index.distinct()))) == count(Person, Person.id_index.is_not(None))


def test_members_written_in_bulk_balance_and_read_like_others(large: Large, open_world: Callable[..., World]):
    with open_world(large[0], "chaoyang").inside("chaoyang"):
        effects = dict(session().execute(
            select(MemberChange.org_id, func.sum(MemberChange.effect)).group_by(MemberChange.org_id)).all())
        members = dict(session().execute(select(Person.org_id, func.count()).where(counted()).group_by(Person.org_id)).all())
        assert {org: n for org, n in effects.items() if n} == members
        person = session().scalars(select(Person).where(Person.phone_sealed.is_not(None))).first()
        assert person
        assert clear_text(person, "phone").startswith("154000")
        batches = session().scalars(select(AuditEntry).where(AuditEntry.kind == "demo_batch")).all()
        assert len(batches) == 183
        assert sum(batch.detail["rows"]["people_person"] for batch in batches) == count(Person, Person.birth_date.is_not(None))
        assert all(len(batch.detail["sha256"]) == 64 for batch in batches)
