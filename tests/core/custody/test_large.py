"""An archive with a very large member: it streams through, memory stays flat; a damaged one leaves nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from core.custody.archive.arrival import arrive
from core.custody.archive.format import FILE, FILES, MAC, MANIFEST
from core.custody.archive.writing import closed_keys, mac, write_archive

from .conftest import PASSPHRASE, open_installation
from .test_bad_archives import refusal

pytestmark = pytest.mark.xdist_group("custody")
MB = 1 << 20
KEY = "ab/" + "ab" * 15
FLAT = 48       # MB


@pytest.fixture(scope="module")
def large(request: pytest.FixtureRequest, _pilot_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """An archive with one file of 64 MB (`--thorough`: 300 MB) more than the tenant has; its size in MB."""
    size = 300 if request.config.getoption("--thorough") else 64
    folder = tmp_path_factory.mktemp("large")
    pilot = open_installation(_pilot_folder)
    with pilot.use():
        tenant = pilot.tenant("linshu")
        write_archive(tenant.id, folder / "small.zip", keys=closed_keys(tenant.id, PASSPHRASE), by="test")
        ring = pilot.ring.of(tenant.id)
    pilot.database.dispose()
    grown(folder / "small.zip", folder / "large.zip", ring, size)
    return folder / "large.zip", size


def grown(small: Path, path: Path, ring, size: int) -> None:
    """The archive with one more member of `size` MB, signed by the owner of the key."""
    digest = hashlib.sha256()
    with zipfile.ZipFile(small) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as out:
        members = {name: source.read(name) for name in source.namelist()}
        with out.open(FILE.format(KEY), "w", force_zip64=True) as member:
            for n in range(size):
                piece = n.to_bytes(4, "big") * (MB // 4)
                digest.update(piece)
                member.write(piece)
        line = json.dumps({"key": KEY, "sha256": digest.hexdigest(), "size": size * MB}, sort_keys=True).encode() + b"\n"
        members[FILES] += line
        data = json.loads(members[MANIFEST])
        data["files"] |= {"count": data["files"]["count"] + 1, "sha256": hashlib.sha256(members[FILES]).hexdigest()}
        members[MANIFEST] = json.dumps(data).encode()
        members[MAC] = mac(ring, members[MANIFEST]).encode()
        for name, content in members.items():
            out.writestr(name, content)


def peak() -> int:
    """MB this process has had at most since the last look."""
    found = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
    Path("/proc/self/clear_refs").write_text("5")
    return found


def test_a_very_large_file_streams_in(large, installation, figure) -> None:
    path, size = large
    place = installation("county")
    with place.use():
        peak()
        before = peak()
        arrive(path, passphrase=PASSPHRASE)
        rose = peak() - before
    figure(f"an archive with a file of {size} MB arrives, memory rises by {rose} MB")
    assert rose < FLAT
    assert [path.stat().st_size for path in (place.folder / "files").rglob("*") if path.is_file()].count(size * MB) == 1


def test_a_very_large_file_that_was_damaged_is_refused_and_nothing_stays(large, installation, tmp_path) -> None:
    path, size = large
    broken = tmp_path / "broken.zip"
    shutil.copy(path, broken)
    with broken.open("r+b") as out:
        out.seek(size * MB // 2)
        out.write(b"!")
    assert "已损坏" in refusal(installation("elsewhere"), broken)
