"""Rows of every noun that can be imported, as many as wanted, each of something else: all of them are good.

A new noun is listed here: the tests that hold for every noun ask for its rows.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from itertools import islice, product
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session, col

from tests import world
from tests.services import sheets
from trace.records.account import Role
from trace.records.admin_unit import AdminUnit
from trace.records.columns import NEW_SCHEME
from trace.records.household import Household
from trace.records.lot import Lot, LotKind, LotState
from trace.services import instance_facts, rules
from trace.services.admission import Actor, may
from trace.services.crops import CROPS
from trace.services.importing.runs import NOUNS
from trace.standards.local_time import local_day

Sheet = list[list[Any]]
Rows = Callable[[Session, datetime, world.Coop, int], Sheet]
"""A heading and so many good rows, once what they name is there."""
OFFICE = Actor(None, Role.OFFICE)


def sender(noun: str, coop: world.Coop) -> Actor:
    """Who may bring the noun in: the cooperative's manager, else the office."""
    return coop.boss if may(coop.boss, NOUNS[noun].act) else OFFICE


def _farms(_session: Session, _now: datetime, _coop: world.Coop, count: int) -> Sheet:
    return sheets.farms(count)


def _products(session: Session, now: datetime, coop: world.Coop, count: int) -> Sheet:
    world.make_prefix(session, now, coop.org, "8936")
    rows = [[f"SP-{n:05}", f"Vải hộp số {n}", _ean13(n), "Vải", 2, 7] for n in range(count)]
    return [[*sheets.PRODUCTS], *rows]


def _ean13(number: int) -> str:
    digits = f"8936{number:08}"
    return digits + str(-sum(int(one) * (3 if place % 2 else 1) for place, one in enumerate(digits)) % 10)


def communes(session: Session) -> list[str]:
    """Names of communes of today that a row may name."""
    unit = AdminUnit
    question = select(col(unit.code)).where(col(unit.scheme) == NEW_SCHEME, col(unit.level) == "commune")
    return list(session.execute(question.order_by(col(unit.code))).scalars())


def _plans(session: Session, _now: datetime, _coop: world.Coop, count: int) -> Sheet:
    days = [date(2026, 1, 1) + timedelta(days=20 * season) for season in range(15)]
    all_rows = product(days, communes(session), CROPS)
    rows = [
        [commune, crop, f"{day:%d/%m/%Y}", f"{day + timedelta(days=10):%d/%m/%Y}", 12, 5]
        for day, commune, crop in islice(all_rows, count)
    ]
    return [["Xã", "Cây trồng", "Từ ngày", "Đến ngày", "Sản lượng (tấn)", "Diện tích (ha)"], *rows]


def _training(session: Session, now: datetime, coop: world.Coop, count: int) -> Sheet:
    own = {"org_id": coop.org.id, "commune_scheme": NEW_SCHEME, "commune_code": coop.org.commune_code}
    homes = [
        {**own, "code": f"TH-{n:06}", "name": f"Hộ số {n}", "search_key": f"ho so {n}", "created_at": now}
        for n in range(count)
    ]
    session.execute(insert(Household), homes)
    days = [f"{1 + n % 28:02}/03/2026" for n in range(count)]
    rows = [[home["code"], day, "Bán hàng", coop.org.name] for home, day in zip(homes, days, strict=True)]
    return [["Mã hộ", "Ngày", "Tên buổi", "HTX"], *rows]


def _houses(session: Session, _now: datetime, _coop: world.Coop, count: int) -> Sheet:
    places = communes(session)
    rows = [
        [f"VN-{n // 1000:02}PH-{n % 1000:03}", "CN", f"Cơ sở đóng gói {n}", places[n % len(places)]]
        for n in range(count)
    ]
    return [["Mã số cơ sở đóng gói", "Thị trường", "Tên cơ sở đóng gói", "Xã"], *rows]


def _lots(session: Session, now: datetime, coop: world.Coop, count: int) -> Sheet:
    instance_facts.found(session, public_url="https://id.example.vn", is_demo=False)  # lots are told of
    plots = [world.make_plot(session, now, coop.household, area_m2=10**7) for _ in range(min(count, 50))]
    last = local_day(now)
    rows = [
        [
            plots[n % len(plots)].code,
            f"{last - timedelta(days=n // len(plots)):%d/%m/%Y}",
            20,
            coop.product.sku,
        ]
        for n in range(count)
    ]
    return [["Mã vườn", "Ngày hái", "Khối lượng (kg)", "Mã sản phẩm"], *rows]


