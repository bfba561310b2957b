"""The project's own files, for the tests that read them as text."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("core", "plugins", "frontend", "scripts", "tests", "bench", "deploy")
PRODUCT = ("core", "plugins")
NOT_OURS = {"vendor", "node_modules", "__pycache__"}


def files(*suffixes: str, under: tuple[str, ...] = CODE, root: Path = ROOT) -> Iterator[Path]:
    """Files with one of the suffixes in the named folders, without fetched and generated ones."""
    for folder in under:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and not NOT_OURS & set(path.relative_to(root).parts):
                yield path


def tracked() -> list[Path]:
    """Every file that git knows of, committed or added."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]  # a CI checkout may belong to another account
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def show(path: Path, root: Path = ROOT) -> str:
    return path.relative_to(root).as_posix()


def in_tests(path: Path) -> bool:
    """Test code and test material: core/testing too, which ships fixtures to plugin authors."""
    return bool({"tests", "testing"} & set(path.relative_to(ROOT).parts)) if path.is_relative_to(ROOT) else False
