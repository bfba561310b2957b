"""Files of at most 300 lines and functions of at most 40: what a reader can hold in the head."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.tree import ROOT, files, show

FILE_LINES = 300
FUNCTION_LINES = 40
DATA_FOLDERS = {"data", "migrations", "translations"}
LONG_FUNCTIONS: frozenset[str] = frozenset()  # "path:function" with the reason beside it; keep it empty


def long_files(paths: list[Path], root: Path = ROOT) -> list[str]:
    found = []
    for path in paths:
        lines = path.read_text().count("\n")
        if lines > FILE_LINES and not DATA_FOLDERS & set(path.relative_to(root).parts):
            found.append(f"{show(path, root)}: {lines} lines")
    return found


def long_functions(path: Path, root: Path = ROOT) -> list[str]:
    found = []
    if DATA_FOLDERS & set(path.relative_to(root).parts):
        return found
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1 - docstring_lines(node)
            if lines > FUNCTION_LINES:
                found.append(f"{show(path, root)}:{node.name}: {lines} lines")
    return found


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if ast.get_docstring(node, clean=False) is None:
        return 0
    return (node.body[0].end_lineno or 0) - node.body[0].lineno + 1


def test_files_are_short():
    assert long_files(list(files(".py", ".html", ".js", ".css"))) == []


def test_functions_fit_on_a_screen():
    found = [line for path in files(".py") for line in long_functions(path)]
    assert [line for line in found if line.rsplit(": ", 1)[0] not in LONG_FUNCTIONS] == []


def test_a_long_file_and_a_long_function_are_found(tmp_path):
    short = tmp_path / "short.py"
    short.write_text('def f():\n    """' + "\n" * 30 + '"""\n' + "    x = 1\n" * 30)
    long = tmp_path / "long.py"
    long.write_text("def g():\n" + "    x = 1\n" * 300)
    assert long_files([short, long], tmp_path) == ["long.py: 301 lines"]
    assert [long_functions(path, tmp_path) for path in (short, long)] == [[], ["long.py:g: 301 lines"]]
