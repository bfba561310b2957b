"""The few tests that every landing runs besides tests/architecture."""

from __future__ import annotations

import tomllib

from tests.architecture.tree import ROOT


def test_every_plugin_folder_is_an_entry_point():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    folders = {path.parent.name for path in (ROOT / "plugins").glob("*/__init__.py")}
    assert folders <= set(project["entry-points"]["juheli.plugins"])
