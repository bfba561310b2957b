from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.base import origins
from core.base.crypto import Unreadable, blind_index, seal, unseal
from core.base.keyring import (
    FILE_NAME,
    KeyTrouble,
    keyring,
    load_keyring,
    make_entry,
    parse_keys,
    use_keyring,
)


def test_first_start_makes_a_key_only_the_owner_reads(tmp_path):
    ring = load_keyring(tmp_path / "instance", {})
    path = tmp_path / "instance" / FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert load_keyring(tmp_path / "instance", {}) == ring
    assert os.listdir(path.parent) == [FILE_NAME]


def test_processes_that_start_together_agree_on_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: load_keyring(tmp_path, {}), range(16)))
    assert all(ring == rings[0] for ring in rings)


def test_environment_takes_the_place_of_the_file(tmp_path):
    old, new = make_entry("v1"), make_entry("v2")
    ring = load_keyring(tmp_path, {"JUHELI_MASTER_KEY": f"{old},{new}"})
    assert (ring.oldest, ring.newest) == ("v1", "v2")
    assert not list(tmp_path.iterdir())


def test_key_file_open_to_others_is_refused(tmp_path):
    load_keyring(tmp_path, {})
    (tmp_path / FILE_NAME).chmod(0o444)
    with pytest.raises(KeyTrouble, match="chmod 0400"):
        load_keyring(tmp_path, {})


def test_no_new_key_beside_an_old_database(tmp_path):
    (tmp_path / "juheli.db").touch()
    with pytest.raises(KeyTrouble, match="Put the key file back"):
        load_keyring(tmp_path, {})
    assert os.listdir(tmp_path) == ["juheli.db"]


@pytest.mark.parametrize("text", ["", "# a comment", "v1:???", "v1:c2hvcnQ=", "v1", "a b:" + "A" * 43 + "="])
def test_damaged_keys_are_refused(text):
    with pytest.raises(KeyTrouble):
        parse_keys(text)


def test_two_keys_with_one_id_are_refused():
    with pytest.raises(KeyTrouble):
        parse_keys(make_entry() + "\n" + make_entry())


def test_keys_are_not_printed():
    entry = make_entry()
    assert entry[3:20] not in repr(parse_keys(entry))
    assert "masters" not in repr(parse_keys(entry))


def test_without_a_key_nothing_works():
    use_keyring(None)
    with pytest.raises(KeyTrouble):
        keyring()


PLACE = {"table": "people_person", "row_id": 7, "column": "phone_sealed"}


@pytest.fixture
def arrived():
    """Says where tenants were born; as before afterwards."""
    before, known = origins._lookup, {}
    origins.use_lookup(known.get)
    yield known
    origins.use_lookup(before)


def test_a_tenant_takes_its_keys_to_another_installation(arrived):
    here, there = parse_keys(make_entry("v1") + "," + make_entry("v2")), parse_keys(make_entry("v1"))
    use_keyring(here)
    sealed, index = seal("13800005678", tenant_id=5, **PLACE), blind_index(5, "phone", "13800005678")
    kept = there.keep(here.of(5))
    use_keyring(there)
    with pytest.raises(Unreadable):
        unseal(sealed, tenant_id=5, **PLACE)
    arrived[42] = kept
    assert unseal(sealed, tenant_id=42, **PLACE) == "13800005678" and blind_index(42, "phone", "13800005678") == index
    assert unseal(seal("x", tenant_id=42, **PLACE), tenant_id=42, **PLACE) == "x"
    assert here.masters["v1"] not in [there.of(42).masters[key] for key in ("v1", "v2")]


def test_at_home_nothing_is_written_down_but_the_number(arrived):
    ring = parse_keys(make_entry())
    kept = ring.keep(ring.of(5))
    assert (kept.tenant_id, kept.keys) == (5, {})
    arrived[42] = kept
    assert ring.of(42) == ring.of(5) != ring.of(43)


def test_keys_brought_along_do_not_open_with_a_foreign_master_key(arrived):
    here, there = parse_keys(make_entry()), parse_keys(make_entry())
    arrived[42] = there.keep(here.of(5))
    with pytest.raises(KeyTrouble, match="tenant 5"):
        parse_keys(make_entry()).of(42)
    assert here.fingerprint != there.fingerprint and len(here.fingerprint) == 16
