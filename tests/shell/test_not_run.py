"""A test that cannot run is named with its reason, and fails the run where everything is required."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT

TESTS = """
from core.testing.not_run import cannot_run
def test_that_runs(tmp_path): assert list(tmp_path.iterdir()) == []
def test_that_cannot(): cannot_run("a telescope")
"""


@pytest.mark.parametrize(("required", "code"), [("0", 0), ("1", 1)])
def test_names_and_reason_end_the_report(tmp_path, required, code):
    (tmp_path / "test_sky.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "core.testing.not_run", "-p", "no:cacheprovider", str(tmp_path)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(ROOT), "JUHELI_REQUIRE_ALL": required}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "NOT RUN: 1 tests: needs a telescope" in done.stdout
    assert "NOT RUN: test_sky.py::test_that_cannot" in done.stdout
    assert done.returncode == code
