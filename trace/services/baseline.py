"""The figures the province published, each with its source note: what today's are measured against."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.market_order import BaselineFigure

END_2021 = date(2021, 12, 31)
JUNE_2022 = date(2022, 6, 24)
_NGOC_ANH = "Ngọc Anh, “Chiến lược tăng trưởng xanh - chuyển đổi số của Hải Dương”"
_LINH_AN = "Linh An, “Một số kết quả về công tác chuyển đổi số trên địa bàn tỉnh Hải Dương”"
_ICT = "ICTVietnam, 05/02/2022"


@dataclass(frozen=True)
class Published:
    """One published figure. ``unit`` is household, product, transaction, đồng (vnd) or kilogram (kg)."""

    indicator: str
    as_of: date
    value: int
    unit: str
    source: str
    note: str = ""


PUBLISHED = (
    Published("households_on_platforms", END_2021, 97_827, "household", _NGOC_ANH),
    Published("households_trained", END_2021, 95_563, "household", _NGOC_ANH),
    Published("products_on_platforms", END_2021, 289, "product", _NGOC_ANH),
    Published("households_on_platforms", JUNE_2022, 136_012, "household", _LINH_AN, "hạng 23/63 tỉnh, thành"),
    Published("households_trained", JUNE_2022, 141_850, "household", _LINH_AN),
    Published("products_on_platforms", JUNE_2022, 760, "product", _LINH_AN),
    Published("transactions", JUNE_2022, 2_721, "transaction", _LINH_AN),
    Published("lychee_revenue", END_2021, 1_478_000_000_000, "vnd", _ICT, "vụ vải 2021"),
    Published("lychee_export_near", END_2021, 25_000_000, "kg", _ICT, "Trung Quốc, Lào, Campuchia"),
    Published(
        "lychee_export_far",
        END_2021,
        2_000_000,
        "kg",
        _ICT,
        "khoảng; Nhật Bản, Hoa Kỳ, Úc, EU, Singapore, Thái Lan",
    ),
    Published("ocop_products", date(2022, 2, 5), 100, "product", _ICT, "hơn 100 sản phẩm OCOP"),
)


def load_baseline(session: Session) -> int:
    """Store the published figures that are not stored yet; how many were."""
    stored = select(col(BaselineFigure.indicator), col(BaselineFigure.as_of))
    known = {(indicator, as_of) for indicator, as_of in session.execute(stored)}
    fresh = [figure for figure in PUBLISHED if (figure.indicator, figure.as_of) not in known]
    for figure in fresh:
        session.add(BaselineFigure(**vars(figure)))
    session.flush()
    return len(fresh)


def published(session: Session) -> list[BaselineFigure]:
    """All published figures, oldest first."""
    order = (col(BaselineFigure.as_of), col(BaselineFigure.id))
    return list(session.execute(select(BaselineFigure).order_by(*order)).scalars())
