"""What each market asks before goods leave: kept or not, and everything that is lacking is named."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from tests import world
from tests.services import consignment_world as export
from tests.services import farm
from trace.db import Database, transaction
from trace.errors import Invalid, NotAllowed, Refused
from trace.records.consignment import Consignment
from trace.records.lot import LotKind
from trace.records.plot import GrowingArea, PackingHouse, SiteStatus
from trace.records.rules import Certainty, ExportRule
from trace.services import consigning, consignment_papers, dispatching, export_gates, packing, rules
from trace.services.dispatching import CancelIn
from trace.services.export_defaults import CODED
from trace.services.export_figures import MarketShare, export_by_market
from trace.services.export_rules import ExportRuleIn, add_export_rule, rules_on
from trace.texts.catalogs import t

NEEDS: dict[str, tuple[tuple[dict[str, Any], ...], tuple[str, ...]]] = {
    "JP": (({},), ("phytosanitary",)),
    "US": (({"kind": "irradiation", "dose": 400, "minutes": None},), ("phytosanitary",)),
    "AU": (({"kind": "irradiation", "dose": None, "minutes": None},), ("gap",)),
    "CN": ((), ("box_marks", "gap", "ispm15")),
    "EU": ((), ()),
    "KR": ((), ()),
    "TH": ((), ()),
}
"""Treatments and papers that a market asks beside codes of growing area and packing house."""


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def ready(session: Session, now: datetime, coop: world.Coop, market: str) -> Consignment:
    """A consignment with all that its market asks."""
    export.area(session, now, coop, market)
    house = export.house(session, now, coop, market)
    goods = export.lot(session, now, coop)
    one = export.loaded(session, now, coop, goods, market, packing_house_id=house.id)
    treatments, papers = NEEDS[market]
    for treatment in treatments:
        export.treat(session, now, coop, one, **treatment)
    for kind in papers:
        export.paper(session, now, coop, one, kind)
    return one


def lacks(session: Session, one: Consignment) -> list[str]:
    return [lack.key for lack in export_gates.checklist(session, one, farm.DAY).lacks]


def test_the_markets_with_codes_are_the_seven(database: Database) -> None:
    assert set(CODED) == set(NEEDS)


@pytest.mark.parametrize("market", NEEDS)
def test_a_market_lets_through_what_has_all_it_asks(coop: world.Coop, now: datetime, market: str) -> None:
    with transaction() as session:
        one = ready(session, now, coop, market)
        dispatching.dispatch(session, coop.hand, one.public_id, now)
        treatments, papers = NEEDS[market]
        assert (one.state, one.asked) == ("dispatched", 2 + len(treatments) + len(papers))
        assert f"PH-{market}" in one.codes
        assert "VN-HDOR-" in one.codes


@pytest.mark.parametrize("market", NEEDS)
def test_a_bare_box_is_refused_with_everything_that_is_lacking(
    coop: world.Coop, now: datetime, market: str
) -> None:
    with transaction() as session:
        one = export.loaded(session, now, coop, export.lot(session, now, coop), market)
        with pytest.raises(Refused) as refused:
            dispatching.dispatch(session, coop.hand, one.public_id, now)
        treatments, papers = NEEDS[market]
        expected = ["market_ask.lack.area", "market_ask.lack.house"]
        expected += ["market_ask.lack.treatment"] * len(treatments) + ["market_ask.lack.paper"] * len(papers)
        assert refused.value.key == "gate.export"
        assert [lack.key for lack in refused.value.params["items"]] == expected
        assert one.state == "draft"
        for lang in ("vi", "en"):
            assert "{" not in t(lang, "gate.export", **refused.value.params)


def test_goods_for_home_are_asked_nothing(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one = export.loaded(session, now, coop, export.lot(session, now, coop))
        assert dispatching.dispatch(session, coop.hand, one.public_id, now).asked == 0


def test_the_code_of_another_market_does_not_count(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        export.area(session, now, coop, "CN")
        house = export.house(session, now, coop, "CN")
        goods = export.lot(session, now, coop)
        one = export.loaded(session, now, coop, goods, "KR", packing_house_id=house.id)
        assert lacks(session, one) == ["market_ask.lack.area", "market_ask.lack.house"]


def test_one_code_may_stand_for_several_markets(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        area = export.area(session, now, coop, "CN", code="VN-HDOR-9001")
        house = export.house(session, now, coop, "CN", code="VN-HDPH-901")
        for table, base in ((GrowingArea, area), (PackingHouse, house)):
            values = base.model_dump(exclude={"id", "market"})
            twin = world.add(session, table(**values, market="KR"))
            export.standing(session, now, twin, SiteStatus.ACTIVE)
        goods = export.lot(session, now, coop)
        one = export.loaded(session, now, coop, goods, "KR", packing_house_id=house.id)
        assert lacks(session, one) == []


@pytest.mark.parametrize("kind", ["area", "house"])
@pytest.mark.parametrize(("day", "is_kept"), [(farm.DAY - timedelta(days=5), False), (farm.DAY, None)])
def test_a_code_is_asked_on_the_day_of_harvest_or_packing(
    coop: world.Coop, now: datetime, kind: str, day: date, is_kept: bool | None
) -> None:
    with transaction() as session:
        one = ready(session, now, coop, "KR")
        site = session.exec(select(GrowingArea if kind == "area" else PackingHouse)).one()
        export.standing(session, now, site, SiteStatus.SUSPENDED, day)
        # picked the day before farm.DAY, packed on it
        expected = [] if kind == "area" and day == farm.DAY else [f"market_ask.lack.{kind}_status"]
        assert lacks(session, one) == expected


def test_every_harvest_of_a_mixed_lot_needs_its_area(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        export.area(session, now, coop, "KR")
        house = export.house(session, now, coop, "KR")
        other = world.make_plot(session, now, coop.household, name="Vườn ngoài vùng")
        parts = [
            export.lot(session, now, coop),
            world.make_lot(session, now, other, coop.product, code="XK-X"),
        ]
        pool = packing.pack_lot(
            session,
            coop.hand,
            farm.pack_in(*parts, units=None, weight_g=900_000, kind="pool", packing_house_id=house.id),
            now,
        )
        pool.state = "released"
        assert pool.kind == LotKind.POOL
        one = export.loaded(session, now, coop, pool, "KR")
        found = export_gates.checklist(session, one, farm.DAY).lacks
        assert [lack.key for lack in found] == ["market_ask.lack.area"]
        assert found[0].params["plot"] == "Vườn ngoài vùng"


@pytest.mark.parametrize(
    ("treatment", "lack"),
    [
        ({"dose": 31.9}, "market_ask.lack.dose"),
        ({"dose": None}, "market_ask.lack.dose"),
        ({"minutes": 119}, "market_ask.lack.minutes"),
        ({"kind": "irradiation"}, "market_ask.lack.treatment"),
    ],
)
def test_japan_asks_for_dose_and_time(
    coop: world.Coop, now: datetime, treatment: dict[str, Any], lack: str
) -> None:
    with transaction() as session:
        one = ready(session, now, coop, "JP")
        row = consignment_papers.treatments_of(session, one)[0]
        consignment_papers.remove_record(session, coop.hand, one.public_id, "treatment", row.id, now)
        export.treat(session, now, coop, one, **treatment)
        assert lacks(session, one) == [lack]
        export.treat(session, now, coop, one)
        assert lacks(session, one) == []


def test_a_paper_that_ran_out_is_no_paper(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one = ready(session, now, coop, "US")
        row = consignment_papers.papers_of(session, one)[0]
        consignment_papers.remove_record(session, coop.hand, one.public_id, "paper", row.id, now)
        days = {"issued_on": farm.DAY - timedelta(days=9), "valid_to": farm.DAY - timedelta(days=1)}
        export.paper(session, now, coop, one, "phytosanitary", **days)
        assert lacks(session, one) == ["market_ask.lack.paper_old"]


def test_only_what_was_seen_in_a_source_is_asked_at_first(database: Database, now: datetime) -> None:
    with transaction() as session:
        farm.found(session, now)
        rows = session.exec(select(ExportRule)).all()
        assert {row.is_asked for row in rows if row.certainty == Certainty.SEEN} == {True}
        assert {row.is_asked for row in rows if row.certainty != Certainty.SEEN} == {False}
        assert [row.id for row in rows if not row.source] == []


def test_what_the_office_turns_on_is_asked_from_its_day(coop: world.Coop, now: datetime) -> None:
    given = {"market": "TH", "crop": "lychee", "demand": "paper", "what": "phytosanitary", "is_asked": "1"}
    rule = ExportRuleIn(**given, valid_days=14, valid_from=farm.DAY, source="Công văn thử")
    with transaction() as session:
        one = ready(session, now, coop, "TH")
        with pytest.raises(NotAllowed):
            add_export_rule(session, coop.boss, rule, now)
        added = add_export_rule(session, farm.OFFICE, rule, now)
        before = [one.id for one in rules_on(session, "TH", ["lychee"], farm.DAY - timedelta(days=1))]
        assert added.id not in before
        assert lacks(session, one) == ["market_ask.lack.paper"]
        export.paper(session, now, coop, one, "phytosanitary", issued_on=farm.DAY - timedelta(days=15))
        assert lacks(session, one) == ["market_ask.lack.paper_old"]
        export.paper(session, now, coop, one, "phytosanitary", issued_on=farm.DAY - timedelta(days=14))
        assert lacks(session, one) == []
        rules.end_rule(session, farm.OFFICE, "export", added.id, farm.DAY, now)
        with pytest.raises(Invalid):
            add_export_rule(session, farm.OFFICE, rule.model_copy(update={"what": "none"}), now)


def test_a_rule_of_one_crop_asks_nothing_of_another(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one = ready(session, now, coop, "KR")
        one.market = "JP"
        for table in (GrowingArea, PackingHouse):
            session.exec(select(table)).one().market = "JP"
        session.flush()
        assert lacks(session, one) == ["market_ask.lack.treatment", "market_ask.lack.paper"]
        for lot in export_gates.goods_of(session, one, farm.DAY).lots.values():
            lot.crop = "carrot"
        session.flush()
        assert lacks(session, one) == []


def test_export_by_market_counts_what_left_and_what_kept_all(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        for market in ("KR", "TH"):
            one = ready(session, now, coop, market)
            dispatching.dispatch(session, coop.hand, one.public_id, now)
        unasked = export.loaded(session, now, coop, export.lot(session, now, coop), "SG")
        dispatching.dispatch(session, coop.hand, unasked.public_id, now)
        gone = export.loaded(session, now, coop, export.lot(session, now, coop), "SG")
        dispatching.dispatch(session, coop.hand, gone.public_id, now)
        dispatching.cancel(session, coop.hand, gone.public_id, CancelIn(reason="Xe hỏng"), now)
        export.loaded(session, now, coop, export.lot(session, now, coop), "JP")
        home = export.loaded(session, now, coop, export.lot(session, now, coop))
        dispatching.dispatch(session, coop.hand, home.public_id, now)
        stranger = world.make_coop(session, now)
        found = export_by_market(session, farm.OFFICE, farm.DAY, farm.DAY)
        assert found == [
            MarketShare("KR", 1, 20_000, 20_000),
            MarketShare("SG", 1, 20_000, 0),
            MarketShare("TH", 1, 20_000, 20_000),
        ]
        assert export_by_market(session, stranger.hand, farm.DAY, farm.DAY) == []
        assert consigning.HOME not in {one.market for one in found}
