"""`make test` asks the few tests that failed once more, and says so (scripts/run_tests.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "run_tests.py"
ONCE = """
import pytest
from pathlib import Path
@pytest.mark.xdist_group("some")
def test_fails_the_first_time():
    seen = Path(__file__).with_suffix(".seen")
    first, _ = not seen.exists(), seen.write_text("")
    assert not first
"""
ALWAYS = "def test_fails():\n    assert 1 == 2\n"
MANY = "import pytest\n@pytest.mark.parametrize('n', range(5))\ndef test_fails(n):\n    assert n < 0\n"


def run(folder: Path, text: str) -> tuple[int, str]:
    (folder / "test_it.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")       # as ours
    how = ("-n", "1", "--dist", "loadgroup") if "xdist" in text else ("-p", "no:xdist")
    done = subprocess.run([sys.executable, str(SCRIPT), *how, "test_it.py"], cwd=folder, text=True,
                          capture_output=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("text,code,says", [
    (ONCE, 0, "ASKED AGAIN: test_it.py::test_fails_the_first_time: passed the second time"),
    (ALWAYS, 1, "ASKED AGAIN: test_it.py::test_fails: failed twice"),
    (MANY, 1, "5 failed"),
    ("def broken(:", 2, "SyntaxError"),
    ("def test_passes():\n    assert 1 == 1\n", 0, "1 passed"),
], ids=["once", "always", "too many", "not collected", "none"])
def test_a_failed_test_is_asked_once_more_and_named(text, code, says, tmp_path):
    got, out = run(tmp_path, text)
    assert got == code and says in out
    assert ("ASKED AGAIN" in out) == ("ASKED AGAIN" in says)
