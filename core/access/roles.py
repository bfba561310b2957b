"""Role templates of the modules, copied to a tenant as its own roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import select

from core.base.session import session
from core.plugin import Plugins, RoleTemplate

from .models import Role

PLATFORM_ONLY = "tenancy.tenant."


def expand(patterns: Iterable[str], plugins: Plugins) -> list[str]:
    """Permission names meant by patterns such as `people.person.*`; names of modules not installed are left out.

    `*` means everything of a tenant, and nothing of the operators' console.
    """
    names = set()
    for pattern in patterns:
        for name in plugins.permissions:
            every = pattern == "*" and not name.startswith(PLATFORM_ONLY)
            if every or name == pattern or (pattern.endswith(".*") and name.startswith(pattern[:-1])):
                names.add(name)
    return sorted(names)


def meant(template: RoleTemplate, source: str, plugins: Plugins) -> list[str]:
    """The permissions of a template; one of a plugin never reaches the operators' console, however it is written."""
    names = expand(template.permissions, plugins)
    return [n for n in names if not n.startswith(PLATFORM_ONLY)] if source in plugins.optional else names


def roles_by_key() -> dict[str, Role]:
    """The roles of the tenant in scope."""
    return {role.key: role for role in session().scalars(select(Role)).all()}


def install_templates(templates: Iterable[RoleTemplate], source: str, plugins: Plugins,
                      given: Mapping[str, list[str]] = MappingProxyType({}),
                      existing: dict[str, Role] | None = None) -> dict[str, list[str]]:
    """Give the tenant in scope the roles it does not have yet; existing ones only gain permissions of `source`.

    A role several modules speak of (the branch secretary) is one role: each module adds its own permissions.
    `given`: what the same templates gave the last time, by role; the tenant may have taken it away since and does not get it
    again. `existing`: the tenant's roles, where somebody has read them already; new ones are added to it. Returns what each
    role gained.
    """
    existing = roles_by_key() if existing is None else existing
    gains: dict[str, list[str]] = {}
    for template in templates:
        wanted = meant(template, source, plugins)
        role = existing.get(template.key)
        if role is None and template.key in given:
            continue
        if role is None:
            role = Role(key=template.key, label=str(template.label), note=str(template.note), permissions=wanted, source=source)
            session().add(role)
            existing[template.key], gained = role, wanted
        else:
            had = {*role.permissions, *given.get(role.key, ())}
            gained = [n for n in wanted if plugins.owner_of(n) == source and n not in had]
            if gained:
                role.permissions = sorted({*role.permissions, *gained})
        if gained:
            gains[role.key] = sorted({*gains.get(role.key, ()), *gained})
    return gains


def suggested(templates: Iterable[RoleTemplate], source: str, plugins: Plugins) -> dict[str, list[str]]:
    """What templates give, by role: to be told apart from what a later version of them adds."""
    found: dict[str, set[str]] = {}
    for template in templates:
        found.setdefault(template.key, set()).update(meant(template, source, plugins))
    return {key: sorted(names) for key, names in found.items()}
