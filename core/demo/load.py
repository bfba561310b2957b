"""Loading demo tenants by the same services people use."""

from __future__ import annotations

from collections.abc import Callable

from core.base.scope import tenant_scope
from core.tenancy.models import PLATFORM
from core.tenancy.onboarding import create_tenant
from core.tenancy.platform import furnish_platform, has_platform

from .accounts import OPERATOR, give_password

SCALES = ("small", "chaoyang")


def load(scale: str, say: Callable[[str], None]) -> None:
    """Make the demo tenants of one scale and tell what is being done."""
    if not has_platform():
        furnish_platform(operator_login=OPERATOR, operator_name="运营员")
    with tenant_scope(PLATFORM):
        give_password(OPERATOR)
    for slug, name, kind in (("linshu", "临沭县", "county"), ("liulitun", "六里屯街道", "street")):
        say(f"demo tenant {slug}")
        made = create_tenant(slug=slug, name=name, kind=kind, admin_login="admin", admin_name="周明霞", demo=True, by="demo")
        with tenant_scope(made.tenant.id):
            give_password("admin")
