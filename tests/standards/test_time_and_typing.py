"""Vietnam's days, unaccented search, and what farmers type."""

import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standards.refusals import fault_of
from trace.standards import local_time, quantity
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi

TODAY = date(2026, 6, 7)
LETTERS = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"


@given(st.integers(200_000_000, 4_000_000_000).map(local_time.from_epoch))
def test_an_instant_lies_within_its_own_day(at: datetime) -> None:
    start, end = local_time.day_bounds(local_time.local_day(at))
    assert start <= at < end
    assert end - start == timedelta(days=1)
    assert start.astimezone(local_time.VN).hour == 0


def test_the_day_turns_at_five_in_the_afternoon_utc() -> None:
    assert local_time.local_day(datetime(2026, 6, 4, 16, 59, 59, tzinfo=UTC)) == date(2026, 6, 4)
    assert local_time.local_day(datetime(2026, 6, 4, 17, tzinfo=UTC)) == date(2026, 6, 5)
    assert local_time.from_epoch(1780592400) == datetime(2026, 6, 4, 17, tzinfo=UTC)


def test_times_without_a_zone_and_impossible_epochs_are_faults() -> None:
    with pytest.raises(Fault) as refusal:
        local_time.local_day(datetime(2026, 6, 4))  # noqa: DTZ001 - the very mistake
    assert refusal.value.key == "standard.naive_time"
    for seconds in (1e30, float("nan"), float("inf"), 10**15):
        with pytest.raises(Fault):
            local_time.from_epoch(seconds)


def test_every_vietnamese_letter_folds_to_a_plain_one() -> None:
    for text in (LETTERS, LETTERS.upper(), unicodedata.normalize("NFD", LETTERS)):
        folded = fold_vi(text)
        assert folded.isascii()
        assert len(folded) == len(LETTERS)
    for typed, stored in (
        ("dong trung", "Đông trùng"),
        ("banh dau", "Bánh đậu"),
        ("duong mat", "ĐƯỜNG  MẬT"),
    ):
        assert fold_vi(typed) == fold_vi(stored)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold_vi(fold_vi(text)) == fold_vi(text)
    assert fold_vi(unicodedata.normalize("NFD", text)) == fold_vi(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("typed", "grams"),
    [
        ("1.500", 1_500_000),
        ("1500", 1_500_000),
        ("1 500", 1_500_000),
        ("1\u00a0500 kg", 1_500_000),
        ("1,5", 1_500),
        ("1.5", 1_500),
        ("1.50", 1_500),
        ("0.500", 500),
        ("0,36 kg", 360),
        ("1.234,5kg", 1_234_500),
        ("1.234.567", 1_234_567_000),
        ("3 yến", 30_000),
        ("4 tạ", 400_000),
        ("2,5 tấn", 2_500_000),
        ("1 TẤN 5 TẠ", 1_500_000),
        ("1 tấn 5 tạ 3 yến 2 kg", 1_532_000),
        ("2 tạ rưỡi", 250_000),
        ("250 g", 250),
        ("3 lạng", 300),
        ("0", 0),
    ],
)
def test_weights_as_farmers_type_them(typed: str, grams: int) -> None:
    assert quantity.weight_g(typed) == grams


@pytest.mark.parametrize(
    "typed",
    ["", "kg", "-5", "1,2,3", "1.500.00", "1,500.5", "5 sào", "5 tạ 1 tấn", "5 kg 3 kg", "1 tấn 500",
     "0,0001", "1e9", "nan", "١٢", "9" * 30, "5 kg!", "1.500 000"],
)  # fmt: skip
def test_weights_that_cannot_be_meant_are_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Fault) as refusal:
        quantity.weight_g(typed)
    assert refusal.value.key == "standard.weight"
    assert refusal.value.params["got"] == typed[:40]
    assert "1.500" in str(refusal.value.params["expected"])


@given(st.integers(0, 10**9))
def test_a_weight_reads_back_from_every_spelling(kilograms: int) -> None:
    plain = str(kilograms)
    pointed = f"{kilograms:,}".replace(",", ".")
    for typed in (plain, pointed, pointed.replace(".", " "), f"{plain} kg", f"{pointed},0"):
        assert quantity.weight_g(typed) == kilograms * 1000


def test_areas_follow_the_sao_of_the_province() -> None:
    assert quantity.area_m2("10 sào") == 3600
    assert quantity.area_m2("10 sào", sao_m2=500) == 5000
    assert quantity.area_m2("1 mẫu", sao_m2=497) == 4970
    assert quantity.area_m2("0,36ha") == 3600
    assert quantity.area_m2("2", unit="sao") == 720
    assert quantity.area_m2("1.200 m2") == 1200
    assert quantity.area_m2("2 sào rưỡi") == 900
    with pytest.raises(Fault) as refusal:
        quantity.area_m2("3 tạ")
    assert refusal.value.key == "standard.area"


def test_counts_are_whole_and_money_is_in_dong() -> None:
    assert quantity.count("12.000") == 12_000
    for typed in ("1,5", "-1", "12 hộp", ""):
        with pytest.raises(Fault):
            quantity.count(typed)
    sums = {
        "35000": 35_000,
        "35.000 ₫": 35_000,
        "35 nghìn": 35_000,
        "1,5 tr": 1_500_000,
        "1.478 tỷ": 1_478 * 10**9,
        "20.000 VND": 20_000,
    }
    assert {typed: quantity.money_vnd(typed) for typed in sums} == sums
    for typed in ("35 ngàn đồng", "35.000 đ/kg", "0,5", "giá 5"):
        with pytest.raises(Fault):
            quantity.money_vnd(typed)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_date_reads_back_from_every_spelling(day: date) -> None:
    forms = ("%d/%m/%Y", "%d-%m-%y", "%d.%m.%Y", "%Y-%m-%d", " %d/%m/%y ")
    assert {quantity.day(day.strftime(form), TODAY) for form in forms} == {day}
    assert quantity.day(f"{day.day}/{day.month}/{day.year}", TODAY) == day


@pytest.mark.parametrize(
    "typed", ["", "31/2", "29/2", "13/13/2026", "5/6-26", "2026/06/05", "6", "5/6/126", "0/1"]
)
def test_impossible_dates_are_refused(typed: str) -> None:
    with pytest.raises(Fault) as refusal:
        quantity.day(typed, TODAY)
    assert refusal.value.key == "standard.date"


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text: str) -> None:
    for read in (quantity.weight_g, quantity.area_m2, quantity.count, quantity.money_vnd):
        fault = fault_of(read, text)
        if fault is None:
            assert 0 <= read(text) <= quantity.LARGEST
        else:
            assert set(fault.params) == {"expected", "got"}
