"""What a new tenant starts from: data in `tenants/profiles/<name>.toml`, never code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from core.base.i18n import _
from core.contracts.errors import Invalid
from core.plugin import RoleTemplate

FOLDER = Path(__file__).resolve().parents[2] / "tenants" / "profiles"


@dataclass(frozen=True, slots=True)
class Profile:
    """Plugins switched on, roles, rule overrides ({key: {value, document_no}}), brand and root organisation."""

    name: str
    title: str
    kind: str
    plugins: tuple[str, ...] = ()
    roles: tuple[RoleTemplate, ...] = ()
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    brand: dict[str, Any] = field(default_factory=dict)
    root: dict[str, Any] = field(default_factory=dict)


@cache
def load_profile(name: str) -> Profile:
    """Read one profile. Raises Invalid for a name nobody has."""
    path = FOLDER / f"{name}.toml"
    if not name.isidentifier() or not path.is_file():
        raise Invalid({"profile": [_("没有名为“%(name)s”的开通方案。", name=name)]})
    data = tomllib.loads(path.read_text("utf-8"))
    roles = tuple(RoleTemplate(key, r["label"], tuple(r["permissions"]), r.get("note", ""))
                  for key, r in data.get("roles", {}).items())
    return Profile(name, data["title"], data["kind"], tuple(data.get("plugins", ())), roles, data.get("rules", {}),
                   data.get("brand", {}), data.get("root", {}))


def profiles() -> list[Profile]:
    """All profiles, by file name."""
    return [load_profile(path.stem) for path in sorted(FOLDER.glob("*.toml"))]
