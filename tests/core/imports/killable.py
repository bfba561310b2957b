"""Runs the waiting jobs of an installation; the kill test ends this process without warning."""

from __future__ import annotations

import sys
from pathlib import Path

from core.plugin.manager import CORE_MODULES, Plugins
from core.testing.world import build_world
from tests.core.imports.members import Trial


def main(folder: str, url: str) -> None:
    known = Plugins.discover(group="nothing installed", core=CORE_MODULES)
    world = build_world(Path(folder), Plugins([*known.by_name.values(), Trial()]), url)
    print("ready", flush=True)
    world.run_jobs()
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
