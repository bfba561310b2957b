"""Tests that cannot run on this machine are named at the end of the run, never passed over in silence."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import NoReturn

import pytest

REQUIRE_ALL = "JUHELI_REQUIRE_ALL"  # =1: a test that cannot run fails the run


def cannot_run(need: str) -> NoReturn:
    """End the current test because the machine lacks `need`, in words for the report."""
    pytest.skip(f"needs {need}")


def not_run(reporter: pytest.TerminalReporter) -> dict[str, list[str]]:
    """Reason -> names of the tests that did not run."""
    found = defaultdict(list)
    for report in reporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        found[reason.removeprefix("Skipped: ")].append(report.nodeid)
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason, names in sorted(not_run(terminalreporter).items()):
        terminalreporter.section(f"NOT RUN: {len(names)} tests: {reason}", sep="-", yellow=True)
        for name in sorted(names):
            terminalreporter.write_line(f"NOT RUN: {name}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get(REQUIRE_ALL) == "1" and reporter is not None and not_run(reporter) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
