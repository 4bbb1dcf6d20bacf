"""Crops and varieties as the registry names them, and the words people write for them."""

from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi
from trace.texts.catalogs import Term

CROPS = {
    "lychee": ("vai", "vai thieu", "litchi", "qua vai", "cay vai"),
    "longan": ("nhan", "qua nhan", "nhan long"),
    "guava": ("oi", "qua oi"),
    "carrot": ("ca rot", "carot"),
    "rice": ("lua", "gao", "nep", "gao nep", "lua nep"),
    "mung_bean": ("dau xanh", "banh dau xanh", "mung bean"),
    "ruoi": ("ruoi bien", "ragworm"),
    "cordyceps": ("dong trung", "dong trung ha thao"),
    "vegetable": ("rau", "rau mau", "rau cu", "vegetables"),
    "other": ("khac", "cay khac"),
}
"""Crop -> other words for it, folded."""
VARIETIES = ("thieu", "u_hong", "u_trung_trang", "u_trung_gai", "tau_lai")
"""Varieties of lychee that the rules know."""
MAIN = ("thieu",)
"""Those of the main crop; the others ripen some three weeks earlier."""
EARLY = tuple(name for name in VARIETIES if name not in MAIN)

_BY_WORD = {word: crop for crop, words in CROPS.items() for word in (crop.replace("_", " "), *words)}


def crop_of(text: str) -> str:
    """The crop a word means; raises ``imp.choice``.

    >>> crop_of("Vải thiều"), crop_of("Cà rốt"), crop_of("lychee")
    ('lychee', 'carrot', 'lychee')
    """
    found = _BY_WORD.get(fold_vi(text).replace("_", " "))
    if found is None:
        raise Fault("imp.choice", value=text[:40], choices=tuple(Term(f"crop.{crop}") for crop in CROPS))
    return found


def variety_of(text: str) -> str:
    """A variety as rules name it: ``u_hong`` for "U hồng"; others as they were written.

    >>> variety_of("U hồng"), variety_of("vải thiều"), variety_of("Ổi lê")
    ('u_hong', 'thieu', 'Ổi lê')
    """
    folded = fold_vi(text)
    key = folded.removeprefix("vai ").removeprefix("som ").replace(" ", "_").replace("-", "_")
    return key if key in VARIETIES else " ".join(text.split())
