"""A roll printed with stars or a mark is stuck only on lots for which they hold."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from labels.design import StampDesign, StampTexts
from labels.job import PrintJob
from labels.stock import STOCKS
from tests import world
from tests.services.stamp_world import StampWorld, make_world
from trace.db import Database, transaction
from trace.errors import Refused
from trace.records.certificate import Certificate
from trace.records.product import OcopRating
from trace.records.stamp import PrintRun, RunState, StampBlock
from trace.services.print_recipes import recipe_of
from trace.texts.catalogs import t

PACKED = date(2026, 6, 12)
"""The packing day of ``world.make_lot``."""


@pytest.fixture
def stamps(database: Database, tmp_path: Path, now: datetime) -> StampWorld:
    return make_world(tmp_path, now)


def draw(
    stamps: StampWorld, block: StampBlock, first: int, last: int, design: StampDesign, **said: object
) -> None:
    """A print of these serials with these words, as the desk would keep it."""
    texts = StampTexts(product="Vải", cooperative="HTX", **said)
    recipe = recipe_of(PrintJob(tuple, "HTTPS://ID.EXAMPLE.VN/", texts, STOCKS["tomy-145"], design))
    run = PrintRun(
        public_id=f"in{first:08}",
        block_id=block.id,
        org_id=stamps.coop.org.id,
        request_id=stamps.request(),
        state=RunState.READY,
        first=first,
        last=last,
        format="pdf",
        stock="tomy-145",
        start_cell=1,
        recipe=recipe,
        asked_at=stamps.now,
    )
    with transaction() as session:
        world.add(session, run)


def rated(stamps: StampWorld, stars: int, until: date) -> None:
    with transaction() as session:
        values = {
            "product_id": stamps.coop.product.id,
            "stars": stars,
            "score": 75,
            "decision_number": "12/QĐ",
        }
        began = until - timedelta(days=1095)
        world.add(session, OcopRating(**values, decided_on=began, valid_to=until, created_at=stamps.now))


STARRED = {"ocop": "OCOP 4 sao", "ocop_stars": 4}


@pytest.mark.parametrize(
    ("stars", "left", "goes"), [(4, 0, True), (5, 1, True), (4, -1, False), (3, 0, False)]
)
def test_stars_on_a_roll_hold_on_the_packing_day_or_it_is_not_for_this_lot(
    stamps: StampWorld, stars: int, left: int, goes: bool
) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    draw(stamps, block, 0, 99, StampDesign(), **STARRED)
    rated(stamps, stars, PACKED + timedelta(days=left))
    if goes:
        assert stamps.activate(block, 0, 9, lot).lot_id == lot.id
        return
    with pytest.raises(Refused) as refused:
        stamps.activate(block, 0, 9, lot)
    said = t("vi", refused.value.key, **refused.value.params)
    assert refused.value.key == "gate.claim.printed"
    for word in ("OCOP 4 sao", "12/06/2026", lot.code):
        assert word in said


def test_only_the_print_of_these_stamps_counts(stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    draw(stamps, block, 50, 99, StampDesign(), **STARRED)
    stamps.activate(block, 0, 49, lot)
    with pytest.raises(Refused):
        stamps.activate(block, 50, 50, lot)


def test_a_design_without_the_line_says_nothing(stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    draw(stamps, block, 0, 99, StampDesign(rows=("product", "cooperative", "serial")), **STARRED, gi="CDĐL")
    stamps.activate(block, 0, 49, lot)


@pytest.mark.parametrize(("until", "goes"), [(PACKED, True), (PACKED - timedelta(days=1), False)])
def test_the_mark_of_an_indication_is_held_against_its_paper(
    stamps: StampWorld, until: date, goes: bool
) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    draw(stamps, block, 0, 99, StampDesign(has_gi=True), gi="CDĐL Thanh Hà")
    paper = Certificate(
        org_id=stamps.coop.org.id,
        scheme="gi",
        number="00009",
        valid_from=date(2025, 1, 1),
        valid_to=until,
        confirmed_at=stamps.now,
        created_at=stamps.now,
    )
    with transaction() as session:
        world.add(session, paper)
    if goes:
        stamps.activate(block, 0, 9, lot)
        return
    with pytest.raises(Refused) as refused:
        stamps.activate(block, 0, 9, lot)
    assert refused.value.key == "gate.claim.printed"
