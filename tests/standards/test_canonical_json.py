"""RFC 8785: its own samples, and what every canonical form must hold."""

import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace.standards import canonical_json
from trace.standards.fault import Fault
from trace.standards.log_leaf import leaf_hash

# RFC 8785 appendix B: the bits of a double and its spelling.
DOUBLES = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-canonical_json.MAX_INTEGER, canonical_json.MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(("bits", "spelling"), DOUBLES)
def test_doubles_are_spelled_as_the_rfc_lists_them(bits: str, spelling: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_json.dumps(number).decode() == spelling


def test_the_sample_of_section_3_2_3_keeps_its_bytes() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical_json.dumps(value).decode() == expected


def test_keys_are_sorted_by_utf16_units_not_by_code_points() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = json.loads(canonical_json.dumps(dict.fromkeys(keys, 0)))
    assert list(written) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@given(json_values)
def test_reading_back_gives_the_value_and_writing_again_the_same_bytes(value: object) -> None:
    written = canonical_json.dumps(value)
    assert json.loads(written, parse_int=float) == value
    assert canonical_json.dumps(json.loads(written)) == written


@given(st.dictionaries(st.text(), st.integers(0, 9)))
def test_the_order_of_keys_does_not_matter(record: dict[str, int]) -> None:
    turned = dict(reversed(record.items()))
    assert canonical_json.dumps(turned) == canonical_json.dumps(record)
    assert leaf_hash(turned) == leaf_hash(record)


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (math.nan, "standard.json_number"),
        (math.inf, "standard.json_number"),
        (2**53 + 1, "standard.json_number"),
        (-(10**21), "standard.json_number"),
        (10**5000, "standard.json_number"),
        ("\ud800", "standard.json_text"),
        ({"\udfff": 1}, "standard.json_text"),
        ({1: 1}, "standard.json_type"),
        ({"at": object()}, "standard.json_type"),
        (b"bytes", "standard.json_type"),
        (nested(101), "standard.json_depth"),
        (nested(5000), "standard.json_depth"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else type(value).__name__,
)
def test_what_has_no_one_spelling_is_refused(value: object, key: str) -> None:
    with pytest.raises(Fault) as refusal:
        canonical_json.dumps(value)
    assert refusal.value.key == key
    assert canonical_json.dumps(nested(100))


def test_a_leaf_is_a_zero_byte_and_the_canonical_record() -> None:
    # sha256 of 00 7b2261223a317d, made with coreutils
    assert leaf_hash({"a": 1}).hex() == "c7261463ebd776f4650b6d0fe942d9cc38c925d90f77d440ab6df8d5dd258c5f"
    assert leaf_hash({"a": 1}) != leaf_hash({"a": 2})
