"""An environment of its own over the one the tests run in: packages of both are found, pip changes only this one."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOT

COMMAND = "from core.cli import main; main()"
NO_NETWORK = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_CACHE_DIR": "1"}


@dataclass(frozen=True)
class Environment:
    """`folder`: where the environment, the installation and everything else of the test lies."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "venv/bin/python")

    @property
    def variables(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "JUHELI_"))}
        return kept | NO_NETWORK | {"JUHELI_INSTANCE": str(self.folder / "instance"), "PYTHONPATH": str(ROOT)}

    def make(self) -> Environment:
        """The environment, in a tenth of a second: no pip of its own, packages of the outer one through a .pth file."""
        venv.create(self.folder / "venv", with_pip=False, symlinks=True)
        own = next((self.folder / "venv/lib").glob("python*/site-packages"))
        (own / "outer.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
        return self

    def pip(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "pip", "--python", self.python, *words)

    def juheli(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run(self.python, "-c", COMMAND, *words)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=self.folder, env=self.variables, capture_output=True, text=True, timeout=300)

    def wheel(self, source: Path) -> Path:
        """Build the distribution in `source`, with the build backend that is here and no network."""
        before = set(self.folder.glob("*.whl"))
        made = self.run(sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps", "-w", str(self.folder),
                        str(source))
        assert made.returncode == 0, made.stderr
        return next(iter(set(self.folder.glob("*.whl")) - before))
