"""The front-end files: pinned, complete, fetched once, and a clear sentence when they cannot be fetched."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from frontend import vendor


@pytest.fixture(scope="session")
def assets() -> Path:
    """The static folder with the fetched files in it, as `make assets` leaves it."""
    vendor.build()
    return vendor.STATIC


@pytest.fixture
def own_inputs(tmp_path, monkeypatch) -> Path:
    """A copy of frontend/ that a test may change."""
    shutil.copytree(vendor.FRONTEND, tmp_path / "frontend")
    monkeypatch.setattr(vendor, "FRONTEND", tmp_path / "frontend")
    return tmp_path / "frontend"


def test_manifest_tells_the_content_of_every_file(assets):
    manifest = json.loads((assets / "vendor/manifest.json").read_text())
    assert set(manifest) == set(json.loads((vendor.FRONTEND / "vendor.json").read_text()))
    for name, digest in manifest.items():
        assert hashlib.sha256((assets / "vendor" / name).read_bytes()).hexdigest() == digest


def test_scripts_and_styles_are_compressed_beforehand(assets):
    script = assets / "vendor/htmx/htmx.min.js"
    assert gzip.decompress(script.with_name("htmx.min.js.gz").read_bytes()) == script.read_bytes()


def test_every_package_brings_its_licence():
    targets = json.loads((vendor.FRONTEND / "vendor.json").read_text())
    folders = {name.split("/")[0] for name in targets}
    assert {f"{folder}/LICENSE" for folder in folders} <= set(targets)


def test_versions_are_exact():
    wanted = json.loads((vendor.FRONTEND / "package.json").read_text())["dependencies"]
    assert [version for version in wanted.values() if not version.replace(".", "").isdigit()] == []


def test_sprite_holds_every_icon_once(assets):
    root = ElementTree.parse(assets / "icons.svg").getroot()
    assert [symbol.get("id") for symbol in root] == vendor.icon_names()
    assert all(len(symbol) for symbol in root), "an icon without a path"


def test_nothing_is_fetched_twice(assets, monkeypatch):
    monkeypatch.setattr(vendor, "fetch", lambda folder: pytest.fail("fetched although up to date"))
    assert vendor.build() is False


def test_a_changed_list_makes_the_files_anew(assets, own_inputs):
    assert vendor.up_to_date()
    (own_inputs / "icons.txt").write_text("house-door\n")
    assert not vendor.up_to_date()


def test_an_unknown_icon_is_named(own_inputs, tmp_path):
    (own_inputs / "icons.txt").write_text("# comment\nno-such-icon\n")
    with pytest.raises(vendor.CannotVendor, match="no-such-icon"):
        vendor.sprite(tmp_path)


def test_every_way_that_failed_is_told(monkeypatch, tmp_path):
    def broken(folder: Path) -> tuple[list[str], dict[str, str]]:
        return [sys.executable, "-c", "import sys; sys.exit('no registry')"], {}

    def refused(folder: Path) -> tuple[list[str], dict[str, str]]:
        raise subprocess.CalledProcessError(1, "pip", stderr="no wheel")

    monkeypatch.setattr(vendor, "ways", lambda: iter([("npm", broken), ("pip", refused)]))
    with pytest.raises(vendor.CannotVendor, match="(?s)npm: no registry.*pip: no wheel.*make assets"):
        vendor.build(tmp_path / "static")
    assert list((tmp_path / "static").iterdir()) == []


def test_a_wheelhouse_brings_the_files_to_a_machine_without_network(assets, monkeypatch, tmp_path):
    shutil.copytree(assets / "vendor", tmp_path / "wheelhouse/static/vendor")
    shutil.copy(assets / "icons.svg", tmp_path / "wheelhouse/static")
    monkeypatch.setattr(vendor, "WHEELHOUSE", tmp_path / "wheelhouse")
    monkeypatch.setattr(vendor, "fetch", lambda folder: pytest.fail("no network here"))
    assert vendor.build(tmp_path / "static") is True
    assert vendor.up_to_date(tmp_path / "static")
