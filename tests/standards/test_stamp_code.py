"""The printed code: published vectors, an independent oracle, and what forgers and typists do."""

import json
import random
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st

from tests.standards import ff1_reference
from tests.standards.refusals import fault_of
from trace.standards import stamp_code
from trace.standards.fault import Fault
from trace.standards.stamp_code import many, one, symbols

VECTORS = json.loads((Path(__file__).parent / "data" / "stamp_codes.json").read_text())
GIVEN = {
    row["kid"]: stamp_code.StampKey(
        row["kid"], bytes.fromhex(row["permutation_key"]), bytes.fromhex(row["tag_key"])
    )
    for row in VECTORS["keys"]
}
KEYS = [*GIVEN.values(), stamp_code.StampKey(30, bytes(range(32)), bytes(range(32, 64)))]
serials = st.integers(0, stamp_code.SERIALS - 1)
keys = st.sampled_from(KEYS)


def spelled(codes: np.ndarray) -> list[str]:
    return [bytes(row).decode() for row in codes]


def reseal(code: str) -> str:
    """The code with the check symbol its other symbols ask for."""
    value = symbols.check_value(symbols.symbol_values(code[:-1]))
    return code[:-1] + stamp_code.ALPHABET[value]


@pytest.mark.parametrize("row", VECTORS["codes"], ids=lambda row: f"{row['kid']}-{row['serial']}")
def test_codes_are_those_of_the_independent_implementation(row: dict) -> None:
    key = GIVEN[row["kid"]]
    assert stamp_code.encode(key, row["serial"]) == row["code"]
    assert spelled(stamp_code.encode_many(key, row["serial"], 1)) == [row["code"]]
    assert stamp_code.open_code(key, row["code"]) == row["serial"]


NIST_KEY = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94")


@pytest.mark.parametrize(
    ("radix", "tweak", "plain", "cipher"),
    [
        (10, "", "0123456789", "6657667009"),
        (10, "39383736353433323130", "0123456789", "1001623463"),
        (36, "3737373770717273373737", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
    ],
    ids=["sample-7", "sample-8", "sample-9"],
)
def test_the_ff1_oracle_gives_the_samples_of_nist(radix: int, tweak: str, plain: str, cipher: str) -> None:
    got = ff1_reference.encrypt(NIST_KEY, radix, bytes.fromhex(tweak), [int(c, 36) for c in plain])
    assert got == [int(c, 36) for c in cipher]


@given(keys, serials)
def test_the_permutation_is_ff1_of_seven_numerals(key: stamp_code.StampKey, serial: int) -> None:
    numerals = [serial >> shift & 31 for shift in range(30, -1, -5)]
    expected = ff1_reference.encrypt(key.permutation_key, 32, b"", numerals)
    permuted = one.permute(key, serial)
    assert [permuted >> shift & 31 for shift in range(30, -1, -5)] == expected
    assert one.unpermute(key, permuted) == serial


CMAC_KEY = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")


@pytest.mark.parametrize(
    ("message", "tag"),
    [
        ("", "028962f61b7bf89efc6b551f4667d983"),
        ("6bc1bee22e409f96e93d7e117393172a", "28a7023f452e8f82bd4bf28d8c37c35c"),
    ],
)
def test_the_library_makes_the_cmacs_of_nist(message: str, tag: str) -> None:
    mac = CMAC(AES256(CMAC_KEY))
    mac.update(bytes.fromhex(message))
    assert mac.finalize().hex() == tag


def test_the_bulk_subkey_is_that_of_nist() -> None:
    key = stamp_code.StampKey(0, bytes(32), CMAC_KEY)
    assert f"{many.subkey(key.tagger()):032x}" == "cad1ed03299eedac2e9a99808621502f"


@given(keys, serials)
def test_a_code_opens_to_its_serial(key: stamp_code.StampKey, serial: int) -> None:
    code = stamp_code.encode(key, serial)
    assert len(code) == stamp_code.LENGTH
    assert set(code) <= set(stamp_code.ALPHABET)
    assert stamp_code.key_id(code) == key.kid
    assert stamp_code.open_code(key, code) == serial


@given(keys, st.lists(serials, max_size=20))
def test_many_at_once_are_the_same_codes(key: stamp_code.StampKey, chosen: list[int]) -> None:
    codes = stamp_code.encode_serials(key, np.array(chosen, dtype=np.uint64))
    assert spelled(codes) == [stamp_code.encode(key, serial) for serial in chosen]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: f"key-{key.kid}")
