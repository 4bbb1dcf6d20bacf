"""What labels say follows from the registry, and only what holds on the day is said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from labels.design import StampDesign, StampTexts
from labels.errors import MissingGlyph
from labels.layout import lay_out
from labels.stock import STOCKS
from tests import world
from tests.services import farm
from tests.services.farm import DAY
from trace.db import Database, transaction
from trace.records.certificate import Certificate, Scheme
from trace.records.company_prefix import CompanyPrefix
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea, PackingHouse, SiteStatus, SiteStatusChange
from trace.records.product import Product
from trace.records.stamp import BlockState, StampBlock
from trace.services.stamp_words import words_of

URL = "https://tx.thanhha"
GTIN = "08935000134351"
BIG = STOCKS["roll-100x50"]


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with transaction() as opened:
        yield opened


@dataclass
class Box:
    """A block of stamps for one lot from a growing area with its code."""

    block: StampBlock
    lot: Lot
    area: GrowingArea
    house: PackingHouse


def boxed(session: Session, now: datetime) -> Box:
    coop = farm.found(session, now)
    session.add_all([coop.plot, coop.product, coop.org])
    place = {"commune_scheme": coop.plot.commune_scheme, "commune_code": coop.plot.commune_code}
    own = {"org_id": coop.org.id, "market": "CN", "created_at": now, **place}
    area = GrowingArea(code="VN-HDOR-0012", crop=coop.plot.crop, area_m2=90_000, **own)
    house = PackingHouse(code="VN-HDPH-012", name="Kho Thanh Hà", **own)
    session.add_all([area, house])
    session.flush()
    for site in ({"growing_area_id": area.id}, {"packing_house_id": house.id}):
        session.add(_standing(SiteStatus.ACTIVE, DAY - timedelta(days=90), now, **site))
    coop.plot.growing_area_id = area.id
    coop.product.gtin, coop.product.name_en = GTIN, "Thanh Ha lychee"
    world.make_prefix(session, now, coop.org, "8935000", valid_to=DAY)
    coop.product.name_zh, coop.product.name_ja = "鲜荔枝", "生鮮ライチ"
    coop.org.name_en, coop.org.phone = "Thanh Ha Lychee Cooperative", "0220 371 1111"
    lot = farm.harvest(session, coop, now)
    lot.packing_house_id, lot.packed_on = house.id, DAY
    block = StampBlock(
        public_id="khoi", kid=0, first=0, count=9, org_id=coop.org.id, product_id=coop.product.id,
        lot_id=lot.id, state=BlockState.ISSUED, request_id="r", created_at=now,
    )  # fmt: skip
    session.flush()
    return Box(block, lot, area, house)


def _standing(status: SiteStatus, since: date, now: datetime, **site: int) -> SiteStatusChange:
    return SiteStatusChange(status=status, since=since, recorded_at=now, **site)


def said(session: Session, box: Box, now: datetime, kind: str = "export") -> StampTexts:
    session.flush()
    return words_of(session, box.block, URL, now, is_demo=False, kind=kind)


def test_a_box_for_export_says_its_codes_its_lot_and_its_origin(session: Session, now: datetime) -> None:
    box = boxed(session, now)
    words = said(session, box, now)
    assert words.growing_area == "Growing area code (PUC)\tVN-HDOR-0012"
    assert words.packing_house == "Packing house code (PHC)\tVN-HDPH-012"
    assert words.lot == f"Lot\t{box.lot.code}"
    assert words.packed == "Packing date\t12 June 2026"
    names = [words.line(f"product:{lang}") for lang in ("en", "zh", "ja")]
    assert names == ["Thanh Ha lychee", "鲜荔枝", "生鮮ライチ"]
    assert words.cooperative == "Producer\tThanh Ha Lychee Cooperative"
    assert words.line("growing_area:zh") == "果园注册登记号\tVN-HDOR-0012"
    assert words.line("growing_area:ja") == "", "that wording is not sure"
    origins = [words.line(f"origin:{lang}") for lang in ("en", "zh", "ja")]
    assert origins == ["Product of Vietnam", "原产国：越南", "原産国名：ベトナム"]
    assert words.link == f"HTTPS://TX.THANHHA/01/{GTIN}/10/{box.lot.code}"
    layout = lay_out(words, StampDesign(kind="export"), BIG, 25)
    assert len(layout.symbols) == 1


@pytest.mark.parametrize("site", ["area", "house"])
def test_a_code_that_was_suspended_on_the_day_is_not_printed(
    session: Session, now: datetime, site: str
) -> None:
    box = boxed(session, now)
    which = {"growing_area_id": box.area.id} if site == "area" else {"packing_house_id": box.house.id}
    session.add(_standing(SiteStatus.SUSPENDED, DAY - timedelta(days=1), now, **which))
    words = said(session, box, now)
    assert (words.growing_area == "", words.packing_house == "") == (site == "area", site == "house")


def test_exporter_and_phone_are_the_organisations_own_and_are_printed_where_a_design_has_them(
    session: Session, now: datetime
) -> None:
    box = boxed(session, now)
    words = said(session, box, now)
    assert words.exporter == "Exporter\tThanh Ha Lychee Cooperative"
    assert words.hotline == "Phone\t+84 220 3711 111", "as dialled from abroad"
    assert said(session, box, now, "stamp").hotline == "ĐT 0220 371 1111"
    printed = {
        rows: {text.name for text in lay_out(words, StampDesign("export", rows), BIG, 25).texts}
        for rows in ((), ("product", "exporter", "hotline", "serial"))
    }
    assert not {"exporter", "hotline"} & printed[()]
    assert {"exporter", "hotline"} <= printed["product", "exporter", "hotline", "serial"]


def test_an_organisation_without_a_phone_has_no_such_row(session: Session, now: datetime) -> None:
    box = boxed(session, now)
    session.get_one(Organisation, box.block.org_id).phone = None
    for kind in ("stamp", "export"):
        assert said(session, box, now, kind).hotline == ""


@pytest.mark.parametrize(
    ("column", "row", "name", "letter", "position"),
    [("name_ja", "product:ja", "生鮮荔枝", "荔", 3), ("name_zh", "product:zh", "荔枝 ライチ", "ラ", 4)],
)
def test_a_letter_no_face_has_is_refused_by_its_place_when_it_is_printed(
    session: Session, now: datetime, column: str, row: str, name: str, letter: str, position: int
) -> None:
    box = boxed(session, now)
    setattr(session.get_one(Product, box.block.product_id), column, name)
    words = said(session, box, now)
    assert words.line(row) == name
    with pytest.raises(MissingGlyph) as refusal:
        lay_out(words, StampDesign(kind="export"), BIG, 25)
    assert refusal.value.params == {"value": letter, "n": position, "text": name}


def test_without_a_gtin_there_is_no_second_symbol(session: Session, now: datetime) -> None:
    box = boxed(session, now)
    assert said(session, box, now).link
    session.get_one(Product, box.block.product_id).gtin = None
    words = said(session, box, now)
    assert (words.link, words.link_name) == ("", "")


def test_a_stamp_keeps_its_own_words(session: Session, now: datetime) -> None:
    box = boxed(session, now)
    words = said(session, box, now, kind="stamp")
    assert (words.lot, words.link, words.growing_area) == (f"Lô {box.lot.code}", "", "")


@pytest.mark.parametrize(
    ("first", "last", "is_confirmed", "is_said"),
    [
        (-30, 30, True, True),
        (0, 0, True, True),
        (-30, -1, True, False),
        (1, 30, True, False),
        (-30, 30, False, False),
    ],
)
def test_the_mark_of_origin_is_said_only_while_a_confirmed_paper_holds(
    session: Session, now: datetime, first: int, last: int, is_confirmed: bool, is_said: bool
) -> None:
    box = boxed(session, now)
    days = {"valid_from": DAY + timedelta(days=first), "valid_to": DAY + timedelta(days=last)}
    paper = Certificate(
        org_id=box.block.org_id, scheme=Scheme.GI, number="00001", created_at=now, **days,
        confirmed_at=now if is_confirmed else None,
    )  # fmt: skip
    session.add(paper)
    assert (said(session, box, now, "stamp").gi == "Chỉ dẫn địa lý") is is_said


def test_a_link_is_printed_only_while_the_number_is_the_organisations_own(
    session: Session, now: datetime
) -> None:
    box = boxed(session, now)
    prefix = session.exec(select(CompanyPrefix)).one()
    prefix.valid_to = DAY - timedelta(days=1)
    assert said(session, box, now).link == ""
    prefix.valid_to, prefix.state = None, "waiting"
    assert said(session, box, now).link == ""
    prefix.state = "accepted"
    assert said(session, box, now).link
