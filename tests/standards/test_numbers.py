"""GS1 numbers, tax codes, place codes and OCOP: known numbers, and every single slip found."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace.standards import (
    check_digit,
    ggn,
    gln,
    growing_area,
    gtin,
    ocop,
    packing_house,
    place_code,
    sscc,
    tax_code,
)
from trace.standards.fault import Fault

digits = st.text("0123456789", min_size=7, max_size=17)


@given(digits, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(bare: str, place: int, change: int) -> None:
    number = check_digit.complete(bare)
    assert check_digit.validate(number, [len(number)]) == number
    place %= len(number)
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    with pytest.raises(Fault) as refusal:
        check_digit.validate(wrong, [len(number)])
    assert refusal.value.key == "standard.check_digit"
    assert set(refusal.value.params) == {"expected", "got"}


@pytest.mark.parametrize("number", ["96385074", "614141000036", "9506000134352", "10614141073464"])
def test_a_gtin_has_one_long_form(number: str) -> None:
    assert gtin.to_gtin14(number) == number.zfill(14)
    assert gtin.is_valid(gtin.to_gtin14(number))
    assert gtin.format(" ".join(number)) == number


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("9506000134353", "standard.check_digit"),
        ("950600013435", "standard.check_digit"),
        ("95060001343", "standard.length"),
        ("950600013435X", "standard.digits"),
        ("٩٥٠٦٠٠٠١٣٤٣٥٢", "standard.digits"),
        ("", "standard.digits"),
    ],
)
def test_a_wrong_gtin_says_what_is_wrong(text: str, key: str) -> None:
    with pytest.raises(Fault) as refusal:
        gtin.validate(text)
    assert refusal.value.key == key


def test_places_and_boxes_have_their_own_lengths() -> None:
    assert gln.is_valid("4012345000115")
    assert ggn.is_valid(check_digit.complete("405285200001"))
    assert not gln.is_valid("10614141073464")
    assert sscc.is_valid("040123451111111110")
    assert not sscc.is_valid("4012345000115")


@pytest.mark.parametrize("number", ["0100109106", "0101248141", "0300588569", "0100684378"])
def test_tax_codes_of_known_companies_are_valid(number: str) -> None:
    assert tax_code.validate(number) == number
    assert tax_code.format(number + "002") == f"{number}-002"
    for place in range(10):
        for change in range(1, 10):
            wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
            assert not tax_code.is_valid(wrong)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("0100109106-000", "standard.tax_branch"),
        ("0100109106-01", "standard.length"),
        ("01001O9106", "standard.digits"),
    ],
)
def test_a_wrong_tax_code_says_what_is_wrong(text: str, key: str) -> None:
    with pytest.raises(Fault) as refusal:
        tax_code.validate(text)
    assert refusal.value.key == key


def test_an_unusual_place_code_is_a_doubt_and_not_a_refusal() -> None:
    for room, usual in ((growing_area, "VN-HDOR-0012"), (packing_house, "VN-HDPH-012")):
        pattern = room.PATTERNS["CN"]
        assert room.doubt(usual, "CN", pattern) is None
        assert room.doubt("HD.17.01", "CN", None) is None
        unusual = room.doubt("HD.17.01", "CN", pattern)
        assert unusual is not None
        assert unusual.params["got"] == room.validate("HD.17.01")
    with pytest.raises(Fault):
        place_code.validate(" ")
    with pytest.raises(Fault):
        place_code.validate("X" * 41)
    with pytest.raises(Fault):
        place_code.validate("A\x00B")


def test_stars_follow_the_bands_of_the_rule_row() -> None:
    scores = {0: 1, 29.9: 1, 30: 2, 50: 3, 69.9: 3, 70: 4, 90: 5, 100: 5}
    assert {score: ocop.stars(score, ocop.BANDS_2023) for score in scores} == scores
    strict = (ocop.Band(3, 60), ocop.Band(4, 80))
    assert ocop.stars(79, strict) == 3
    for outside in (-1, 100.1):
        with pytest.raises(Fault):
            ocop.stars(outside, ocop.BANDS_2023)
    with pytest.raises(Fault):
        ocop.stars(59, strict)
    with pytest.raises(Fault):
        ocop.validate("machines")


@given(st.dates(date(2018, 1, 1), date(2090, 1, 1)), st.integers(0, 120))
def test_a_rating_ends_on_its_day_of_the_month_or_the_months_last(issued: date, months: int) -> None:
    end = ocop.valid_to(issued, months)
    assert (end.year - issued.year) * 12 + end.month - issued.month == months
    next_day = date.fromordinal(end.toordinal() + 1)
    assert end.day == issued.day or (end.day < issued.day and next_day.day == 1)
    assert ocop.holds_on(end, issued, months)
    assert not ocop.holds_on(next_day, issued, months)
