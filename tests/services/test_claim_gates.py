"""A product may say VietGAP, OCOP or organic only of goods for which that held on their day."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from tests import world
from tests.services import farm
from trace.db import Database, transaction
from trace.errors import Refused
from trace.records.certificate import Certificate, CertificateScope
from trace.records.lot import Lot, LotState
from trace.records.product import OcopRating, Product
from trace.services import packing, releasing
from trace.services.claim_gates import Claim, claim_stops, claims_of
from trace.texts.catalogs import t

YEAR = timedelta(days=365)


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def paper(session: Session, coop: world.Coop, now: datetime, until: date, **given: Any) -> Certificate:
    values = {"org_id": coop.org.id, "scheme": "vietgap", "number": "VietGAP-TT-77", "valid_to": until}
    values |= {"valid_from": until - YEAR, "confirmed_at": now, "created_at": now}
    return world.add(session, Certificate(**{**values, **given}))


def rating(session: Session, coop: world.Coop, now: datetime, stars: int, until: date) -> OcopRating:
    values = {"product_id": coop.product.id, "stars": stars, "score": 75, "decision_number": "12/QĐ"}
    return world.add(session, OcopRating(**values, decided_on=until - YEAR, valid_to=until, created_at=now))


def pack_as(session: Session, coop: world.Coop, now: datetime, **said: str) -> Lot:
    session.add(coop.product)
    for name, value in said.items():
        setattr(coop.product, name, value)
    return packing.pack_lot(session, coop.hand, farm.pack_in(farm.harvest(session, coop, now)), now)


def rules_of(session: Session, coop: world.Coop, lot: Lot) -> list[str]:
    stops = claim_stops(session, lot, coop.product)
    for stop in stops:
        assert t("vi", stop.rule, **stop.figures) != t("en", stop.rule, **stop.figures)
    return [stop.rule for stop in stops]


@pytest.mark.parametrize(
    ("left", "rules"),
    [(-1, ["gate.claim"]), (0, []), (1, [])],
    ids=["the day before", "the day", "the day after"],
)
def test_the_paper_must_hold_on_the_packing_day_itself(
    coop: world.Coop, now: datetime, left: int, rules: list[str]
) -> None:
    with transaction() as session:
        lot = pack_as(session, coop, now, name="Vải thiều VietGAP")
        paper(session, coop, now, farm.DAY + timedelta(days=left))
        assert rules_of(session, coop, lot) == rules


def test_the_refusal_names_paper_last_day_and_the_choice(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = pack_as(session, coop, now, standards="TCVN 11892-1:2017 (VietGAP)")
        paper(session, coop, now, date(2026, 6, 11))
        with pytest.raises(Refused) as refused:
            releasing.release_lot(session, coop.boss, lot.public_id, now)
        said = t("vi", refused.value.key, **refused.value.params)
        assert lot.state == LotState.OPEN
    for word in ("VietGAP-TT-77", "11/06/2026", "12/06/2026", "giấy mới", "sản phẩm không ghi VietGAP"):
        assert word in said


@pytest.mark.parametrize("given", [{"confirmed_at": None}, {"scheme": "organic"}])
def test_a_paper_unseen_by_the_office_or_of_another_scheme_holds_nothing(
    coop: world.Coop, now: datetime, given: dict[str, Any]
) -> None:
    with transaction() as session:
        lot = pack_as(session, coop, now, brand="Vải VietGAP Bờ Vườn")
        paper(session, coop, now, farm.DAY, **given)
        assert rules_of(session, coop, lot) == ["gate.claim.none"]


def test_a_paper_for_one_plot_does_not_cover_goods_of_two(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        coop.product.name = "Vải thiều VietGAP"
        session.add(coop.product)
        other = world.make_plot(session, now, coop.household)
        lots = [farm.harvest(session, coop, now, kg=50)]
        row = paper(session, coop, now, farm.DAY)
        world.add(session, CertificateScope(certificate_id=row.id, plot_id=coop.plot.id))
        alone = packing.pack_lot(
            session,
            coop.hand,
            farm.pack_in(*lots, units=10, draws=[{"lot": lots[0].public_id, "weight_g": 10_000}]),
            now,
        )
        assert rules_of(session, coop, alone) == []
        from trace.services.harvesting import register_lot

        lots.append(
            register_lot(session, coop.hand, farm.lot_in(other, 50, product=coop.product.public_id), now)
        )
        both = packing.pack_lot(session, coop.hand, farm.pack_in(*lots, units=90), now)
        assert rules_of(session, coop, both) == ["gate.claim.none"]


@pytest.mark.parametrize(
    ("stars", "left", "rules"),
    [
        (4, 0, []),
        (5, 0, []),
        (3, 0, ["gate.claim.stars"]),
        (4, -1, ["gate.claim"]),
        (None, 0, ["gate.claim.none"]),
    ],
)
def test_ocop_stars_are_those_of_the_decision_that_holds(
    coop: world.Coop, now: datetime, stars: int | None, left: int, rules: list[str]
) -> None:
    with transaction() as session:
        lot = pack_as(session, coop, now, name="Vải sấy OCOP 4 sao")
        if stars is not None:
            rating(session, coop, now, stars, farm.DAY + timedelta(days=left))
        assert rules_of(session, coop, lot) == rules


def test_a_product_that_claims_nothing_asks_for_no_paper(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = pack_as(session, coop, now, description="Trồng theo hướng VietGAP")
        paper(session, coop, now, date(2026, 6, 11))
        assert rules_of(session, coop, lot) == []


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("Cà rốt GlobalG.A.P", [Claim("globalgap")]),
        ("Vải thiều GLOBAL GAP", [Claim("globalgap")]),
        ("Vải chỉ dẫn địa lý Thanh Hà", [Claim("gi")]),
        ("Gạo hữu cơ OCOP 5 sao", [Claim("organic"), Claim("ocop", 5)]),
        ("Ổi bón phân hữu cơ", []),
        ("Vải OCOP", [Claim("ocop")]),
    ],
)
def test_claims_are_read_from_words(name: str, claims: list[Claim]) -> None:
    assert claims_of(Product(name=name)) == claims
