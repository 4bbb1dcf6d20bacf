"""Code 128 in its GS1 form: pairs of digits after FNC1 (ISO/IEC 15417; GS1 General Specifications 5.4).

Every symbol character is three bars and three spaces, eleven modules together; the stop ends with a bar more.
"""

from __future__ import annotations

from typing import Final

# Widths of bars and spaces by value, ISO/IEC 15417 table 1: data 0..102, the three starts, the stop.
_WIDTHS: Final = (
    212222,
    222122,
    222221,
    121223,
    121322,
    131222,
    122213,
    122312,
    132212,
    221213,
    221312,
    231212,
    112232,
    122132,
    122231,
    113222,
    123122,
    123221,
    223211,
    221132,
    221231,
    213212,
    223112,
    312131,
    311222,
    321122,
    321221,
    312212,
    322112,
    322211,
    212123,
    212321,
    232121,
    111323,
    131123,
    131321,
    112313,
    132113,
    132311,
    211313,
    231113,
    231311,
    112133,
    112331,
    132131,
    113123,
    113321,
    133121,
    313121,
    211331,
    231131,
    213113,
    213311,
    213131,
    311123,
    311321,
    331121,
    312113,
    312311,
    332111,
    314111,
    221411,
    431111,
    111224,
    111422,
    121124,
    121421,
    141122,
    141221,
    112214,
    112412,
    122114,
    122411,
    142112,
    142211,
    241211,
    221114,
    413111,
    241112,
    134111,
    111242,
    121142,
    121241,
    114212,
    124112,
    124211,
    411212,
    421112,
    421211,
    212141,
    214121,
    412121,
    111143,
    111341,
    131141,
    114113,
    114311,
    411113,
    411311,
    113141,
    114131,
    311141,
    411131,
    211412,
    211214,
    211232,
    2331112,
)
_START_C, _FNC1, _STOP = 105, 102, 106
QUIET = 10  # modules of white on each side


def gs1_128(digits: str) -> list[int]:
    """Widths in modules of bars and spaces in turn, a bar first, for an even number of digits with their AI.

    >>> widths = gs1_128("00095212345000000070")
    >>> sum(widths), len(widths)
    (156, 85)
    """
    if not digits.isascii() or not digits.isdigit() or len(digits) % 2:
        raise ValueError(f"pairs of digits are set, not {digits[:40]!r}")
    values = [_FNC1, *(int(digits[at : at + 2]) for at in range(0, len(digits), 2))]
    check = (_START_C + sum(place * value for place, value in enumerate(values, 1))) % 103
    signs = (_START_C, *values, check, _STOP)
    return [int(width) for sign in signs for width in str(_WIDTHS[sign])]
