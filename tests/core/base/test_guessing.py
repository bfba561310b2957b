from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.guessing import common_words, guess_bits

EASY = [
    "woaini5201314", "Zhongguo@2024", "Passw0rd!@#$", "1234567890", "qwertyuiop", "a1234567890",
    "13805391234", "Admin@123456", "371329199001011234", "aaaaaaaaaaaa", "abcabcabcabc",
    "1qaz2wsx3edc", "Dangyuan2021", "zhangwei19900101", "Huawei@123", "Abc@12345678",
    "qwer1234!@#$", "P@ssw0rd2024", "iloveyou1314", "0987654321", "asdfghjkl123", "woaizhongguo",
    "shequ123456", "1990.1.1wang", "zaq12wsx",
]
HARD = [
    "correcthorsebattery", "k7x!2mQpz9", "jintiantianqihenhao", "lvyetianxia88", "北京的秋天很蓝很高",
    "tK9$vqLm2x",
]


@pytest.mark.parametrize("password", EASY)
def test_what_everybody_uses_is_easy(password):
    assert guess_bits(password) < 30


@pytest.mark.parametrize("password", HARD)
def test_what_nobody_uses_is_not(password):
    assert guess_bits(password) > 40


def test_words_of_the_unit_and_the_person_count_for_nothing_even_backwards():
    own = ("hongtaiyangfangzhi", "Oudezhen")
    assert guess_bits("Hongtaiyangfangzhi2026") > 30 > guess_bits("Hongtaiyangfangzhi2026", own)
    assert guess_bits("nehzeduo#2026", own) < 30


def test_the_list_is_long_and_plain():
    words = common_words()
    assert len(words) > 850
    assert all(word.isascii() and word == word.lower() for word in words)


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_has_a_figure(password, own):
    assert 0 <= guess_bits(password, own) < 2000


@given(st.text(min_size=1, max_size=40))
def test_own_words_never_make_it_harder(password):
    assert guess_bits(password, (password,)) <= guess_bits(password)
