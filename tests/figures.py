"""Figures a test prints stand at the end of the run, also when several workers ran it (their own output goes nowhere)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

NAME = "figure"


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Says one line of figures: `figure("isolation, posting: 310 cases, 0 findings")`."""
    return lambda line: record_property(NAME, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    said = [str(value) for key in ("passed", "failed") for report in terminalreporter.stats.get(key, [])
            for name, value in report.user_properties if name == NAME]
    if said:
        terminalreporter.section("FIGURES", sep="-")
        for line in said:
            terminalreporter.write_line(line)
