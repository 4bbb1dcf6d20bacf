"""FF1 written slowly and generally, straight from NIST SP 800-38G algorithm 7: an oracle for tests."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB


def _aes(key: bytes, block: bytes) -> bytes:
    return Cipher(AES(key), ECB()).encryptor().update(block)


def _prf(key: bytes, message: bytes) -> bytes:
    state = bytes(16)
    for at in range(0, len(message), 16):
        state = _aes(key, bytes(a ^ b for a, b in zip(state, message[at : at + 16], strict=True)))
    return state


def _number(numerals: list[int], radix: int) -> int:
    total = 0
    for numeral in numerals:
        total = total * radix + numeral
    return total


def _numerals(number: int, radix: int, length: int) -> list[int]:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, radix)
        digits.append(digit)
    return digits[::-1]


def encrypt(key: bytes, radix: int, tweak: bytes, numerals: list[int]) -> list[int]:
    n, t = len(numerals), len(tweak)
    u, v = n // 2, n - n // 2
    a, b = numerals[:u], numerals[u:]
    size = ((radix**v - 1).bit_length() + 7) // 8
    d = 4 * ((size + 3) // 4) + 4
    head = bytes([1, 2, 1]) + radix.to_bytes(3) + bytes([10, u % 256]) + n.to_bytes(4) + t.to_bytes(4)
    for i in range(10):
        pad = bytes(-(t + size + 1) % 16)
        r = _prf(key, head + tweak + pad + bytes([i]) + _number(b, radix).to_bytes(size))
        more = (_aes(key, (int.from_bytes(r) ^ j).to_bytes(16)) for j in range(1, (d + 15) // 16))
        y = int.from_bytes((r + b"".join(more))[:d])
        m = u if i % 2 == 0 else v
        a, b = b, _numerals((_number(a, radix) + y) % radix**m, radix, m)
    return a + b
