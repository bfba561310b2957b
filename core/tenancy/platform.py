"""The platform itself: tenant 0, whose accounts are the operators. They hold no right in any other tenant."""

from __future__ import annotations

from sqlalchemy import select

from core.access.models import Role, RoleGrant
from core.access.roles import install_templates
from core.accounts.links import ACTIVATION, make_link
from core.accounts.models import User
from core.base import clock
from core.base.i18n import _
from core.base.keyring import keyring
from core.base.pinyin import name_keys
from core.base.scope import system_scope, tenant_scope
from core.base.session import begin_write, session
from core.plugin import RoleTemplate, installed

from .models import PLATFORM, PLATFORM_SLUG, Tenant

OPERATOR = "operator"
PERMISSIONS = ("tenancy.tenant.*", "accounts.*", "access.*", "admin.audit.*", "admin.job.*", "isolation.*")


def has_platform() -> bool:
    """Whether tenant 0 exists."""
    with system_scope("tenancy: look for the platform"):
        return session().scalar(select(Tenant.id).where(Tenant.id == PLATFORM)) is not None


def key_fingerprint() -> str | None:
    """Which master key this database was made with, or None before there is a platform."""
    with system_scope("tenancy: which key?"):
        written = session().scalar(select(Tenant.travelled_keys).where(Tenant.id == PLATFORM))
        return str(written[0][1]) if written else None


def furnish_platform(*, operator_login: str, operator_name: str) -> str:
    """Make tenant 0 with its first operator; returns the token of the operator's one-time link. Once per installation."""
    if not has_platform():
        with system_scope("tenancy: make the platform"):
            begin_write()
            session().add(Tenant(id=PLATFORM, slug=PLATFORM_SLUG, name=_("运营平台"), kind="platform",
                                 travelled_keys=[["fingerprint", keyring().fingerprint]]))
            session().commit()
    with tenant_scope(PLATFORM):
        begin_write()
        template = RoleTemplate(OPERATOR, _("平台运营员"), PERMISSIONS, _("开通与停用租户；没有任何租户业务数据的权限"))
        install_templates([template], "core", installed())
        operator = User(login_name=operator_login, name=operator_name, name_keys=name_keys(operator_name).initials)
        session().add(operator)
        session().flush()
        role = session().scalars(select(Role).where(Role.key == OPERATOR)).one()
        session().add(RoleGrant(user_id=operator.id, role_id=role.id, starts_on=clock.today()))
        token = make_link(operator.id, ACTIVATION, clock.now())
        session().commit()
        return token
