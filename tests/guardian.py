"""Runs a server for the length of a test run, whatever becomes of the run.

    python guardian.py PID FOLDER COMMAND...

Starts COMMAND, waits until process PID (pytest) is gone, then stops the server and removes FOLDER: a run killed
with -9 leaves nothing behind. As root, the server runs as the owner of FOLDER, because PostgreSQL refuses root.
Standard library only.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

INTERVAL = 0.2  # seconds between two looks at PID
PATIENCE = 10  # seconds a server gets to stop


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie has ended."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except OSError:
        return not Path("/proc/self").exists()  # no /proc (macOS): the signal was the whole answer


def stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # a fast but clean shutdown for PostgreSQL and for Redis
    try:
        server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def main(pid: int, folder: Path, command: list[str]) -> None:
    owner = folder.stat()
    account = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **account)
    while alive(pid):
        time.sleep(INTERVAL)
    if server.poll() is None:
        stop(server)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
