from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base import passwords
from core.base.passwords import Policy, hash_password, problems, verify_password
from core.contracts.errors import TooMany

DENGBAO = Policy(min_classes=3, max_age_days=90, remembered=5, change_at_first_login=True)
GOOD = "Qiutian-henlan-7"


def test_a_hash_fits_its_password_only():
    stored = hash_password(GOOD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify_password(stored, GOOD)
    assert not verify_password(stored, GOOD + " ")
    assert not verify_password("rubbish", GOOD)
    assert not passwords.needs_rehash(stored)


def test_a_password_typed_with_an_input_method_is_the_same():
    assert verify_password(hash_password("abc１２３"), "abc123")


def test_unknown_users_take_as_long_as_known_ones():
    stored = hash_password(GOOD)

    def best(known):
        times = []
        for _ in range(5):
            began = time.perf_counter()
            assert not verify_password(known, "wrong")
            times.append(time.perf_counter() - began)
        return min(times)
    assert 0.5 < best(None) / best(stored) < 2


def test_nobody_logs_in_with_the_password_of_nobody():
    assert not verify_password(None, "nobody has this password")


def test_too_long_is_refused_before_it_is_hashed():
    stored = hash_password("a" * passwords.MAX_LENGTH)
    assert not verify_password(stored, "a" * (passwords.MAX_LENGTH + 1))
    with pytest.raises(ValueError, match="too long"):
        hash_password("a" * (passwords.MAX_LENGTH + 1))
    assert problems("a" * 129, Policy())


def test_two_at_once_and_a_flood_is_told_to_wait(monkeypatch):
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.05)
    began, release = threading.Semaphore(0), threading.Event()

    def hold():
        with passwords._Slot():
            began.release()
            release.wait(10)
    holders = [threading.Thread(target=hold) for _ in range(passwords.AT_ONCE)]
    for holder in holders:
        holder.start()
        began.acquire()
    with pytest.raises(TooMany):
        hash_password(GOOD)
    release.set()
    for holder in holders:
        holder.join()
    assert hash_password(GOOD)


@pytest.mark.parametrize(("password", "policy", "count"), [
    (GOOD, Policy(), 0), (GOOD, DENGBAO, 0), ("short", Policy(), 1), ("short", DENGBAO, 2),
    ("qiutianhenlanhengao", Policy(), 0), ("qiutianhenlanhengao", DENGBAO, 1), ("Zhongguo@2024", DENGBAO, 1),
])
def test_policies(password, policy, count):
    assert len(problems(password, policy)) == count


def test_former_passwords_do_not_come_again():
    former = [hash_password(f"Qiutian-henlan-{n}") for n in (6, 7)]
    assert problems(GOOD, DENGBAO, former=former) == ["不能与最近 5 次用过的密码相同。"]
    assert problems(GOOD, Policy(remembered=1), former=former) == []


def test_age():
    now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    assert passwords.expired(now - dt.timedelta(days=91), DENGBAO, now)
    assert not passwords.expired(now - dt.timedelta(days=89), DENGBAO, now)
    assert not passwords.expired(now - dt.timedelta(days=9999), Policy(), now)


@settings(max_examples=50)
@given(st.text(max_size=140))
def test_any_password_is_judged(password):
    assert all(problems(password, DENGBAO)) and passwords.strength(password)
