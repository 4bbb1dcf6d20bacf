"""The first rows of what markets ask of lychee, each with its source; the office may replace them.

Only what stands in a public source is asked. What is told from memory, or not known, is a row that is
shown and asks nothing (``docs/export.md`` says per market which is which).
"""

from datetime import date
from typing import Any, Final

from trace.records.rules import Certainty, Demand

BEGINNING: Final = date(2020, 1, 1)
LYCHEE: Final = "lychee"
_CODES = (
    "Báo SGGP, Kinh tế Sài Gòn: các thị trường đòi mã số vùng trồng và mã số cơ sở đóng gói "
    "còn hiệu lực, ghi trên thùng"
)
_JP = "VTV, VietnamInsider: vườn có mã; xông hơi methyl bromide từ 32 g/m³, 2 giờ, tại cơ sở được công nhận"
_JP_PHYTO = "VTV, VietnamInsider: cán bộ kiểm dịch hai nước xem hàng; giấy kiểm dịch thực vật"
_AU = "Báo Quân đội nhân dân: chiếu xạ tại trung tâm Hà Nội"
_AU_GAP = "Báo Quân đội nhân dân: vùng trồng theo GAP, có ghi chép"
_US = "FruitNet: vườn có mã, chiếu xạ, giấy kiểm dịch thực vật"
_CN = "Kinh tế Sài Gòn: mã vùng trồng, mã và tên cơ sở đóng gói trên thùng; GAP; gỗ đóng hàng theo ISPM 15"
_MEMORY = "Nhớ lại, chưa đối chiếu với văn bản"
_UNKNOWN = "Chưa rõ, hỏi cơ quan kiểm dịch trước khi gửi"
CODED: Final = ("CN", "JP", "US", "AU", "EU", "KR", "TH")
"""Markets that ask for codes of growing areas and packing houses."""

S, R, U = Certainty.SEEN, Certainty.RECALLED, Certainty.UNKNOWN
_T, _P = Demand.TREATMENT, Demand.PAPER
# Market, demand, what, least dose, least minutes, how well it is known, source.
_ROWS: Final = (
    ("JP", _T, "methyl_bromide", 32.0, 120, S, _JP),
    ("JP", _P, "phytosanitary", None, None, S, _JP_PHYTO),
    ("AU", _T, "irradiation", None, None, S, _AU),
    ("AU", _P, "gap", None, None, S, _AU_GAP),
    ("AU", _T, "irradiation", 400.0, None, R, _MEMORY),
    ("AU", _P, "phytosanitary", None, None, U, _UNKNOWN),
    ("US", _T, "irradiation", None, None, S, _US),
    ("US", _P, "phytosanitary", None, None, S, _US),
    ("US", _T, "irradiation", 400.0, None, R, _MEMORY),
    ("CN", _P, "box_marks", None, None, S, _CN),
    ("CN", _P, "gap", None, None, S, _CN),
    ("CN", _P, "ispm15", None, None, S, _CN),
    ("CN", _P, "phytosanitary", None, None, U, _UNKNOWN),
    ("EU", _P, "residue_test", None, None, R, _MEMORY),
    ("EU", _P, "phytosanitary", None, None, U, _UNKNOWN),
    ("KR", _T, "other", None, None, U, _UNKNOWN),
    ("KR", _P, "phytosanitary", None, None, U, _UNKNOWN),
    ("TH", _T, "other", None, None, U, _UNKNOWN),
    ("TH", _P, "phytosanitary", None, None, U, _UNKNOWN),
)


def export_rows() -> list[dict[str, Any]]:
    """Values of the first export rules."""
    codes = [
        _row(market, demand, "", None, None, S, _CODES) | {"crop": ""}
        for market in CODED
        for demand in (Demand.GROWING_AREA, Demand.PACKING_HOUSE)
    ]
    return codes + [_row(*row) for row in _ROWS]


def _row(
    market: str,
    demand: Demand,
    what: str,
    dose: float | None,
    minutes: int | None,
    certainty: Certainty,
    source: str,
) -> dict[str, Any]:
    return {
        "market": market,
        "crop": LYCHEE,
        "demand": demand,
        "what": what,
        "least_dose": dose,
        "least_minutes": minutes,
        "is_asked": certainty is S,
        "certainty": certainty,
        "valid_from": BEGINNING,
        "source": source,
    }
