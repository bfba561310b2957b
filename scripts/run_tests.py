"""Run pytest; the few tests that failed are asked once more, alone, and named.

On a machine with two busy cores a browser or a server now and then does not answer in time. What fails for a reason of its
own fails again; what passes the second time is printed as ASKED AGAIN, so that nobody takes it for sound. More failures than
`MOST`, and everything but failures (a file that cannot be collected, an interruption), end the run at once.
See docs/decisions/0082-a-failed-test-is-asked-once-more.md.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

MOST = 4            # failed tests that may be an accident; more are not
GROUP = re.compile(r"@[^\]@]*$")     # what pytest-xdist writes behind the name of a test in a group
NOTED = "JUHELI_FAILED_TESTS"      # the file the plugin writes
FAILED = 1          # pytest's exit code for "tests ran, some failed"


def pytest(noted: Path, *arguments: str) -> int:
    """Run it with this file as a plugin, which notes what failed."""
    noted.write_text("[]")
    noting = {NOTED: str(noted), "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", Path(__file__).stem, *arguments], check=False,
                          env=os.environ | noting).returncode


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The plugin: names of tests that failed, or whose fixtures did, for the process that began this one; none where a file
    could not be collected.
    """
    reports = [one for kind in ("failed", "error") for one in terminalreporter.stats.get(kind, [])]
    tests = all(one.when != "collect" for one in reports)
    Path(os.environ[NOTED]).write_text(json.dumps(sorted({GROUP.sub("", one.nodeid) for one in reports}) if tests else []))


def without_workers(arguments: list[str]) -> list[str]:
    """Of the options of the first run those that decide what a test does; the names come from its failures."""
    return [one for one in arguments if one.startswith("--engine") or one == "--thorough"]


def run(arguments: list[str]) -> int:
    """The exit code of the first run, or of the second where there was one."""
    with tempfile.TemporaryDirectory(prefix="juheli-tests-") as folder:
        noted = Path(folder, "failed.json")
        code = pytest(noted, *arguments)
        names = json.loads(noted.read_text())
        if code != FAILED or not 0 < len(names) <= MOST:
            return code
        print(f"\nASKED AGAIN, alone: {len(names)} failed", flush=True)
        again = pytest(noted, *without_workers(arguments), *names)
        twice = json.loads(noted.read_text())
        for name in names:
            print(f"ASKED AGAIN: {name}: {'failed twice' if name in twice else 'passed the second time'}", flush=True)
        return again


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
