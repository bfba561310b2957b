"""No committed file holds a package registry's address: mirrors must work, and addresses of a machine must not leak."""

from __future__ import annotations

import json

import pytest

from tests.architecture.tree import ROOT, show, tracked

# written in halves, or this file would find itself
REGISTRIES = [
    first + second
    for first, second in (
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("npm", "js.org"),
        ("npm", "js.com"),
        ("npm", "mirror.com"),
        ("yarn", "pkg.com"),
        ("deb.", "debian.org"),
        ("archive.", "ubuntu.com"),
        ("mirrors.", "aliyun.com"),
        ("tuna.", "tsinghua.edu.cn"),
        ("--index", "-url"),
        ("--extra-index", "-url"),
        ("/opt", "/pypi"),
    )
]


def test_no_file_names_a_registry():
    found = [
        f"{show(path)}: {word}"
        for path in tracked()
        for word in REGISTRIES
        if word.encode() in path.read_bytes().lower()
    ]
    # uv's option that leaves addresses out has the forbidden option's name in it
    assert [line for line in found if line != "Makefile: --index" + "-url"] == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock", "frontend/requirements-node.lock"])
def test_python_locks_hold_only_names_versions_and_hashes(name):
    text = (ROOT / name).read_text()
    assert "http" not in text
    assert text.count("==") <= text.count("--hash=sha256:"), "a requirement without hash"


def test_npm_lock_has_hashes_and_no_addresses():
    packages = json.loads((ROOT / "frontend/package-lock.json").read_text())["packages"]
    fetched = {name: entry for name, entry in packages.items() if name}
    assert fetched
    assert [name for name, entry in fetched.items() if "resolved" in entry] == []
    assert [name for name, entry in fetched.items() if not entry["integrity"].startswith("sha512-")] == []


def test_test_lock_installs_the_same_versions_as_the_run_time_lock():
    def pins(name: str) -> set[str]:
        return {line.split(" ")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line}

    assert pins("requirements.lock") <= pins("requirements-test.lock")
