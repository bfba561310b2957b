"""The unit of work: what a service says it did, and whose transaction it is."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.audit.models import AuditEntry
from core.base.session import session
from core.contracts.errors import Conflict, Invalid
from core.service import Context, service


@service("accounts.user.manage", action="accounts.user.create")
def _fails(ctx: Context) -> None:
    ctx.audit("user", 1, "never happened")
    raise Invalid({"name": ["…"]})


@service("accounts.user.manage", action="accounts.user.update")
def _goes_on(ctx: Context) -> None:
    ctx.audit("user", 2, "happened")
    with pytest.raises(Invalid):
        _fails(ctx)


def test_the_audit_forgets_what_a_failed_inner_service_said(world):
    with world.inside("east") as ctx:
        _goes_on(ctx)
        rows = session().execute(select(AuditEntry.action, AuditEntry.subject_name).where(AuditEntry.kind == "user")).all()
    assert rows == [("accounts.user.update", "happened")]


@service("accounts.user.manage", action="accounts.user.update")
def _crosses(ctx: Context, world) -> None:
    with world.inside("west") as other:
        _goes_on(other)


def test_a_service_of_another_tenant_does_not_join(world):
    with world.inside("east") as ctx, pytest.raises(RuntimeError, match="unit of work"):
        _crosses(ctx, world)
    with world.inside("west"):
        assert session().scalars(select(AuditEntry).where(AuditEntry.subject_name == "happened")).all() == []


@service("accounts.user.manage", action="accounts.user.create")
def _second_of_a_name(ctx: Context) -> None:
    session().add(User(login_name="admin", name="晚了一步"))


def test_who_comes_second_with_the_same_name_is_told_so(world):
    with world.inside("east") as ctx:
        with pytest.raises(Conflict):
            _second_of_a_name(ctx)
        _goes_on(ctx)
