"""The first rows of the rule tables. Every row says where it comes from, and the office may replace it."""

from datetime import date
from typing import Any

from trace.records.rules import ITEMS
from trace.standards.search_key import fold_vi

BEGINNING = date(2020, 1, 1)
_OWN = "Mức mặc định của chương trình cho vải Thanh Hà; cơ quan sửa được"
_CARROT = "Mức mặc định của chương trình, chưa đối chiếu; cơ quan sửa được"
_LABEL = "Mẫu để tập, sửa theo nhãn thuốc và danh mục thuốc đang có hiệu lực"
_STOPPED = "Mẫu để tập (QĐ 501/QĐ-BNN-BVTV ngày 12/02/2019), đối chiếu trước khi dùng"

# Tonnes per hectare: warn, block. Early lychee 20/30, main season 15/25; carrot is our own guess.
_YIELDS = (
    ("lychee", "", 15.0, 25.0, _OWN),
    ("lychee", "thieu", 15.0, 25.0, _OWN),
    ("lychee", "u_hong", 20.0, 30.0, _OWN),
    ("lychee", "u_trung_trang", 20.0, 30.0, _OWN),
    ("lychee", "u_trung_gai", 20.0, 30.0, _OWN),
    ("lychee", "tau_lai", 20.0, 30.0, _OWN),
    ("carrot", "", 60.0, 90.0, _CARROT),
)
# Active ingredient, crop, days printed on common labels; samples, never an authority's list.
_WAITING = (
    ("Abamectin", "lychee", 7),
    ("Emamectin benzoate", "lychee", 7),
    ("Azoxystrobin", "lychee", 7),
    ("Difenoconazole", "lychee", 14),
    ("Mancozeb", "lychee", 14),
    ("Metalaxyl", "lychee", 14),
    ("Cypermethrin", "lychee", 14),
    ("Imidacloprid", "lychee", 14),
    ("Abamectin", "carrot", 7),
    ("Chlorothalonil", "carrot", 14),
    ("Mancozeb", "carrot", 7),
    ("Cypermethrin", "carrot", 7),
)
_ENDED = (
    ("Chlorpyrifos ethyl", "lychee", 14, date(2021, 2, 12)),
    ("Fipronil", "lychee", 14, date(2021, 2, 12)),
)

OCOP: dict[str, Any] = {
    "valid_from": date(2023, 2, 24),
    "validity_months": 36,
    "three_stars_from": 50.0,
    "four_stars_from": 70.0,
    "five_stars_from": 90.0,
    "source": "QĐ 148/QĐ-TTg ngày 24/02/2023",
}


# Item, required; those the circular asks for "if any" are not.
_CIRCULAR = "Thông tư 02/2024/TT-BKHCN, hiệu lực từ 01/06/2024; cơ quan đối chiếu và sửa được"
_DECISION = "Quyết định 25/QĐ-BNNMT ngày 07/01/2026; cơ quan đối chiếu và sửa được"
_IF_ANY = ("tt02.8", "tt02.9")


def information_rows() -> list[dict[str, Any]]:
    """Values of the first rules of information: each item from the day of its paper."""
    begins = {"tt02": (date(2024, 6, 1), _CIRCULAR), "qd25": (date(2026, 1, 7), _DECISION)}
    return [
        {
            "item": item,
            "is_required": item not in _IF_ANY,
            "valid_from": begins[item[:4]][0],
            "source": begins[item[:4]][1],
        }
        for item in ITEMS
    ]


def yield_rows() -> list[dict[str, Any]]:
    """Values of the first yield rules."""
    names = ("crop", "variety", "warn_t_ha", "block_t_ha", "source")
    return [{**dict(zip(names, row, strict=True)), "valid_from": BEGINNING} for row in _YIELDS]


def pesticide_rows() -> list[dict[str, Any]]:
    """Values of the sample waiting times; two materials show how a ban looks."""
    rows: list[tuple[str, str, int, date | None, str]]
    rows = [(name, crop, days, None, _LABEL) for name, crop, days in _WAITING]
    rows += [(name, crop, days, last, _STOPPED) for name, crop, days, last in _ENDED]
    return [
        {
            "name": name,
            "search_key": fold_vi(name),
            "crop": crop,
            "waiting_days": days,
            "allowed_from": date(2010, 1, 1),
            "allowed_to": last,
            "source": source,
        }
        for name, crop, days, last, source in rows
    ]
