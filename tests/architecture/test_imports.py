"""Imports only go down: the contracts of [tool.importlinter] in pyproject.toml, and a pure lowest floor."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import ROOT, files, show


def roots(source: str) -> set[str]:
    """First names of what a module imports, without relative imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
    return found


def test_import_contracts_are_kept():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_contracts_need_only_the_standard_library():
    foreign = {
        f"{show(path)}: {name}"
        for path in files(".py", under=("core/contracts",))
        for name in roots(path.read_text()) - sys.stdlib_module_names - {"__future__"}
        if "from core.contracts" not in path.read_text() or name != "core"
    }
    assert foreign == set()


def test_every_folder_with_code_is_a_package():
    folders = {path.parent for path in files(".py", under=("core", "plugins"))}
    assert [show(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []
