"""Imports only go down: the contracts of [tool.importlinter] in pyproject.toml, and a pure lowest floor."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, files, show

LATE = re.compile(r"# late: (start-up time|optional package|cycle with [a-z_.]+)")


def unexplained(source: str) -> list[str]:
    """Imports inside functions without one of the three reasons for them in a comment on the line."""
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    imports = {node for each in functions for node in ast.walk(each) if isinstance(node, ast.Import | ast.ImportFrom)}
    text = {node.lineno: "\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in imports}
    return [f"{number}: {line.strip()}" for number, line in sorted(text.items()) if not LATE.search(line)]


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


def test_imports_inside_functions_say_why():
    assert [f"{show(path)}:{line}" for path in files(".py") for line in unexplained(path.read_text())] == []


def test_planted_late_imports_are_found():
    source = "import a\ndef f():\n    import b\n    import c  # late: cycle with core.x\n    import d  # late: because\n"
    assert [line.split(":")[0] for line in unexplained(source)] == ["3", "5"]


def test_every_folder_with_code_is_a_package():
    folders = {path.parent for path in files(".py", under=("core", "plugins"))}
    assert [show(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize("path", sorted((ROOT / "tests/chaos").glob("test_*.py")), ids=lambda path: path.stem)
def test_what_only_the_long_round_collects_can_be_imported(path):
    """`make test` leaves some of these modules out: one was moved from under another, and `make chaos` did not start."""
    assert vars(importlib.import_module(f"tests.chaos.{path.stem}")).keys() & {"pytestmark", "pytest"}
