"""What this machine has for the tests that need more than Python.

Used by the fixtures (tests/servers.py, tests/browser.py) and by scripts/prepare_test_machine.py, so that the
table printed before a run and the tests that then run cannot disagree.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.testing.chromium import chromium


@dataclass(frozen=True)
class Component:
    """Something outside Python that some tests need."""

    name: str
    runs: str  # which tests need it
    find: Callable[[], str | None]  # where it is, or None
    packages: tuple[str, ...]  # Debian packages that bring it


def postgres_program(name: str) -> str | None:
    """A PostgreSQL server program; Debian keeps them outside PATH, newest version first here."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version, reverse=True)
    return str(debian[0]) if debian else shutil.which(name)


def _version(program: Path) -> int:
    folder = program.parent.parent.name
    return int(folder) if folder.isdigit() else 0


def postgres() -> str | None:
    return postgres_program("postgres") if postgres_program("initdb") else None


def pgbouncer() -> str | None:
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


def redis() -> str | None:
    return shutil.which("redis-server")


def chinese_font() -> str | None:
    """A font with Chinese glyphs: without one a page is all boxes, and no test would notice."""
    for folder in ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts"):
        for pattern in ("**/*CJK*", "**/wqy-*", "**/PingFang*", "**/*SourceHan*", "**/STHeiti*"):
            if found := next(Path(folder).glob(pattern), None):
                return str(found)
    return None


COMPONENTS = (
    Component("PostgreSQL", "tests on PostgreSQL (fixture pg_url)", postgres, ("postgresql",)),
    Component("PgBouncer", "tests through a pooler (fixture pg_bouncer)", pgbouncer, ("pgbouncer",)),
    Component("Redis", "tests with Redis (fixture redis_url)", redis, ("redis-server",)),
    Component("Chromium", "e2e tests in a browser (fixture page)", chromium, ("chromium",)),
    Component("Chinese font", "how pages look in e2e tests", chinese_font, ("fonts-noto-cjk",)),
)
