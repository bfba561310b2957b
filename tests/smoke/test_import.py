"""Every module can be imported by itself: the cheapest proof that the tree stands."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _modules() -> list[str]:
    files = [*ROOT.glob("core/**/*.py"), *ROOT.glob("plugins/**/*.py")]
    parts = (f.relative_to(ROOT).with_suffix("").parts for f in files)
    names = (p[:-1] if p[-1] == "__init__" else p for p in parts if not {"migrations", "tests"} & set(p))
    return sorted(".".join(name) for name in names)


@pytest.mark.parametrize("name", _modules())
def test_module_imports(name: str) -> None:
    assert importlib.import_module(name).__name__ == name