def _packs(session: Session, now: datetime, coop: world.Coop, count: int) -> Sheet:
    """Twenty rows, a day each, use up a harvest lot."""
    instance_facts.found(session, public_url="https://id.example.vn", is_demo=False)  # lots are told of
    last, each = local_day(now), 20
    own = {"org_id": coop.org.id, "crop": coop.plot.crop, "kind": LotKind.HARVEST, "state": LotState.OPEN}
    place = {"commune_scheme": NEW_SCHEME, "commune_code": coop.plot.commune_code}
    picked = [
        Lot(
            **{**own, **place, "plot_id": coop.plot.id, "household_id": coop.household.id},
            public_id=f"goi-{first:06}",
            code=f"VT-GOI-{first:06}",
            weight_g=20_000 * min(each, count - first),
            search_key="",
            harvested_on=last - timedelta(days=each),
            request_id=f"goi-{first:06}",
            created_at=now,
        )
        for first in range(0, count, each)
    ]
    session.add_all(picked)
    session.flush()
    rows = [
        [
            f"{picked[n // each].code}: 20",
            f"{last - timedelta(days=n % each):%d/%m/%Y}",
            coop.product.sku,
            "",
            "19,5",
        ]
        for n in range(count)
    ]
    return [["Đóng từ lô", "Ngày đóng gói", "Mã sản phẩm", "Số hộp", "Khối lượng ra (kg)"], *rows]


def _diary(session: Session, now: datetime, coop: world.Coop, count: int) -> Sheet:
    rules.load_defaults(session)
    plots = [world.make_plot(session, now, coop.household) for _ in range(min(count, 50))]
    last = local_day(now)
    rows = [
        [
            plots[n % len(plots)].code,
            "Phun thuốc",
            f"{last - timedelta(days=n // len(plots)):%d/%m/%Y}",
            "Abamectin",
            7,
        ]
        for n in range(count)
    ]
    return [["Mã vườn", "Việc đã làm", "Ngày làm", "Tên thuốc", "Số ngày cách ly"], *rows]


def _certificates(session: Session, now: datetime, coop: world.Coop, count: int) -> Sheet:
    plots = [world.make_plot(session, now, coop.household).code for _ in range(min(count, 50))]
    head = ["Loại chứng nhận", "Số chứng nhận", "Nơi cấp", "Có giá trị từ", "Đến hết ngày"]
    rows = [
        [
            "VietGAP",
            f"VG-{n:05}",
            "Trung tâm",
            "01/03/2026",
            "28/02/2029",
            plots[n % len(plots)],
            coop.product.sku,
        ]
        for n in range(count)
    ]
    return [[*head, "Mã vườn", "Mã sản phẩm"], *rows]


def _ratings(session: Session, now: datetime, coop: world.Coop, count: int) -> Sheet:
    rules.load_defaults(session)
    goods = [world.make_product(session, now, coop.org).sku for _ in range(min(count, 50))]
    head = ["Hợp tác xã", "Sản phẩm", "Số sao", "Điểm", "Số quyết định", "Cấp công nhận", "Ngày quyết định"]
    rows = [
        [
            coop.org.name,
            goods[n % len(goods)],
            4,
            "82,5",
            f"QĐ-{n:05}",
            "Cấp tỉnh",
            f"{1 + n % 28:02}/05/2026",
        ]
        for n in range(count)
    ]
    return [head, *rows]


def _proposals(session: Session, now: datetime, coop: world.Coop, count: int) -> Sheet:
    return [row[1:] for row in _ratings(session, now, coop, count)]


def _organisations(session: Session, _now: datetime, _coop: world.Coop, count: int) -> Sheet:
    places = communes(session)
    rows = [
        ["Hợp tác xã", f"HTX nông sản {n}", tax_code(n) if n % 2 else "", places[n % len(places)]]
        for n in range(count)
    ]
    return [["Loại đơn vị", "Tên đơn vị", "Mã số thuế", "Xã"], *rows]


def tax_code(number: int) -> str:
    """A tax code of ten digits whose check digit fits."""
    bare = next(n for n in range(number * 11, number * 11 + 11) if _check(f"{n:09}") < 10)
    return f"{bare:09}{_check(f'{bare:09}')}"


def _check(digits: str) -> int:
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    return 10 - sum(weight * int(one) for weight, one in zip(weights, digits, strict=True)) % 11


ROWS: Mapping[str, Rows] = {
    "farms": _farms,
    "products": _products,
    "plans": _plans,
    "training": _training,
    "lots": _lots,
    "packs": _packs,
    "diary": _diary,
    "houses": _houses,
    "certificates": _certificates,
    "ratings": _ratings,
    "proposals": _proposals,
    "organisations": _organisations,
}
