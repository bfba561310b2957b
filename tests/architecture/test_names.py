"""Names and leftovers: no junk-drawer modules, nothing half done, no test that proves nothing."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from tests.architecture.tree import files, show

JUNK_DRAWERS = re.compile(r"(.*_)?(utils?|helpers?|common|misc|stuff|tools|lib)|(views|models|services|queries|schemas)_?\d")
LEFTOVER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
CHECKING = re.compile(r"assert|check|expect|raises|warns|refus|must|fail", re.IGNORECASE)
SKIPS = {"skip", "skipif", "xfail", "importorskip", "skipTest"}
MAY_SKIP = {"core/testing/not_run.py"}  # the one place: it reports by name at the end of the run


def junk_drawers(paths: list[Path]) -> list[str]:
    parts = {part for path in paths for part in (path.stem, path.parent.name)}
    return sorted(part for part in parts if JUNK_DRAWERS.fullmatch(part))


def leftovers(source: str) -> list[str]:
    """Comments that put off work, and code that is not there."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and LEFTOVER.search(token.string):
            found.append(f"{token.start[0]}: {token.string}")
        if token.type == tokenize.NAME and token.string == "NotImplementedError":
            found.append(f"{token.start[0]}: {token.string}")
    return found


def empty_tests(source: str) -> list[str]:
    """Test functions in which nothing can fail on purpose."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not any(map(checks, ast.walk(node)))
    ]


def checks(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
        return bool(CHECKING.search(name))
    return isinstance(node, ast.Assert)


def skips(source: str) -> list[str]:
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    return [f"{node.lineno}: {node.attr}" for node in nodes if node.attr in SKIPS]


def test_no_module_is_a_junk_drawer():
    assert junk_drawers(list(files(".py"))) == []


@pytest.mark.parametrize("find", [leftovers, empty_tests, skips])
def test_nothing_is_half_done(find):
    found = [
        f"{show(path)}:{fault}"
        for path in files(".py")
        if show(path) not in MAY_SKIP and (find is leftovers or path.name.startswith("test_"))
        for fault in find(path.read_text())
    ]
    assert found == []


def test_planted_faults_are_found():
    junk = ["core/utils.py", "core/views2.py", "core/date_helpers.py", "core/common/x.py", "core/people.py"]
    assert junk_drawers([Path(name) for name in junk]) == ["common", "date_helpers", "utils", "views2"]
    assert leftovers(f"x = 1  # {'TO' + 'DO'}: later\nraise NotImplementedError\n") != []
    assert empty_tests("def test_a():\n    f()\ndef test_b():\n    assert f()\n") == ["test_a"]
    assert skips("@pytest.mark.skip\ndef test_a(): pass\n") == ["1: skip"]
