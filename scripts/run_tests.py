"""Run pytest; the few tests that failed are asked once more, alone, and named.

On a machine with two busy cores a browser or a server now and then does not answer in time. What fails for a reason of its
own fails again; what passes the second time is printed as ASKED AGAIN, so that nobody takes it for sound. More failures than
`MOST`, and everything but failures (a file that cannot be collected, an interruption), end the run at once.
See docs/decisions/0082-a-failed-test-is-asked-once-more.md.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

MOST = 4            # failed tests that may be an accident; more are not
FAILED = 1          # pytest's exit code for "tests ran, some failed"


def pytest(cache: str, *arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "-o", f"cache_dir={cache}", *arguments], check=False).returncode


def failed(cache: str) -> list[str]:
    """The tests that failed in the run that used this cache."""
    noted = Path(cache, "v", "cache", "lastfailed")
    return sorted(json.loads(noted.read_text())) if noted.exists() else []


def without_workers(arguments: list[str]) -> list[str]:
    """Of the options of the first run those that decide what a test does; the names come from its failures."""
    return [one for one in arguments if one.startswith("--engine") or one == "--thorough"]


def run(arguments: list[str]) -> int:
    """The exit code of the first run, or of the second where there was one."""
    with tempfile.TemporaryDirectory(prefix="juheli-tests-") as cache:
        code, names = pytest(cache, *arguments), failed(cache)
        if code != FAILED or not 0 < len(names) <= MOST:
            return code
        print(f"\nASKED AGAIN, alone: {len(names)} failed", flush=True)
        again = pytest(cache, *without_workers(arguments), *names)
        for name in names:
            print(f"ASKED AGAIN: {name}: {'failed twice' if name in failed(cache) else 'passed the second time'}", flush=True)
        return again


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
