"""Demo accounts: one per role of each demo tenant and one operator, with a known password, on loopback installations only."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select

from core.access.models import Role, RoleGrant
from core.accounts.models import User
from core.base import clock
from core.base.passwords import hash_password
from core.base.pinyin import name_keys
from core.base.scope import system_scope, tenant_scope
from core.base.session import begin_write, session
from core.tenancy.models import PLATFORM, Tenant

PASSWORD = "juheli-demo-2026"  # public on purpose: demo data only, loopback only
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """How to sign in as somebody of the demo."""

    tenant: str
    path: str
    login: str
    password: str
    role: str
    name: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def add_account(login: str, name: str, role_key: str, *, path: str = "", org_unit_id: int | None = None,
                password_hash: str = "") -> User:
    """An account of the tenant in scope with the demo password and one role, in the running transaction."""
    user = User(login_name=login, name=name, name_keys=name_keys(name).initials, password_set_at=clock.now(),
                password_hash=password_hash or hash_password(PASSWORD))
    session().add(user)
    session().flush()
    role = session().scalars(select(Role).where(Role.key == role_key)).one()
    session().add(RoleGrant(user_id=user.id, role_id=role.id, org_path=path, org_unit_id=org_unit_id,
                            starts_on=clock.today(), source="demo", granted_by="demo"))
    return user


def give_password(login: str) -> None:
    """Let an existing account of the tenant in scope sign in with the demo password."""
    begin_write()
    user = session().scalars(select(User).where(User.login_name == login)).one()
    user.password_hash, user.password_set_at = hash_password(PASSWORD), clock.now()
    session().commit()


def demo_accounts() -> list[DemoAccount]:
    """All accounts of demo tenants, one per role, and the operator."""
    with system_scope("demo: list accounts"):
        tenants = session().scalars(select(Tenant).where(Tenant.demo.is_(True)).order_by(Tenant.id)).all()
        places = [(t.id, t.slug, f"/t/{t.slug}/") for t in tenants]
    found = []
    for tenant_id, slug, path in [*places, (PLATFORM, "platform", "/platform/")] if places else []:
        with tenant_scope(tenant_id):
            rows = session().execute(
                select(User.login_name, User.name, Role.label).join(RoleGrant, (RoleGrant.tenant_id == User.tenant_id)
                                                                    & (RoleGrant.user_id == User.id))
                .join(Role, (Role.tenant_id == RoleGrant.tenant_id) & (Role.id == RoleGrant.role_id))
                .where(User.state == "active").order_by(User.id)).all()
        found += [DemoAccount(slug, path, r.login_name, PASSWORD, r.label, r.name) for r in rows]
    return found
