"""Stored files: complete or absent, one tenant's, their owner's."""

from __future__ import annotations

import datetime as dt
import os
import time

import pytest

from core.base import clock
from core.contracts.errors import NotFound
from core.files import storage
from core.files.services import clear_expired, keep_file, open_file

pytest_plugins = ["core.testing.fixtures"]


@pytest.fixture
def folder(tmp_path):
    storage.use_root(tmp_path / "files")
    yield tmp_path / "files"
    storage.use_root(None)


def kept(ctx, content=b"abc", **options):
    stored = storage.store(lambda path: path.write_bytes(content) and None)
    return keep_file(ctx, stored, kind="test", name="名单.txt", **options)


def test_stored_under_the_tenant_with_hash_and_without_name(world, folder):
    with world.inside("east") as ctx:
        file = kept(ctx)
        assert (file.size, file.sha256[:8]) == (3, "ba7816bf")
        path = folder / str(ctx.tenant.id) / file.key
        assert path.read_bytes() == b"abc" and path.stat().st_mode & 0o077 == 0


def test_a_broken_producer_leaves_nothing(world, folder):
    def fails(path):
        path.write_bytes(b"half")
        raise OSError("disk full")

    with world.inside("east"), pytest.raises(OSError):
        storage.store(fails)
    assert [p for p in folder.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("key", ["../x", "ab/../../etc", "", "/etc/passwd", "zz/" + "0" * 30, "ab/" + "0" * 30 + "/x"])
def test_only_own_keys_are_paths(world, folder, key):
    with world.inside("east"), pytest.raises(ValueError):
        storage.path_of(key)


def test_owner_permission_and_tenant_decide(world, folder):
    owner = world.add_user("east", "owner", "people.person.read")
    world.add_user("east", "reader", "people.person.read")
    world.add_user("east", "other", "people.org.read")
    with world.acting("east", "owner") as ctx:
        own, shared = kept(ctx), kept(ctx, permission="people.person.read")
        assert own.owner_id == owner and open_file(ctx, own.id)[1].read_bytes() == b"abc"
    with world.acting("east", "reader") as ctx:
        assert open_file(ctx, shared.id)
        with pytest.raises(NotFound):
            open_file(ctx, own.id)
    with world.acting("east", "other") as ctx, pytest.raises(NotFound):
        open_file(ctx, shared.id)
    with world.inside("west") as ctx, pytest.raises(NotFound):
        open_file(ctx, shared.id)
    answer = world.browser("east", "owner").get(f"/files/{own.id}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert world.browser("east", "reader").get(f"/files/{own.id}").status_code == 404


def test_expired_files_and_orphans_are_cleared(world, folder):
    with world.inside("east") as ctx:
        stays = kept(ctx, expires_at=clock.now() + dt.timedelta(days=1))
        gone = kept(ctx, expires_at=clock.now() - dt.timedelta(seconds=1))
        orphan, fresh = (storage.store(lambda path: path.write_bytes(b"x") and None) for _ in range(2))
        old = time.time() - 2 * 86400
        os.utime(storage.path_of(orphan.key), (old, old))
        with pytest.raises(NotFound):
            open_file(ctx, gone.id)
        assert clear_expired(ctx) == 2
        left = {p.name for p in folder.rglob("*") if p.is_file()}
        assert left == {stays.key[3:], fresh.key[3:]}
