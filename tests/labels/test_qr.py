"""Symbols equal those of the ``qrcode`` library, module for module."""

from typing import Any

import numpy as np
import pytest
import zxingcpp
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from qrcode import util
from qrcode.main import QRCode

from labels.errors import ForeignSymbol, PayloadTooLong
from labels.qr import CROCKFORD, BatchEncoder
from labels.qr.penalty import lines_of, penalties
from labels.qr.template import LEVELS, capacity, mode_of
from tests.labels.stamps import ALPHABET, PREFIX, random_codes

ALPHABETS = {"alphanumeric": CROCKFORD, "byte": b"abcdefgxyz0123456789-_"}


def library_symbol(text: str, version: int, level: str, mask: int) -> NDArray[np.bool_]:
    symbol = QRCode(version=version, error_correction=LEVELS[level], mask_pattern=mask, border=0)
    symbol.add_data(text, optimize=0)
    symbol.make(fit=False)
    return np.array(symbol.modules, bool)


def filling(mode: str, version: int, level: str, rng: np.random.Generator) -> tuple[str, int]:
    """A prefix, and how many symbols follow it, that fill a symbol but for a character or none."""
    head = {"alphanumeric": "HTTPS://TX.THANHHA.VN/", "byte": "http://tx.thanhha.vn:5000/"}[mode]
    room = capacity(version, level, mode_of(head.encode())) - int(rng.integers(2))
    suffix = min(19, room - 1)
    body = "".join(rng.choice(list(ALPHABETS[mode].decode()), size=room))
    prefix = (head + body)[: room - suffix]
    return ("t" + prefix[1:] if mode == "byte" else prefix), suffix


def assert_every_mask_equals_the_library(mode: str, version: int, level: str, codes: int, seed: int) -> None:
    rng = np.random.default_rng([seed, version, "LMQH".index(level), list(ALPHABETS).index(mode)])
    (prefix, length), alphabet = filling(mode, version, level, rng), ALPHABETS[mode]
    encoder = BatchEncoder(prefix, length, level, mask=0, version=version, alphabet=alphabet)
    for mask in range(8):
        wear(encoder, mask)
        some = np.frombuffer(alphabet, np.uint8)[rng.integers(len(alphabet), size=(codes, length))]
        every = zip(some, encoder.modules(some), encoder.encode(some, turned=True), strict=True)
        for code, modules, turned in every:
            text = prefix + code.tobytes().decode()
            assert np.array_equal(modules, library_symbol(text, version, level, mask)), (seed, mask, text)
            assert np.array_equal(np.unpackbits(turned, axis=1, count=encoder.size), modules.T)


def wear(encoder: BatchEncoder, mask: int) -> None:
    """Another mask without the tables' being made anew, which takes a hundred times as long."""
    for symbols in (encoder._upright, encoder._turned):
        symbols.wear(encoder.mask)
        symbols.wear(mask)
    encoder.mask = mask


SHAPES = [
    pytest.mark.parametrize("level", "LMQH"),
    pytest.mark.parametrize("version", range(2, 7)),
    pytest.mark.parametrize("mode", ALPHABETS),
]


def of_every_shape(test: Any) -> Any:
    for shape in SHAPES:
        test = shape(test)
    return test


@of_every_shape
def test_every_mask_version_level_and_mode_equals_the_library(mode: str, version: int, level: str) -> None:
    assert_every_mask_equals_the_library(mode, version, level, codes=1, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(900)
@of_every_shape
def test_forty_payloads_of_every_shape_equal_the_library(mode: str, version: int, level: str) -> None:
    for seed in range(2, 42):
        assert_every_mask_equals_the_library(mode, version, level, codes=8, seed=seed)


@of_every_shape
def test_one_character_too_many_is_refused_with_the_figures(mode: str, version: int, level: str) -> None:
    head, alphabet = {"alphanumeric": "A", "byte": "a"}[mode], ALPHABETS[mode]
    most = capacity(version, level, mode_of(head.encode()))
    length = min(19, most)
    with pytest.raises(PayloadTooLong) as refusal:
        BatchEncoder(head * (most + 1 - length), length, level, version=version, alphabet=alphabet)
    assert refusal.value.params == {"n": most + 1, "max": most, "version": version, "level": level}


def test_three_hundred_random_stamps_equal_the_library() -> None:
    encoder, codes = BatchEncoder(PREFIX, 19), random_codes(300, seed=9)
    for code, modules in zip(codes, encoder.modules(codes), strict=True):
        text = PREFIX + code.tobytes().decode()
        assert np.array_equal(modules, library_symbol(text, 2, "M", encoder.mask))


@pytest.mark.parametrize("mask", range(8))
def test_an_encoder_of_any_mask_equals_the_library(mask: int) -> None:
    encoder = BatchEncoder(PREFIX, 19, mask=mask)
    code = random_codes(1, seed=mask)
    expected = library_symbol(PREFIX + code.tobytes().decode(), encoder.version, "M", mask)
    assert np.array_equal(encoder.modules(code)[0], expected)


@settings(max_examples=25)
@given(
    prefix=st.text("ABCXYZ0189:/.-", min_size=0, max_size=24),
    suffix=st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=1, max_size=24).filter(
        lambda t: t.strip("0")
    ),
    level=st.sampled_from("LMQH"),
    mask=st.integers(0, 7),
)
@example(prefix="", suffix="Z", level="L", mask=0)
@example(prefix="A", suffix="Z", level="H", mask=7)
def test_any_payload_equals_the_library(prefix: str, suffix: str, level: str, mask: int) -> None:
    assume("0" * 8 not in prefix + suffix)  # the library cannot divide a block of zeros
    encoder = BatchEncoder(prefix, len(suffix), level, mask=mask)
    code = np.frombuffer(suffix.encode(), np.uint8)[None]
    text = (prefix + suffix).encode()
    symbol = QRCode(version=encoder.version, error_correction=LEVELS[level], mask_pattern=mask, border=0)
    symbol.add_data(util.QRData(text, mode=mode_of(text)))
    symbol.make(fit=False)
    assert np.array_equal(encoder.modules(code)[0], np.array(symbol.modules, bool))


