"""A weight read back in the words of the field: 1.500 kg (1 tấn 5 tạ)."""

from trace.texts.catalogs import t
from trace.texts.formats import kilograms

_UNITS = (("weight.tan", 1_000_000), ("weight.ta", 100_000), ("weight.yen", 10_000), ("weight.kg", 1))


def spoken_weight(lang: str, weight_g: int) -> str:
    """``= 1.500 kg (1 tấn 5 tạ)``; below one tạ the kilograms alone."""
    kg = kilograms(weight_g)
    if lang != "vi" or weight_g < 100_000:
        return t(lang, "weight.readback", kg=kg)
    words, rest = [], weight_g
    for key, size in _UNITS[:-1]:
        count, rest = divmod(rest, size)
        if count:
            words.append(t(lang, key, n=count))
    if rest:
        words.append(t(lang, "weight.kg", n=kilograms(rest)))
    return t(lang, "lot.kg.readback", kg=kg, words=" ".join(words))