def test_a_large_block_is_the_same_and_never_repeats(key: stamp_code.StampKey) -> None:
    first = 2**34 - 40_000
    codes = stamp_code.encode_many(key, first, 70_001)  # crosses the chunks' borders
    texts = spelled(codes)
    assert len(set(texts)) == 70_001
    for place in [0, 32_767, 32_768, 65_535, 65_536, 70_000, *random.sample(range(70_001), 300)]:
        assert texts[place] == stamp_code.encode(key, first + place)
    shuffled = np.random.default_rng(7).integers(0, stamp_code.SERIALS, 1000)
    assert spelled(stamp_code.encode_serials(key, shuffled)) == [
        stamp_code.encode(key, int(serial)) for serial in shuffled
    ]


def assert_bulk_equals_single(count: int, seed: int) -> None:
    """``count`` serials drawn anew over three keys, every one made both ways."""
    rng = np.random.default_rng(seed)
    for key in KEYS[-3:]:
        chosen = rng.integers(0, stamp_code.SERIALS, count // 3)
        texts = spelled(stamp_code.encode_serials(key, chosen))
        assert texts == [stamp_code.encode(key, serial) for serial in chosen.tolist()]


def test_bulk_codes_are_the_single_ones_on_fifty_thousand_random_serials() -> None:
    assert_bulk_equals_single(50_000, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_bulk_codes_are_the_single_ones_on_a_million_random_serials() -> None:
    assert len({key.kid for key in KEYS[-3:]}) == 3
    assert_bulk_equals_single(1_000_002, seed=random.SystemRandom().randrange(2**32))


def test_ranges_beyond_the_last_serial_are_refused() -> None:
    key = KEYS[0]
    for call in (
        lambda: stamp_code.encode(key, stamp_code.SERIALS),
        lambda: stamp_code.encode(key, -1),
        lambda: stamp_code.encode_many(key, stamp_code.SERIALS - 1, 2),
        lambda: stamp_code.encode_many(key, 0, -1),
        lambda: stamp_code.encode_serials(key, np.array([5, -1])),
        lambda: stamp_code.encode_serials(key, np.array([2**35], dtype=np.uint64)),
    ):
        with pytest.raises(Fault) as refusal:
            call()
        assert refusal.value.key == "standard.stamp_serial"
    assert stamp_code.encode_many(key, stamp_code.SERIALS, 0).shape == (0, 19)


def test_the_check_symbol_finds_every_wrong_symbol_and_every_swap() -> None:
    """Exhaustive: a code's sum is the XOR of one term a place, so pairs of places prove all codes."""
    terms = [*symbols.CHECK, bytes(range(32))]  # the check symbol counts as itself
    assert len(terms) == stamp_code.LENGTH
    for term in terms:
        assert len(set(term)) == 32
    for here, there in combinations(terms, 2):
        for a, b in combinations(range(32), 2):
            assert here[a] ^ there[b] != here[b] ^ there[a]


def test_every_slip_in_a_real_code_is_a_typing_error() -> None:
    code = VECTORS["codes"][6]["code"]
    slips = {code[:i] + s + code[i + 1 :] for i in range(19) for s in stamp_code.ALPHABET} - {code}
    for i, j in combinations(range(19), 2):
        swapped = list(code)
        swapped[i], swapped[j] = swapped[j], swapped[i]
        slips |= {"".join(swapped)} - {code}
    assert len(slips) > 19 * 31
    for slip in slips:
        with pytest.raises(stamp_code.Typo):
            stamp_code.validate(slip)


@given(keys, serials, st.data())
def test_people_may_type_it_their_way(key: stamp_code.StampKey, serial: int, data: st.DataObject) -> None:
    code = stamp_code.encode(key, serial)
    ways = {"0": "0oO", "1": "1iIlL"}
    typed = [data.draw(st.sampled_from(ways.get(c, c + c.lower()))) for c in code]
    gaps = data.draw(st.lists(st.sampled_from(["", "-", " ", "–", "\u00a0"]), min_size=19, max_size=19))
    assert stamp_code.validate("".join(map("".join, zip(gaps, typed, strict=True)))) == code
    assert stamp_code.compact(stamp_code.format(code)) == code


@given(st.text(max_size=30))
def test_any_text_is_valid_or_a_fault_that_does_not_repeat_it(text: str) -> None:
    fault = fault_of(stamp_code.validate, text)
    if fault is None:
        assert len(stamp_code.compact(text)) == stamp_code.LENGTH
    else:
        assert isinstance(fault, stamp_code.Malformed | stamp_code.Typo)
        assert len(str(fault.params["got"])) <= 2  # a length, or the one foreign symbol


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "standard.stamp_length"),
        ("7F6H704YPJCJ1APDCB", "standard.stamp_length"),
        ("7F6H704YPJCJ1APDCBXX", "standard.stamp_length"),
        ("7F6H704YPJCJUAPDCBX", "standard.stamp_alphabet"),
        ("7F6H704YPJCJ1APDCB１", "standard.stamp_alphabet"),
        ("ſF6H704YPJCJ1APDCBX", "standard.stamp_alphabet"),
    ],
)
def test_what_is_no_code_is_malformed(typed: str, key: str) -> None:
    with pytest.raises(stamp_code.Malformed) as refusal:
        stamp_code.validate(typed)
    assert refusal.value.key == key
    assert not stamp_code.is_valid(typed)


