"""What a module says about itself. Metadata only: importing a manifest must import no models and no Flask."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

API = 1
TENANT_KINDS = frozenset({"county", "street"})
_NAME = re.compile(r"[a-z][a-z0-9]{1,20}")


class PluginProblems(Exception):
    """Start-up refused; every problem of every module in one message."""


@dataclass(frozen=True, slots=True)
class Permission:
    """`module.noun.verb`, the label an admin reads, and whether it lets one see unmasked personal data."""

    name: str
    label: Any
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class RoleTemplate:
    """A suggested bundle of permissions, copied to the tenant when the module is first enabled.

    Permissions may end in `.*` (all of a noun) and may belong to other modules; those not installed are left out.
    `audience`: the kinds of tenant in which the role exists.
    """

    key: str
    label: Any
    permissions: tuple[str, ...]
    note: Any = ""
    audience: frozenset[str] = TENANT_KINDS


@dataclass(frozen=True, slots=True)
class PersonalField:
    """One column of the personal-data register (PIPL Art. 6, 17): why it is kept, on what ground, for how long."""

    column: str
    purpose: Any
    ground: Any
    keep: str
    mask: str = ""
    sensitive: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Plugin:
    """Everything a tenant's admin decides on, nothing a request needs.

    `name` is the prefix of URLs, tables, permissions, templates and log lines, in one word without underscore.
    `eq=False`: pluggy compares plugins with == and keeps them in sets.
    """

    name: str
    title: Any
    summary: Any = ""
    version: str = "1.0"
    api: int = API
    category: str = "service"
    icon: str = "puzzle"
    requires: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()
    roles: tuple[RoleTemplate, ...] = ()
    settings: str | None = None
    events: tuple[type, ...] = ()
    personal_data: tuple[PersonalField, ...] = ()
    audience: frozenset[str] = field(default_factory=lambda: TENANT_KINDS)
    publisher: str = "Juheli"
    core: bool = False

    def problems(self) -> list[str]:
        """Everything that is wrong with this manifest, as sentences for the operator."""
        found = []
        if not _NAME.fullmatch(self.name):
            found.append(f"{self.name!r}: a name is 2-21 letters and digits, no underscore")
        if self.api != API:
            found.append(f"{self.name}: speaks plugin API {self.api}, core speaks {API}")
        names = [p.name for p in self.permissions]
        found += [f"{self.name}: permission {n!r} must be {self.name}.noun.verb" for n in names
                  if not re.fullmatch(rf"{self.name}\.[a-z_]+\.[a-z_]+", n)]
        found += [f"{self.name}: permission {n!r} is declared twice" for n in sorted({n for n in names if names.count(n) > 1})]
        return found
