"""The parent's side of reading an upload: start the child, watch the clock, pass the rows on one by one."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from core.contracts.errors import TooMany
from core.imports.guard import sniff
from core.imports.limits import DEFAULT, Limits
from core.imports.refusal import refuse
from core.imports.sentences import child_sentence

SLOTS = threading.BoundedSemaphore(2)      # files read at once by this process: each may take limits.memory_bytes
ROOT = str(Path(__file__).resolve().parents[2])
# The child gets the package without its __init__, which would import the house (and its secrets) into the process.
START = (
    "import sys, types; sys.path.insert(0, sys.argv[1]); bare = types.ModuleType('core.imports');"
    "bare.__path__ = [sys.argv[1] + '/core/imports']; sys.modules['core.imports'] = bare;"
    "from core.imports.child.program import main; main(sys.argv[2:])"
)


@dataclass(frozen=True)
class SheetRow:
    """One row that is not blank: its number as the user sees it (1-based) and its raw cells."""

    number: int
    cells: list


@dataclass
class Sheet:
    """What the file says about itself, and its rows, which can be read once."""

    kind: str
    name: str
    others: list[str]
    merged: list[tuple[int, int, int, int]]
    encoding: str = ""
    rows: Iterator[SheetRow] = field(default_factory=lambda: iter(()))


@contextmanager
def open_sheet(data: bytes, *, sheet: str | None = None, limits: Limits = DEFAULT) -> Iterator[Sheet]:
    """Read an untrusted .xlsx or .csv in a limited process. Memory here stays bounded by one row.

    Raises Invalid on "file" (one sentence) for anything that cannot be read, also in the middle of the rows, and
    TooMany when several other files are being read.
    """
    kind = sniff(data, limits)
    with _slot(limits.wall_seconds), _private_file() as source:
        source.write(data)
        source.seek(0)
        order = json.dumps({"kind": kind, "limits": dataclasses.asdict(limits), "sheet": sheet})
        child = subprocess.Popen(
            [sys.executable, "-I", "-c", START, ROOT, order],
            stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, close_fds=True, cwd="/", env={},
        )
        alarm = threading.Timer(limits.wall_seconds, child.kill)
        alarm.daemon = True
        alarm.start()
        try:
            lines = _lines(child)
            yield _sheet(kind, next(lines), lines)
        finally:
            alarm.cancel()
            with suppress(ProcessLookupError):
                child.kill()
            child.stdout.close()
            child.wait()


def _private_file() -> IO[bytes]:
    """A file without a name; in memory where the system can (Linux), so that nothing uploaded touches a disk in clear."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("upload"), "w+b")
    return tempfile.TemporaryFile()


@contextmanager
def _slot(patience: float) -> Iterator[None]:
    """A place among the files being read. Raises TooMany when none comes free in time."""
    if not SLOTS.acquire(timeout=patience):
        raise TooMany(int(patience))
    try:
        yield
    finally:
        SLOTS.release()


def _lines(child: subprocess.Popen) -> Iterator[dict | list]:
    """The child's lines up to its {"end"}; a refusal or a silent death becomes Invalid."""
    for raw in child.stdout:
        try:
            line = json.loads(raw)
        except ValueError:
            break
        if isinstance(line, dict) and "error" in line:
            refuse(child_sentence(line.pop("error"), line))
        if isinstance(line, dict) and "end" in line:
            return
        yield line
    refuse(child_sentence("died", {}))


def _sheet(kind: str, head: dict | list, lines: Iterator[dict | list]) -> Sheet:
    if not isinstance(head, dict):
        refuse(child_sentence("died", {}))
    return Sheet(
        kind=kind,
        name=head["sheet"],
        others=[name for name in head["sheets"] if name != head["sheet"]],
        merged=[tuple(area) for area in head["merged"]],
        encoding=head.get("encoding", ""),
        rows=(SheetRow(number, cells) for number, cells in lines),
    )