@given(keys, serials, st.integers(1, 17), st.integers(1, 31))
def test_a_changed_code_with_a_right_check_symbol_is_forged(
    key: stamp_code.StampKey, serial: int, place: int, change: int
) -> None:
    code = stamp_code.encode(key, serial)
    other = stamp_code.ALPHABET[stamp_code.ALPHABET.index(code[place]) ^ change]
    forged = reseal(code[:place] + other + code[place + 1 :])
    assert stamp_code.is_valid(forged)
    with pytest.raises(stamp_code.Forged) as refusal:
        stamp_code.open_code(key, forged)
    assert stamp_code.encode(key, serial)[8:] not in str(refusal.value)


def test_a_code_does_not_open_with_another_key() -> None:
    mine, other = KEYS[0], KEYS[1]
    code = stamp_code.encode(mine, 12)
    with pytest.raises(stamp_code.Forged):
        stamp_code.open_code(other, code)
    renumbered = reseal(stamp_code.ALPHABET[other.kid] + code[1:])
    with pytest.raises(stamp_code.Forged):
        stamp_code.open_code(other, renumbered)
    same_secrets = stamp_code.StampKey(5, mine.permutation_key, mine.tag_key)
    with pytest.raises(stamp_code.Forged):
        stamp_code.open_code(same_secrets, code)


@pytest.mark.parametrize("size", [31, 33, 0])
def test_keys_of_a_wrong_size_or_number_are_refused(size: int) -> None:
    for wrong in ((1, bytes(size), bytes(32)), (1, bytes(32), bytes(size)), (31, bytes(32), bytes(32))):
        with pytest.raises(Fault):
            stamp_code.StampKey(*wrong)


def test_a_key_never_shows_its_secrets() -> None:
    secret = b"permutation-secret-of-32-bytes!!"
    assert "secret" not in repr(stamp_code.StampKey(1, secret, secret))
