"""Runs the waiting jobs of an installation; the kill test ends this process without warning."""

from __future__ import annotations

import sys
from pathlib import Path

from core.plugin.manager import CORE_MODULES, Plugins
from core.testing.world import build_world
from core.webhooks.guard import Policy, use_policy


def main(folder: str, url: str) -> None:
    world = build_world(Path(folder), Plugins.discover(group="nothing installed", core=CORE_MODULES), url)
    use_policy(Policy(loopback=True))
    world.run_jobs()


if __name__ == "__main__":
    main(*sys.argv[1:])
