"""Install what the tests need beyond Python, where that is possible, and print what can run and what cannot.

Installs only as root on a Debian or Ubuntu with apt; JUHELI_NO_APT=1 forbids it. Never fails: tests that miss
something are reported by name at the end of the test run. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.machine import COMPONENTS, Component  # noqa: E402

LIMIT = 240  # seconds for everything apt downloads: a test run must not hang on a mirror
APT = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=60", "-o", "Acquire::Retries=2")


def why_not_install() -> str | None:
    """The reason why missing things cannot be installed here, or None when they can."""
    if os.environ.get("JUHELI_NO_APT") == "1":
        return "JUHELI_NO_APT=1 forbids installing"
    if shutil.which("apt-get") is None:
        return "no apt-get here"
    if os.geteuid() != 0:
        return "not root"
    return None


def install(missing: Sequence[Component]) -> dict[str, str]:
    """Install what is missing, quietly; per component that could not be installed, the reason."""
    end = time.monotonic() + LIMIT
    update = apt("update", end=end)
    reasons = {}
    for part in missing:
        arguments = ("install", "-y", "--no-install-recommends", *part.packages)
        # only the download is cut short: dpkg killed half-way would leave the machine in pieces
        if reason := apt(*arguments, "--download-only", end=end) or apt(*arguments):
            reasons[part.name] = update or reason
    return reasons


def apt(*arguments: str, end: float | None = None) -> str | None:
    """Run apt-get, until the moment `end` at most; the reason when it did not work."""
    left = None if end is None else max(1.0, end - time.monotonic())
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run([*APT, *arguments], env=env, timeout=left, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        return f"apt-get took longer than {LIMIT} s"
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["apt-get failed"])[-1]


def table(reasons: dict[str, str]) -> str:
    """One line per component: what runs with it, where it is, or why it is not there."""
    lines = ["What the tests find on this machine:"]
    for part in COMPONENTS:
        if found := part.find():
            state = f"runs    {found}"
        else:
            why = reasons.get(part.name, "not found after installing")
            state = f"CANNOT  {why}; by hand: apt install {' '.join(part.packages)}"
        lines.append(f"  {part.name:<13} {part.runs:<40} {state}")
    return "\n".join(lines)


def main() -> int:
    missing = [part for part in COMPONENTS if part.find() is None]
    if forbidden := why_not_install():
        reasons = {part.name: forbidden for part in missing}
    elif missing:
        print(f"installing {', '.join(part.name for part in missing)} with apt-get …", flush=True)
        reasons = install(missing)
    else:
        reasons = {}
    print(table(reasons), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
