"""Demo accounts: one per role of each demo tenant and one operator, with a known password, on loopback installations only."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select

from core.access.models import Role, RoleGrant
from core.accounts.models import User
from core.base import clock
from core.base.passwords import hash_password, verify_password
from core.base.pinyin import name_keys
from core.base.scope import system_scope, tenant_scope
from core.base.session import begin_write, session
from core.people.models import OrgUnit, Person
from core.service import Context
from core.tenancy.lifecycle import ADMIN_ROLE
from core.tenancy.models import PLATFORM, Tenant
from core.tenancy.platform import furnish_platform, has_platform

from .blueprint import AccountPlan, Blueprint, read_shared

PASSWORD = "juheli-demo-2026"  # public on purpose: demo data only, loopback only
OPERATOR = "operator"
SOURCE = str(read_shared("people")["actor"])    # source of the grants by which demo accounts are known


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """How to sign in as somebody of the demo. `place`: the unit on whose subtree the role is held ("" everything)."""

    tenant: str
    path: str
    login: str
    password: str
    role: str
    role_key: str
    name: str
    place: str = ""

    def told(self) -> str:
        """Role, place and name for a list on the terminal."""
        return " ".join(part for part in (self.role, self.place, self.name) if part)

    def as_dict(self, address: str = "") -> dict[str, str]:
        return {"url": address + self.path, **asdict(self)}


def demo_hash() -> str:
    """The stored form of the demo password; made once per run, for all accounts (Argon2 is slow on purpose)."""
    return hash_password(PASSWORD)


def add_accounts(ctx: Context, plan: Blueprint, units: dict[str, int], password_hash: str) -> None:
    """One account per role of the tenant in scope, in the running transaction; the first admin exists already.

    A role the plan does not know (a plugin brought it) gets an account of its own name on the whole tenant.
    """
    roles = {role.key: role for role in session().scalars(select(Role).order_by(Role.id)).all()}
    paths = dict(session().execute(select(OrgUnit.id, OrgUnit.path).where(OrgUnit.id.in_(units.values()))).all())
    planned = {account.role: account for account in plan.accounts}
    for key, role in roles.items():
        account = planned.get(key) or AccountPlan(key, key.replace("_", "-"), role.label)
        if key == ADMIN_ROLE:
            _admit(account.login, password_hash)
            continue
        unit_id = units[account.at] if account.at else None
        user = User(login_name=account.login, name=account.name, name_keys=name_keys(account.name).initials, post=role.label,
                    person_id=_namesake(account.name, unit_id), password_hash=password_hash, password_set_at=clock.now())
        session().add(user)
        session().flush()
        session().add(RoleGrant(user_id=user.id, role_id=role.id, org_path=paths[unit_id] if unit_id else "", org_unit_id=unit_id,
                                starts_on=clock.today(), source=SOURCE, granted_by=ctx.actor.label))
    session().flush()


def _namesake(name: str, unit_id: int | None) -> int | None:
    """The person the account belongs to: somebody of that name in its unit, where a module put one."""
    return session().scalars(select(Person.id).where(Person.name == name, Person.org_id == unit_id)).first() if unit_id else None


def _admit(login: str, password_hash: str) -> None:
    """Let an existing account of the tenant in scope sign in with the demo password, and mark its grants."""
    user = session().scalars(select(User).where(User.login_name == login)).one()
    user.password_hash, user.password_set_at = password_hash, clock.now()
    for grant in session().scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)).all():
        grant.source = SOURCE


def ensure_operator(password_hash: str) -> bool:
    """Make the platform's operator unless the platform has accounts already: those keep their own passwords.

    Returns whether the operator is one of the demo.
    """
    name = str(read_shared("people")["operator"])
    operators = _operators()
    if not operators:
        furnish_platform(operator_login=OPERATOR, operator_name=name)
    elif not any(o.login_name == OPERATOR and o.name == name for o in operators):
        return False
    with tenant_scope(PLATFORM):
        begin_write()
        _admit(OPERATOR, password_hash)
        session().commit()
    return True


def _operators() -> list[User]:
    with tenant_scope(PLATFORM):
        return list(session().scalars(select(User)).all()) if has_platform() else []


def demo_accounts() -> list[DemoAccount]:
    """All accounts of the demo whose password is still the public one, tenants first, then the operator."""
    with system_scope("demo: list accounts"):
        tenants = session().execute(select(Tenant.id, Tenant.slug).where(Tenant.demo.is_(True)).order_by(Tenant.id)).all()
    places = [(t.id, t.slug, f"/t/{t.slug}/") for t in tenants]
    known: dict[str, bool] = {}
    found = []
    for tenant_id, slug, path in [*places, (PLATFORM, "platform", "/platform/")] if places else []:
        with tenant_scope(tenant_id):
            for row in _rows():
                if row.password_hash not in known:
                    known[row.password_hash] = verify_password(row.password_hash, PASSWORD)
                if known[row.password_hash]:
                    found.append(DemoAccount(slug, path, row.login_name, PASSWORD, row.label, row.key, row.name, row.place or ""))
    return found


def _rows() -> list[object]:
    same = (RoleGrant.tenant_id == User.tenant_id) & (RoleGrant.user_id == User.id)
    role = (Role.tenant_id == RoleGrant.tenant_id) & (Role.id == RoleGrant.role_id)
    place = (OrgUnit.tenant_id == RoleGrant.tenant_id) & (OrgUnit.id == RoleGrant.org_unit_id)
    listed = (select(User.login_name, User.name, User.password_hash, Role.label, Role.key, OrgUnit.short_name.label("place"))
              .join(RoleGrant, same).join(Role, role).outerjoin(OrgUnit, place)
              .where(User.state == "active", RoleGrant.source == SOURCE, RoleGrant.revoked_at.is_(None)).order_by(User.id))
    return list(session().execute(listed).all())
