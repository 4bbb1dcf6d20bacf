"""Codes of the time: the vectors of RFC 6238, telephones with odd clocks, and no code twice."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace.standards import totp

KEYS = {"sha1": 20, "sha256": 32, "sha512": 64}
VECTORS = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]
"""RFC 6238, appendix B: seconds, and the codes of SHA-1, SHA-256, SHA-512."""
SECRET = b"12345678901234567890"
NOW = datetime(2026, 6, 12, 2, 30, 7, tzinfo=UTC)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector[0]))
def test_the_codes_of_the_standard(vector: tuple[int, str, str, str]) -> None:
    moment = datetime.fromtimestamp(vector[0], UTC)
    for (digest, length), code in zip(KEYS.items(), vector[1:], strict=True):
        key = (b"1234567890" * 7)[:length]
        assert totp.code_of(key, totp.step_at(moment), digits=8, digest=digest) == code


@given(st.binary(min_size=20, max_size=20), st.integers(-3, 3), st.integers(0, 29))
def test_a_clock_half_a_minute_off_is_forgiven_and_no_more(secret: bytes, off: int, second: int) -> None:
    now = NOW.replace(second=0) + timedelta(seconds=second)
    step = totp.step_at(now) + off
    found = totp.step_of_code(secret, totp.code_of(secret, step), now, after=0)
    near = range(totp.step_at(now) - 1, totp.step_at(now) + 2)
    same = [one for one in near if totp.code_of(secret, one) == totp.code_of(secret, step)]
    assert found == (max(same) if same else None)
    assert (found is not None) or abs(off) > 1


def test_a_code_taken_and_those_before_it_are_none() -> None:
    step = totp.step_at(NOW)
    for off in (-1, 0):
        assert totp.step_of_code(SECRET, totp.code_of(SECRET, step + off), NOW, after=step) is None
    assert totp.step_of_code(SECRET, totp.code_of(SECRET, step + 1), NOW, after=step) == step + 1


@pytest.mark.parametrize("odd", ["", "0", "१२३४५६", "0" * 4000, "\u202e123456", "12345a"])
def test_what_is_no_code_is_none(odd: str) -> None:
    assert totp.step_of_code(SECRET, odd, NOW, after=0) is None


@given(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=64))
def test_an_app_reads_back_what_was_written(label: str) -> None:
    read = urlsplit(totp.uri_of(SECRET, label, "nongsan"))
    assert (read.scheme, read.netloc) == ("otpauth", "totp")
    assert unquote(read.path) == f"/nongsan:{label}"
    asked = parse_qs(read.query, strict_parsing=True)
    assert asked == {"secret": [totp.typed_secret(SECRET).replace(" ", "")], "issuer": ["nongsan"]}
