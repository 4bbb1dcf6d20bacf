"""Thousands of accounts are made in tests, and nobody guesses their passwords: hashing is made light.

How hard guessing is made is asserted of ``PRODUCTS_OWN``, the hasher that people's passwords meet.
"""

from argon2 import PasswordHasher

from trace.services import passwords

PRODUCTS_OWN = passwords._hasher


def make_light() -> None:
    """For this process; known and unknown logins still take the same time."""
    passwords._hasher = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)
    passwords._nobody = passwords._hasher.hash("nobody")
