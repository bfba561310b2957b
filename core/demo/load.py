"""Loading demo tenants by the same services people use."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

from core.base.scope import tenant_scope
from core.tenancy.models import PLATFORM
from core.tenancy.onboarding import create_tenant
from core.tenancy.platform import furnish_platform, has_platform

from .accounts import OPERATOR, give_password

FOLDER = Path(__file__).resolve().parents[2] / "tenants" / "demo"
SCALES = ("small", "chaoyang")


def load(scale: str, say: Callable[[str], None]) -> None:
    """Make the demo tenants of one scale and tell what is being done."""
    if not has_platform():
        furnish_platform(operator_login=OPERATOR, operator_name="Operator")
    with tenant_scope(PLATFORM):
        give_password(OPERATOR)
    for slug in ("linshu", "liulitun"):
        say(f"demo tenant {slug}")
        data = tomllib.loads((FOLDER / slug / "tenant.toml").read_text("utf-8"))
        made = create_tenant(slug=slug, name=data["name"], kind=data["kind"], admin_login="admin", admin_name=data["admin"],
                             division_code=data["division_code"], demo=True, by="demo")
        with tenant_scope(made.tenant.id):
            give_password("admin")
