"""Amounts of other currencies as whole numbers of their smallest unit, and back.

How many decimals a currency has is ISO 4217's; a currency that is not here is refused, not guessed.
"""

from __future__ import annotations

from decimal import Decimal

DECIMALS: dict[str, int] = {
    **dict.fromkeys(("AUD", "CAD", "CHF", "CNY", "EUR", "GBP", "HKD", "MYR", "NZD", "SGD", "THB", "USD"), 2),
    **dict.fromkeys(("JPY", "KRW", "VND"), 0),
}


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in the currency's smallest unit.

    Raises:
        ValueError: the currency is not known, or the amount is finer than its smallest unit.

    >>> to_minor(Decimal("12.50"), "USD"), to_minor(Decimal("1200.000"), "JPY")
    (1250, 1200)
    """
    decimals = DECIMALS.get(currency)
    if decimals is None:
        raise ValueError(f"expected one of {', '.join(sorted(DECIMALS))}, got {currency[:8]!r}")
    minor = amount.scaleb(decimals)
    if minor != minor.to_integral_value():
        raise ValueError(f"expected at most {decimals} decimals of {currency}, got {str(amount)[:40]}")
    return int(minor)


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount as people and marketplaces write it.

    >>> str(from_minor(1250, "USD")), str(from_minor(1200, "JPY"))
    ('12.50', '1200')
    """
    return Decimal(minor).scaleb(-DECIMALS[currency])
