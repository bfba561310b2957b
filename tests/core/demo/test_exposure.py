"""Demo passwords are public: no demo leaves the loopback address."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.base.config import Config
from core.base.engine import Database
from core.cli import cli
from core.demo.exposure import exposed, why_not_serve
from core.testing.world import World
from tests.demo import ROOT, environment

pytestmark = pytest.mark.xdist_group("demo")

OUTSIDE = ({"JUHELI_HOST": "0.0.0.0"}, {"JUHELI_HOST": "192.168.1.9"}, {"JUHELI_HOST": "::"}, {"JUHELI_PROXIES": "1"})


@pytest.mark.parametrize("where", OUTSIDE)
def test_demo_is_not_loaded_where_others_can_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: dict[str, str]):
    settings = {"JUHELI_INSTANCE": str(tmp_path / "instance"), "JUHELI_HOST": "127.0.0.1"} | where
    for order in (["demo", "load"], ["run", "--demo"]):
        done = CliRunner(env=settings).invoke(cli, order)
        assert done.exit_code == 1
        assert "demo passwords are public" in done.output
    assert not (tmp_path / "instance" / "juheli.db").exists()


@pytest.mark.parametrize("where", OUTSIDE)
def test_an_installation_with_demo_tenants_refuses_to_serve_others(demo: World, tmp_path: Path, where: dict[str, str]) -> None:
    """`juheli run` without --demo on data that were loaded earlier."""
    settings = {"JUHELI_INSTANCE": str(tmp_path / "demo"), "JUHELI_HOST": "127.0.0.1"} | where
    served = CliRunner(env=settings).invoke(cli, ["run"])
    assert served.exit_code == 1
    for said in ("linshu, liulitun", "JUHELI_INSTANCE", "juheli tenant create", "JUHELI_HOST=127.0.0.1"):
        assert said in served.output


def test_without_demo_tenants_any_address_may_be_served(world: World, tmp_path: Path) -> None:
    assert why_not_serve(Config(host="0.0.0.0"), world.database) == ""
    nothing = Database(f"sqlite:///{tmp_path / 'new.db'}")
    assert why_not_serve(Config(host="0.0.0.0"), nothing) == ""
    nothing.dispose()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.0.1"])
def test_this_machine_may_see_the_demo(demo: World, host: str) -> None:
    assert not exposed(Config(host=host))
    assert why_not_serve(Config(host=host), demo.database) == ""


def test_gunicorn_refuses_too(demo: World, tmp_path: Path) -> None:
    for host, status in (("0.0.0.0", 1), ("127.0.0.1", 0)):
        env = environment(tmp_path / "demo", 8000) | {"JUHELI_HOST": host}
        loaded = subprocess.run([sys.executable, "-c", "import core.wsgi"], cwd=ROOT, env=env, text=True, capture_output=True,
                                timeout=60)
        assert loaded.returncode == status, loaded.stderr
        assert ("passwords are public" in loaded.stderr) is bool(status)
