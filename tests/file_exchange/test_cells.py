"""Money, pieces and moments as sellers' centres write them; what is none is refused unrepeated."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplaces.simulators.files.dialects import dong
from trace.services.file_exchange import cells
from trace.services.file_exchange.headings import GOODS_WORDS, REPORT_WORDS, guess, is_of_a_buyer
from trace.standards.fault import Fault
from trace.standards.local_time import VN

amounts = st.integers(0, 10**12)


@given(amounts)
def test_a_sum_is_read_back_however_it_is_written(amount: int) -> None:
    commas = f"{amount:,}"
    forms = (
        dong(amount), commas, f"{amount}", f"{amount},00", f"{amount}.00", f"{amount} VNĐ", f"₫{amount}",
        f"{commas.replace(',', ' ')} đ", f"{commas.replace(',', '.')},00", f"{commas}.00", amount,
        float(amount),
    )  # fmt: skip
    assert {cells.money_vnd(form) for form in forms} == {amount}


@given(st.integers(0, 100_000))
def test_pieces_are_read_back_but_for_the_one_form_that_means_two_things(count: int) -> None:
    assert cells.pieces(count) == cells.pieces(str(count)) == cells.pieces(f"{count},00") == count
    if count and count % 1_000 == 0 and count < 1_000_000:
        with pytest.raises(Fault):
            cells.pieces(f"{count // 1000}.000")


moments = st.datetimes(datetime(2010, 1, 1), datetime(2099, 12, 31))  # noqa: DTZ001 - given a zone below


@given(moments)
def test_a_moment_is_read_back_however_it_is_written(naive: datetime) -> None:
    at = naive.replace(microsecond=0, tzinfo=VN)
    forms = (
        "%d/%m/%Y %H:%M:%S",
        "%d-%m-%Y %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
        "%H:%M:%S %d/%m/%Y",
        "%d.%m.%Y %H:%M:%S",
    )
    assert {cells.moment(at.strftime(form)) for form in forms} == {at.astimezone(UTC)}
    assert cells.moment(at.strftime("%m/%d/%Y %H:%M:%S"), month_first=True) == at.astimezone(UTC)
    assert cells.moment({"d": at.date().isoformat(), "t": at.time().isoformat()}) == at.astimezone(UTC)


READERS = (cells.money_vnd, cells.pieces, cells.moment, cells.order_code, cells.status_word)


@given(st.one_of(st.text(max_size=60), st.floats(), st.booleans(), st.integers(), st.dictionaries(
    st.sampled_from(["d", "e", "t"]), st.text(max_size=12), max_size=2)))  # fmt: skip
def test_whatever_stands_in_a_cell_is_read_or_refused_without_repeating_it(cell: object) -> None:
    for reader in READERS:
        try:
            reader(cell)
        except Fault as fault:
            assert fault.params == {}  # noqa: PT017 - most cells are read
    assert len(cells.shape(cell)) <= 40


@pytest.mark.parametrize("said", [
        "1,5", "1.23.456", "-3", "", "12.34", "1.234,5", "1e5", "０１", "1.000.00", "1,000,0",
        "12.000.0000", "12đ34",
    ])  # fmt: skip
def test_what_is_no_sum_is_refused(said: str) -> None:
    with pytest.raises(Fault):
        cells.money_vnd(said)


@pytest.mark.parametrize("said", [
    "31/02/2026", "2026", "5/6", "05/13/2026", "99:99 05/06/2026", "1/2/3", "26-11-01",
    {"d": "1899-12-31"}])  # fmt: skip
def test_what_is_no_moment_is_refused(said: object) -> None:
    with pytest.raises(Fault):
        cells.moment(said)


@given(st.text(max_size=60))
def test_a_shape_says_no_letter_and_no_digit_of_its_cell(said: str) -> None:
    assert not [one for one in cells.shape(said) if one.isalnum() and one not in "a0"]


@pytest.mark.parametrize("said", [
    "Tên KH", "Mã KH", "Nơi nhận hàng", "Nơi giao", "Liên hệ", "Zalo", "Tài khoản mua", "Contact", "Username",
])  # fmt: skip
def test_a_buyer_is_known_by_whatever_a_column_calls_them(said: str) -> None:
    assert is_of_a_buyer(said)


def test_columns_are_guessed_in_both_languages_and_never_a_buyers() -> None:
    vi = ("STT", "Mã đơn hàng", "Tên người nhận", "SĐT", "Tên SP", "Sản phẩm", "SL", "Đơn giá", "Tình trạng")
    assert guess(vi, REPORT_WORDS) == {1: "order", 5: "name", 6: "quantity", 7: "price", 8: "status"}
    en = ("Order ID", "Customer name", "Qty", "Unit price", "Status", "Created at", "Order note")
    assert guess(en, REPORT_WORDS) == {0: "order", 2: "quantity", 3: "price", 4: "status", 5: "created"}
    assert guess(("Tên sản phẩm (*)", "Giá bán (*)", "Khối lượng (g)"), GOODS_WORDS) == {
        0: "name", 1: "price", 2: "weight_g",
    }  # fmt: skip
    assert guess(("Giá trị đơn hàng", "Đơn giá sản phẩm"), REPORT_WORDS) == {1: "price"}
    buyers = ("Họ tên", "Địa chỉ giao hàng", "Phone number", "Ghi chú của khách", "E-mail", "Điện thoại")
    assert all(map(is_of_a_buyer, buyers))
    assert not any(map(is_of_a_buyer, ("Tên sản phẩm", "Mã đơn", "Ngày đặt", "Số lượng", "Trạng thái")))
