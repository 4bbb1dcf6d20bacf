"""What a lot must say before it goes out: the ten items, the four groups, and the days they are asked on."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlmodel import Session, select

from tests import world
from tests.services import farm
from trace.db import Database, transaction
from trace.errors import NotAllowed, Refused
from trace.records.lot import Lot, LotState
from trace.records.product import ProductImage
from trace.records.rules import InformationRule
from trace.services import lot_pages, packing, releasing, rules
from trace.services.admission import actor_of
from trace.services.information_rules import InformationRuleIn, add_information_rule, demands_on
from trace.services.lot_information import Answer, Item, Place, information_of
from trace.texts.catalogs import Term, shown, t


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def items(session: Session, coop: world.Coop, lot: Lot) -> dict[str, Item]:
    return {one.item: one for one in information_of(session, lot, coop.product)}


def pack(session: Session, coop: world.Coop, now: datetime) -> Lot:
    return packing.pack_lot(session, coop.hand, farm.pack_in(farm.harvest(session, coop, now)), now)


def missing(session: Session, coop: world.Coop, lot: Lot) -> set[str]:
    return {name for name, one in items(session, coop, lot).items() if one.answer is Answer.MISSING}


def drop_pictures(session: Session, coop: world.Coop) -> None:
    for one in session.exec(select(ProductImage)).all():
        session.delete(one)
    session.flush()


def refused(session: Session, coop: world.Coop, lot: Lot, now: datetime) -> Refused:
    with pytest.raises(Refused) as error:
        releasing.release_lot(session, coop.boss, lot.public_id, now)
    for lang in ("vi", "en"):
        assert t(lang, error.value.key, phone="0", **error.value.params)
    return error.value


def test_a_whole_lot_shows_all_fourteen_and_what_each_is_read_from(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = pack(session, coop, now)
        found = items(session, coop, lot)
        assert len(found) == 14
        assert [name for name, one in found.items() if one.answer is not Answer.PRESENT] == ["tt02.8"]
        said = {name: shown("vi", one.found) for name, one in found.items()}
    assert said["tt02.1"] == coop.product.name
    assert said["tt02.4"].startswith("Xã Thanh Hà")
    assert said["tt02.5"] == "2 công đoạn, 2 địa điểm"
    assert said["tt02.6"] == "hái 12/06/2026, đóng gói 12/06/2026"
    assert said["tt02.9"] == "19/06/2026"
    assert said["qd25.2"] == "1 thửa, 0,36\u00a0ha, hái từ 12/06/2026 đến 12/06/2026"
    assert said["qd25.4"] == f"/lo/{lot.public_id}"


def _no_picture(session: Session, coop: world.Coop) -> None:
    drop_pictures(session, coop)


def _no_standards(session: Session, coop: world.Coop) -> None:
    coop.product.standards = ""


LACKS: list[tuple[Callable[[Session, world.Coop], None], str]] = [
    (_no_picture, "tt02.2"),
    (_no_standards, "tt02.10"),
]


@pytest.mark.parametrize(("take_away", "item"), LACKS)
def test_one_item_less_is_nine_of_ten_and_no_release(
    coop: world.Coop, now: datetime, take_away: Callable[[Session, world.Coop], None], item: str
) -> None:
    with transaction() as session:
        session.add(coop.product)
        lot = pack(session, coop, now)
        take_away(session, coop)
        assert missing(session, coop, lot) == {item}
        error = refused(session, coop, lot, now)
        assert (error.key, error.params["n"], error.params["have"], error.params["total"]) == (
            *("gate.tt02", 1, 9, 10),
        )
        assert lot.state == LotState.OPEN


def test_a_certificate_of_the_day_is_a_standard_too(coop: world.Coop, now: datetime) -> None:
    from trace.records.certificate import Certificate

    with transaction() as session:
        session.add(coop.product)
        coop.product.standards = ""
        lot = pack(session, coop, now)
        paper = Certificate(
            org_id=coop.org.id,
            scheme="vietgap",
            number="VietGAP-TT-1",
            valid_from=date(2025, 1, 1),
            valid_to=farm.DAY,
            confirmed_at=now,
            created_at=now,
        )
        world.add(session, paper)
        assert missing(session, coop, lot) == set()
        said = [one.found for one in lot_pages.lot_detail(session, coop.hand, lot.public_id).information]
        assert Term("information.papers", {"items": ["VietGAP-TT-1"]}) in said
        paper.valid_to = date(2026, 6, 11)
        session.flush()
        assert missing(session, coop, lot) == {"tt02.10"}


def test_goods_of_no_known_plot_lack_stages_and_both_groups(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = world.make_lot(
            session, now, coop.plot, coop.product, kind="pack", plot_id=None, state=LotState.OPEN
        )
        assert missing(session, coop, lot) == {"tt02.5", "qd25.1", "qd25.2", "qd25.3"}
        error = refused(session, coop, lot, now)
        assert (error.key, error.params["have"]) == ("gate.tt02", 9)
        assert "công đoạn" in t("vi", error.key, **error.params)


def test_the_office_may_demand_a_brand_from_a_day_on(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        office = actor_of(world.make_office(session, now))
        wanted = InformationRuleIn(item="tt02.8", demand="required", valid_from=farm.DAY, source="CV 12")
        with pytest.raises(NotAllowed):
            add_information_rule(session, coop.boss, wanted, now)
        add_information_rule(session, office, wanted, now)
        lot = pack(session, coop, now)
        assert missing(session, coop, lot) == {"tt02.8"}
        lot.packed_on = date(2026, 6, 11)  # the day before: judged by the rule of its own day
        assert items(session, coop, lot)["tt02.8"].answer is Answer.NOT_APPLICABLE


def test_an_ended_rule_is_not_asked_from_the_next_day_on(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        office = actor_of(world.make_office(session, now))
        row = session.exec(select(InformationRule).where(InformationRule.item == "qd25.1")).one()
        rules.end_rule(session, office, "information", row.id, date(2026, 6, 11), now)
        first = date(2026, 6, 11)
        asked = demands_on(session, [first, farm.DAY])
        assert "qd25.1" in asked[first]
        assert "qd25.1" not in asked[farm.DAY]


@pytest.mark.parametrize(
    ("day", "items"),
    [(date(2024, 5, 31), 0), (date(2024, 6, 1), 10), (date(2026, 1, 6), 10), (date(2026, 1, 7), 14)],
)
def test_nothing_is_asked_before_the_papers_days(coop: world.Coop, day: date, items: int) -> None:
    with transaction() as session:
        assert len(demands_on(session, [day])[day]) == items


def test_the_page_counts_what_is_there_and_says_where_the_rest_belongs(
    coop: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        lot = pack(session, coop, now)
        drop_pictures(session, coop)
        found = lot_pages.lot_detail(session, coop.hand, lot.public_id)
        circular = found.items_of("tt02")
        assert (found.in_order(circular), len(circular)) == (9, 10)
        picture = circular[1]
        assert (picture.answer, picture.place) == (Answer.MISSING, Place.PICTURE)
        assert "ảnh" in shown("vi", picture.todo)
