"""A stamp key and the ciphers made from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.cmac import CMAC

from trace.standards.fault import Fault

KEYS: Final = 31
"""Key numbers are 0..30; 31 announces another format."""

ROUNDS: Final = 10
_FF1_HEADER: Final = bytes([1, 2, 1, 0, 0, 32, 10, 3, 0, 0, 0, 7, 0, 0, 0, 0])
"""P of NIST SP 800-38G, algorithm 7: radix 32, ten rounds, split 3 + 4 of 7 numerals, no tweak."""


@dataclass(frozen=True)
class StampKey:
    """Key number ``kid`` 0..30 and 32 secret bytes each to permute serials and to tag them.

    Ciphers are made once a key and kept. Raises ``standard.stamp_key`` for a wrong number or size.
    """

    kid: int
    permutation_key: bytes = field(repr=False)
    tag_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.kid < KEYS:
            raise Fault("standard.stamp_key", expected=f"0..{KEYS - 1}", got=self.kid)
        for secret in (self.permutation_key, self.tag_key):
            if len(secret) != 32:
                raise Fault("standard.stamp_key", expected="32 bytes", got=len(secret))

    def permuter(self) -> CipherContext:
        """A fresh AES-ECB encryptor under the permutation key."""
        return _blocks(self.permutation_key)

    def tagger(self) -> CipherContext:
        """A fresh AES-ECB encryptor under the tag key."""
        return _blocks(self.tag_key)

    @cached_property
    def block_cipher(self) -> CipherContext:
        """The permuter kept for single codes; ECB carries nothing from block to block."""
        return self.permuter()

    @cached_property
    def mac(self) -> CMAC:
        """An AES-CMAC that nothing was fed to yet: copy it."""
        return CMAC(AES256(self.tag_key))

    @cached_property
    def ff1_start(self) -> int:
        """AES of FF1's constant first block, as a number: every round begins from it."""
        return int.from_bytes(self.permuter().update(_FF1_HEADER))


def _blocks(secret: bytes) -> CipherContext:
    """Bare AES: FF1 and CMAC are built on single blocks, nothing is encrypted to be kept."""
    return Cipher(AES256(secret), ECB()).encryptor()  # noqa: S305
