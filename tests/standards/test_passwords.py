"""What may be a password: long enough, composed, nobody's first guess, and no rule of composition."""

import secrets
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace.standards.common_passwords import WORDS
from trace.standards.fault import Fault
from trace.standards.passwords import LEAST_ALONE, LEAST_WITH_FACTOR, MOST, check_password, composed
from trace.standards.search_key import fold_vi

MINE = ("htx-bo-vuon", "Nguyễn Văn Vườn", "nongsan")


def fault_of(password: str, *, has_factor: bool = False) -> str:
    try:
        check_password(password, MINE, has_factor=has_factor)
    except Fault as fault:
        return fault.key
    return ""


@pytest.mark.parametrize(
    "password",
    [
        "vải chín đỏ cả một góc vườn",
        "ngày mai trời lại sáng",
        "hoa-san-ngo-gat-123",
        "天気がいいので畑に出ましたよね",
        "nongsan của tôi ở bờ sông Rạng",
        "                    một câu thưa",
    ],
)
def test_a_sentence_is_a_password_whatever_it_is_made_of(password: str) -> None:
    assert fault_of(password) == ""


@pytest.mark.parametrize(
    ("password", "key"),
    [
        ("matkhau123456789", "password.common"),
        ("MậtKhẩu!!!!2026", "password.common"),
        ("123456789012345", "password.common"),
        ("qwertyuiopasdfghjkl", "password.common"),
        ("abcabcabcabcabcab", "password.common"),
        ("anhyeuemnhieu2024", "password.common"),
        ("🥭" * 15, "password.common"),
        ("0912345678 0912345678", "password.common"),
        ("Nguyễn Văn Vườn 2026", "password.yours"),
        ("HTX-BO-VUON-HTX-BO-VUON", "password.yours"),
        ("nongsannongsan1", "password.yours"),
        ("ngan hon muoi l", ""),
        ("ngắn hơn mười", "password.short"),
        ("x" * (MOST + 1), "password.long"),
    ],
)
def test_what_guessers_try_first_is_refused_by_its_name(password: str, key: str) -> None:
    assert fault_of(password) == key


def test_eight_signs_do_only_beside_a_second_factor() -> None:
    assert fault_of("kenhmuong") == "password.short"
    assert fault_of("kenhmuong", has_factor=True) == ""
    assert fault_of("kenhmuo", has_factor=True) == "password.short"
    assert fault_of("nongsan1", has_factor=True) == "password.yours"
    assert (LEAST_ALONE, LEAST_WITH_FACTOR) == (15, 8)


def test_length_is_counted_in_composed_letters() -> None:
    spread = unicodedata.normalize("NFD", "ễệẫậốộớợứựừỳẵặ")
    assert len(spread) > LEAST_ALONE
    with pytest.raises(Fault) as refused:
        check_password(spread)
    assert refused.value.params == {"min": 15, "n": 14}


@given(st.text(min_size=0, max_size=80))
def test_the_same_text_typed_composed_or_not_is_one_password(text: str) -> None:
    spread = unicodedata.normalize("NFD", text)
    assert composed(spread) == composed(text)
    assert fault_of(spread) == fault_of(text)


def test_what_is_made_by_chance_is_never_refused() -> None:
    for _ in range(2_000):
        assert fault_of(secrets.token_urlsafe(15)) == ""
        assert fault_of(secrets.token_hex(64)) == ""


def test_the_words_are_written_as_they_are_compared() -> None:
    assert len(WORDS) > 100
    assert [word for word in WORDS if fold_vi(word) != word or not word.isalnum()] == []
