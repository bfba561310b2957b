"""Every table of core and of every plugin can be walled, distributed and moved; each carries its owner's name."""

from __future__ import annotations

import importlib

from core.base.db import Base
from core.base.fence.lint import lint
from tests.architecture.tree import ROOT, files


def import_models() -> None:
    """Import every models.py and every module of a models package."""
    for path in files(".py", under=("core", "plugins")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "models" in parts and "tests" not in parts:
            importlib.import_module(".".join(parts).removesuffix(".__init__"))


def test_schema_is_clean():
    import_models()
    assert [str(finding) for finding in lint(Base.metadata)] == []


def test_tables_carry_the_name_of_their_owner():
    import_models()
    wrong = []
    for mapper in Base.registry.mappers:
        floor, owner = mapper.class_.__module__.split(".")[:2]
        table = mapper.local_table.name
        if floor in ("core", "plugins") and not table.startswith(f"{owner}_"):
            wrong.append(f"{mapper.class_.__name__}: {table} should be {owner}_…")
    assert wrong == []
