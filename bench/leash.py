"""A program that ends with whoever started it, however that one ended: killed with -9, it leaves nothing behind."""

from __future__ import annotations

import shutil


def leashed(*command: str) -> list[str]:
    """The command under `setpriv` (util-linux): Linux sends it SIGTERM when the thread that started it is gone.

    Start it from a thread that stays. Where there is no setpriv (macOS) it is the command alone.
    """
    program = shutil.which("setpriv")
    return [program, "--pdeathsig", "TERM", *command] if program else [*command]
