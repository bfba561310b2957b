from __future__ import annotations

import datetime as dt

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base import totp

NOW = dt.datetime(2026, 11, 23, 8, 0, 10, tzinfo=dt.UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(offset: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(NOW, counter_offset=offset)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_step_early_or_late_is_accepted_and_named(offset):
    step = totp.accepted_step(SECRET, code(offset), at=NOW)
    assert step == int(NOW.timestamp()) // 30 + offset


@pytest.mark.parametrize("offset", [-2, 2])
def test_two_steps_away_is_refused(offset):
    assert totp.accepted_step(SECRET, code(offset), at=NOW) is None


def test_a_code_works_once_and_none_before_it():
    step = totp.accepted_step(SECRET, code(), at=NOW)
    assert totp.accepted_step(SECRET, code(), at=NOW, last_step=step) is None
    assert totp.accepted_step(SECRET, code(-1), at=NOW, last_step=step) is None
    assert totp.accepted_step(SECRET, code(1), at=NOW, last_step=step) == step + 1


def test_only_ascii_digits_count():
    wide = code().translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})
    assert pyotp.TOTP(SECRET).verify(wide, for_time=NOW)          # the library alone takes it
    assert totp.accepted_step(SECRET, wide, at=NOW) is None
    assert totp.accepted_step(SECRET, f" {code()} ", at=NOW)


@given(st.text(max_size=12))
def test_any_text_is_answered(text):
    assert totp.accepted_step(SECRET, text, at=NOW) is None or text.strip(" ") in map(code, (-1, 0, 1))


def test_the_picture_needs_no_style():
    uri = totp.provisioning_uri(totp.new_secret(), account="zhang", issuer="临沭县")
    svg = totp.qr_svg(uri)
    assert uri.startswith("otpauth://totp/") and svg.startswith("<svg") and svg.rstrip().endswith("</svg>")
    assert "style" not in svg and "<script" not in svg


def test_recovery_codes_differ_and_survive_retyping():
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == totp.RECOVERY_CODES
    assert totp.recovery_hash(codes[0].lower().replace("-", " ")) == totp.recovery_hash(codes[0])
    assert totp.recovery_hash(codes[0]) != totp.recovery_hash(codes[1])
