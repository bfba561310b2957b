"""What is shipped to run the product on servers holds together; `make deploy-check` tells the rest."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.base.config import Config
from tests.architecture.tree import ROOT

CHECK: dict[str, Any] = runpy.run_path(str(ROOT / "deploy/check.py"))
NotRun: type[Exception] = CHECK["NotRun"]


@pytest.mark.parametrize("check", CHECK["SHORT"], ids=lambda check: check.__name__)
def test_it_holds(check: Any) -> None:
    """Ran, or said plainly what the machine lacks; a fault is an AssertionError either way."""
    try:
        assert check()
    except NotRun as missing:
        assert str(missing)


def test_a_broken_kustomization_is_found(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [gone.yaml]")
    with pytest.raises(AssertionError, match=r"gone\.yaml"):
        CHECK["resolved"](tmp_path)


def test_every_setting_named_in_deploy_exists() -> None:
    own = {"JUHELI_BIND", "JUHELI_LOGLEVEL", "JUHELI_ROOT", "JUHELI_ENV", "JUHELI_PORTS", "JUHELI_WORKER_UNITS",
           "JUHELI_PATIENCE", "JUHELI_AS", "JUHELI_VERSION", "JUHELI_SKIP_ASSETS", "JUHELI_MASTER_KEY"}
    known = {f"JUHELI_{name.upper()}" for name in Config.__slots__}
    texts = [path.read_text() for path in (ROOT / "deploy").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert {name for text in texts for name in re.findall(r"JUHELI_[A-Z_]*[A-Z]", text)} - known - own == set()


def test_containers_share_no_figures_and_show_nginx_no_key() -> None:
    """Processes of two containers have the same numbers; the master key lies in the folder of the instance."""
    services = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]
    for name, service in services.items():
        if "/var/lib/juheli" in str(service.get("volumes")):
            assert service.get("image", "").startswith("localhost/juheli"), f"{name} sees the master key"
            assert service["environment"]["PROMETHEUS_MULTIPROC_DIR"].startswith("/tmp/"), name
            assert service["environment"]["JUHELI_ACCEL"] == "", "nginx cannot send what it cannot see"


ADDRESS = "postgresql://owner:p$a&b;c d'#@db/juheli?sslmode=require&x=1"
STUB = """#!/bin/sh
echo "{name} $*" >> "{log}"
{more}
"""


def stub(path: Path, log: Path, more: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(STUB.format(name=path.parent.parent.parent.name + "/" + path.name, log=log, more=more))
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("becomes_ready", [True, False])
def test_release_backs_up_migrates_and_restarts_one_by_one(tmp_path: Path, becomes_ready: bool) -> None:
    """With the system's programs replaced by ones that write down that they were called."""
    log, root = tmp_path / "log", tmp_path / "opt"
    version = re.search(r'__version__ = "(.+)"', (ROOT / "core/__init__.py").read_text())[1]
    for release in ("old", version):
        tell = f'echo "$JUHELI_MIGRATE_URL $JUHELI_LOG" > {tmp_path}/told'
        stub(root / "releases" / release / "venv/bin/juheli", log, more=tell)
        stub(root / "releases" / release / "venv/bin/python", log, more="exit 0" if becomes_ready else "exit 1")
    (root / "current").symlink_to(root / "releases/old")
    (tmp_path / "env").write_text(f'# settings\nJUHELI_INSTANCE=/nowhere\nJUHELI_MIGRATE_URL={ADDRESS}\nJUHELI_LOG="json"')
    environment = {**os.environ, "JUHELI_ROOT": str(root), "JUHELI_ENV": str(tmp_path / "env"), "JUHELI_AS": "env",
                   "SYSTEMCTL": str(stub(tmp_path / "a/b/systemctl", log)), "JUHELI_PATIENCE": "1"}
    done = subprocess.run(["sh", str(ROOT / "deploy/release.sh")], env=environment, capture_output=True, text=True)
    called = [line for line in log.read_text().splitlines() if "/python" not in line]
    restarts = [line.split()[-1] for line in called if "systemctl" in line]
    assert called[:2] == ["old/juheli backup", f"{version}/juheli migrate"], done.stderr
    assert (tmp_path / "told").read_text() == f"{ADDRESS} json\n", "settings are read as systemd reads them"
    if becomes_ready:
        assert done.returncode == 0, done.stderr
        assert restarts == ["juheli-web@8001", "juheli-web@8002", "juheli-worker@1"]
        assert (root / "current").resolve().name == version
    else:
        assert done.returncode == 1
        assert restarts == ["juheli-web@8001", "juheli-web@8001", "juheli-web@8002", "juheli-worker@1"]
        assert (root / "current").resolve().name == "old"
