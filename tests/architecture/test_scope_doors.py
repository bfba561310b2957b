"""The doors in the fence: who may work across tenants, and who may build a fence with a layer less."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import PRODUCT, files, in_tests, show

DOORS = {
    # name called: path prefixes of the modules that may call it
    "system_scope": (
        "core/base/engine.py",
        "core/tenancy/",  # finds tenants by address, opens and suspends them
        "core/custody/",  # brings tenants in and takes them away; looks after backups
        "core/jobs/",  # one queue for all tenants
        "core/cli/",  # the operator's shell
        "core/isolation/",  # opens and removes its shadow tenants
        "core/demo/",  # lists the demo accounts, on a loopback address only
    ),
    "maintenance": ("core/base/engine.py", "core/migrations/", "core/testing/"),
    "tenant_scope": ("core/",),  # a plugin always works in the scope it was called in
    "Layers": (),  # every database of the product has all layers
    "send_file": ("core/web/download.py",),  # a file leaves as an attachment of which no shared computer keeps a copy
}


def calls(source: str) -> Iterator[tuple[int, str]]:
    """Doors that a module opens, by line."""
    for node in ast.walk(ast.parse(source)):
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if isinstance(node, ast.Attribute | ast.Name) and name in DOORS:
            yield node.lineno, name


@pytest.mark.parametrize("door", DOORS)
def test_doors_are_opened_only_where_listed(door):
    allowed = ("core/base/engine.py", *DOORS[door])
    found = [
        f"{show(path)}:{line}: {door}"
        for path in files(".py", under=PRODUCT)
        if not show(path).startswith(allowed) and not in_tests(path)
        for line, name in calls(path.read_text())
        if name == door
    ]
    assert found == []


def test_an_opened_door_is_found():
    source = "with scope.system_scope('x'), database.maintenance('y'):\n    Layers.NONE\nsystem_scope = 1\n"
    assert {name for _, name in calls(source)} == {"system_scope", "maintenance", "Layers"}
