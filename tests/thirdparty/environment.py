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

MARK = "--- done"
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
        return kept | NO_NETWORK | {"JUHELI_INSTANCE": str(self.folder / "instance"), "PYTHONPATH": str(ROOT),
                                    "PATH": f"{self.folder / 'venv/bin'}:{os.environ['PATH']}"}

    def make(self) -> Environment:
        """The environment, in a tenth of a second: no pip of its own, packages of the outer one through a .pth file."""
        venv.create(self.folder / "venv", with_pip=False, symlinks=True)
        own = next((self.folder / "venv/lib").glob("python*/site-packages"))
        (own / "outer.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
        self._command("juheli", f"#!{self.python}\nfrom core.cli import main\nmain()\n")
        self._command("pip", f'#!/bin/sh\nexec {sys.executable} -m pip --python {self.python} "$@"\n')
        return self

    def _command(self, name: str, text: str) -> None:
        path = self.folder / "venv/bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def follow(self, commands: list[str]) -> list[str]:
        """Type the commands into one shell; what each said. Raises AssertionError at the first that fails."""
        lines = "\n".join(f"{{ {command}; }} 2>&1\necho {MARK}" for command in commands)
        done = subprocess.run(["bash", "-e", "-c", lines], cwd=self.folder, env=self.variables, capture_output=True, text=True,
                              timeout=540)
        said = done.stdout.split(f"{MARK}\n")
        assert done.returncode == 0, f"{commands[len(said) - 1]}\n{said[-1][-4000:]}{done.stderr[-2000:]}"
        return said[:-1]