def test_a_code_of_zeros_is_drawn_although_the_library_cannot_divide_it() -> None:
    modules = BatchEncoder("HTTPS://TX/", 19, "H").modules(np.full((1, 19), ord("0"), np.uint8))[0]
    picture = np.kron(np.pad(~modules, 4, constant_values=True), np.ones((4, 4), bool)) * np.uint8(255)
    assert zxingcpp.read_barcodes(picture)[0].text == "HTTPS://TX/" + "0" * 19


@pytest.mark.parametrize(
    "prefix", ["HTTPS://TX.THANHHA/", "HTTPS://TRUYXUAT.HAIDUONG.VN/", "http://v4.example/"]
)
def test_best_of_eight_takes_the_mask_of_least_iso_penalty(prefix: str) -> None:
    encoder, codes = BatchEncoder(prefix, 19), random_codes(12, seed=3)
    for code, modules in zip(codes, encoder.modules(codes, best_of_8=True), strict=True):
        text = prefix + code.tobytes().decode()
        symbols = [library_symbol(text, encoder.version, "M", mask) for mask in range(8)]
        lost = [util.lost_point(symbol.tolist()) for symbol in symbols]
        assert np.array_equal(modules, symbols[int(np.argmin(lost))])


@pytest.mark.parametrize("size", [25, 29, 33, 41])
def test_penalties_equal_the_library_on_random_dots(size: int) -> None:
    rng = np.random.default_rng(size)
    dots = rng.random((60, size, size)) < rng.random((60, 1, 1))
    rows, columns = (lines_of(np.packbits(d, axis=2), size) for d in (dots, dots.transpose(0, 2, 1)))
    expected = [util.lost_point(symbol.tolist()) for symbol in dots]
    assert penalties(rows, columns).tolist() == expected


def test_the_chosen_mask_is_the_same_every_time_and_no_worse_than_any_other_on_average() -> None:
    chosen = BatchEncoder(PREFIX, 19)
    assert chosen.mask == BatchEncoder(PREFIX, 19).mask
    codes = random_codes(300, seed=5)

    def mean(mask: int) -> float:
        modules = BatchEncoder(PREFIX, 19, mask=mask).modules(codes)
        rows, columns = (lines_of(np.packbits(m, axis=2), 25) for m in (modules, modules.transpose(0, 2, 1)))
        return float(penalties(rows, columns).mean())

    means = [mean(mask) for mask in range(8)]
    assert means[chosen.mask] < sorted(means)[2], means


def test_packed_rows_begin_with_the_leftmost_module_and_end_with_zeros() -> None:
    encoder = BatchEncoder(PREFIX, 19)
    packed = encoder.encode(random_codes(3))
    assert packed.shape == (3, 25, 4)
    assert packed[:, 0, 0].tolist() == [0b11111110] * 3  # a finder's edge and its separator
    assert not (packed[:, :, 3] & 0b01111111).any()
    assert np.array_equal(
        np.unpackbits(packed, axis=2, count=25).astype(bool), encoder.modules(random_codes(3))
    )


def test_no_codes_give_no_symbols() -> None:
    assert BatchEncoder(PREFIX, 19).modules(random_codes(0)).shape == (0, 25, 25)


@pytest.mark.parametrize("place", range(19))
def test_a_foreign_symbol_is_refused_by_its_row(place: int) -> None:
    codes = random_codes(5).copy()
    codes[3, place] = ord("U")
    with pytest.raises(ForeignSymbol) as refusal:
        BatchEncoder(PREFIX, 19).encode(codes)
    assert refusal.value.params == {"row": 3, "code": codes[3].tobytes().decode()}


def test_a_payload_beyond_the_largest_version_is_refused_with_the_figures() -> None:
    with pytest.raises(PayloadTooLong) as refusal:
        BatchEncoder("HTTPS://" + "A" * 200, 19)
    assert refusal.value.params == {"n": 227, "max": 154, "version": 6, "level": "M"}
    assert refusal.value.key == "print.payload"


def test_a_ten_letter_host_gives_the_versions_the_stamp_was_planned_for() -> None:
    assert [BatchEncoder(PREFIX, 19, level).version for level in "MQ"] == [2, 3]
    assert ALPHABET.size == 32
