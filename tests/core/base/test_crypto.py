from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base import crypto
from core.base.keyring import Keyring, make_entry, parse_keys, use_keyring

PLACE = {"tenant_id": 7, "table": "people_person", "row_id": 42, "column": "id_no"}
ENTRY = make_entry("v1")


@pytest.fixture(autouse=True)
def ring():
    use_keyring(parse_keys(ENTRY))
    yield
    use_keyring(None)


@given(st.text())
def test_seal_opens_again_and_never_repeats(plain):
    use_keyring(parse_keys(ENTRY))
    one, two = crypto.seal(plain, **PLACE), crypto.seal(plain, **PLACE)
    assert one != two and one.isascii()
    assert crypto.unseal(one, **PLACE) == plain


@pytest.mark.parametrize("moved", [{"tenant_id": 8}, {"table": "other"}, {"row_id": 43}, {"column": "phone"}])
def test_a_value_moved_elsewhere_does_not_open(moved):
    sealed = crypto.seal("330102199001011234", **PLACE)
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(sealed, **PLACE | moved)


def test_every_flipped_character_is_noticed():
    sealed = crypto.seal("13800005678", **PLACE)
    for at in range(len(sealed) - 1):                 # the last character carries unused bits
        other = "A" if sealed[at] != "A" else "B"
        with pytest.raises(crypto.Unreadable):
            crypto.unseal(sealed[:at] + other + sealed[at + 1:], **PLACE)


@given(st.text(max_size=80))
def test_rubbish_is_unreadable_never_something_else(text):
    use_keyring(parse_keys(ENTRY))
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(text, **PLACE)


def test_rotation_newest_seals_all_open_and_the_index_stays():
    old = crypto.seal("x", **PLACE)
    index = crypto.blind_index(7, "id_no", "x")
    link = crypto.sign("invite", 7, "9")
    use_keyring(parse_keys(ENTRY + "\n" + make_entry("v2")))
    assert crypto.unseal(old, **PLACE) == "x"
    assert not crypto.is_current(old, PLACE["tenant_id"])
    assert crypto.is_current(crypto.seal("x", **PLACE), PLACE["tenant_id"])
    assert crypto.blind_index(7, "id_no", "x") == index
    assert crypto.unsign("invite", 7, link, max_age=60) == "9"


def test_a_retired_key_opens_nothing():
    old = crypto.seal("x", **PLACE)
    use_keyring(parse_keys(make_entry("v2")))
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(old, **PLACE)


@settings(max_examples=200)
@given(st.text(max_size=30), st.integers(0, 2**53), st.integers(0, 2**53))
def test_equal_people_in_two_tenants_share_no_index(value, one, other):
    use_keyring(parse_keys(ENTRY))
    index = crypto.blind_index(one, "phone", value)
    assert len(index) == 32 and index == crypto.blind_index(one, "phone", value)
    assert index != crypto.blind_index(one, "id_no", value)
    assert (index == crypto.blind_index(other, "phone", value)) == (one == other)


def test_a_link_counts_for_its_purpose_tenant_and_time_only():
    with time_machine.travel(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), tick=False) as clock:
        link = crypto.sign("invite", 7, "user 9")
        assert crypto.unsign("invite", 7, link, max_age=60) == "user 9"
        forged = link[:-2] + "AA"
        for purpose, tenant, token in (("reset", 7, link), ("invite", 8, link), ("invite", 7, forged)):
            with pytest.raises(crypto.BadLink) as caught:
                crypto.unsign(purpose, tenant, token, max_age=60)
            assert not caught.value.expired
        clock.shift(61)
        with pytest.raises(crypto.BadLink) as caught:
            crypto.unsign("invite", 7, link, max_age=60)
        assert caught.value.expired


@given(st.text(max_size=60))
def test_rubbish_is_no_link(text):
    use_keyring(parse_keys(ENTRY))
    with pytest.raises(crypto.BadLink):
        crypto.unsign("invite", 7, text, max_age=60)


def test_tokens_are_long_different_and_stored_as_hash():
    tokens = {crypto.new_token() for _ in range(100)}
    assert len(tokens) == 100 and min(map(len, tokens)) >= 43
    assert len(crypto.token_hash("a")) == 64
    assert crypto.same("人", "人") and not crypto.same("a", "b")


def test_keys_of_purposes_and_tenants_differ():
    ring = Keyring({"v1": b"k" * 32})
    keys = {ring.derive(purpose, tenant) for purpose in ("field", "index|a", "sign|b") for tenant in (1, 12)}
    assert len(keys) == 6
