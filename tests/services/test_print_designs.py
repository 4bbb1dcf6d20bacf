"""Which design a block begins with, and which there are to choose from: the last choice is remembered."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from labels.stock import STOCKS, Stock
from tests import world
from tests.services.stamp_world import StampWorld, make_world
from tests.services.test_print_gear import DESIGN, URL, add_design, choose
from trace.db import Database, reading, transaction
from trace.errors import Conflict, Invalid
from trace.records.stamp import StampBlock
from trace.services import label_defaults
from trace.services.intake import read
from trace.services.label_design_given import DesignIn
from trace.services.print_designs import DesignChoice, design_choices
from trace.services.stamp_printing import record_print

A4, SMALL = STOCKS["tomy-145"], STOCKS["roll-25x25"]


@pytest.fixture
def stamps(database: Database, tmp_path: Path, now: datetime) -> StampWorld:
    return make_world(tmp_path, now)


def offered(
    stamps: StampWorld, block: StampBlock, stock: Stock = A4, chosen: str = ""
) -> tuple[str, dict[str, DesignChoice]]:
    with reading() as session:
        named, found = design_choices(session, stamps.actor, block, stock, chosen, URL, stamps.now)
    return named, {choice.name: choice for choice in found}


def first(stamps: StampWorld, block: StampBlock, stock: Stock = A4) -> str:
    return offered(stamps, block, stock)[0]


def print_in(stamps: StampWorld, block: StampBlock, design: str, stock: Stock = A4) -> None:
    stamps.now += timedelta(minutes=1)
    with transaction() as session:
        record_print(
            session,
            stamps.actor,
            block.public_id,
            block.first,
            block.last,
            "pdf",
            stock.name,
            1,
            "ab" * 32,
            "jam",
            stamps.now,
            design,
        )


def of_product(stamps: StampWorld) -> StampBlock:
    return stamps.issue(5, product=stamps.coop.product.public_id)


def test_without_designs_of_their_own_there_is_nothing_to_choose(stamps: StampWorld) -> None:
    assert offered(stamps, of_product(stamps)) == ("", {})


def test_what_fits_the_stock_is_told_apart_by_the_blocks_own_words(stamps: StampWorld) -> None:
    box = add_design(stamps, level="H")
    fruit = add_design(stamps, kind="fruit", rows=["product"])
    block = of_product(stamps)
    for stock, fits in ((A4, [True, True]), (SMALL, [False, True])):
        _, found = offered(stamps, block, stock)
        assert [found[name].fits for name in (box, fruit)] == fits
        assert set(found) == {box, fruit, "standard"}


def test_designs_for_another_product_are_not_offered_and_not_taken(stamps: StampWorld) -> None:
    with transaction() as session:
        other = world.make_product(session, stamps.now, stamps.coop.org, sku="KHAC")
    foreign, common = add_design(stamps, product=other.public_id), add_design(stamps)
    _, found = offered(stamps, of_product(stamps))
    assert set(found) == {common, "standard"}
    for order in ({"product": stamps.coop.product.public_id}, {}):
        with pytest.raises(Invalid) as refused:
            stamps.issue(5, design=foreign, **order)
        (problem,) = refused.value.problems
        assert (problem.field, problem.key) == ("design", "label_design.other_product")
        assert problem.params["product"] == other.name
    assert stamps.issue(5, product=other.public_id, design=foreign).design == foreign


def test_anothers_design_and_none_at_all_are_the_same_to_those_who_take_stamps(
    stamps: StampWorld, now: datetime
) -> None:
    with transaction() as session:
        boss = world.make_coop(session, now).boss
    told = []
    for design in (add_design(stamps, boss), "khongcomau"):
        with pytest.raises(Invalid) as refused:
            stamps.issue(5, design=design)
        told.append([(one.field, one.key, one.params) for one in refused.value.problems])
    assert told[0] == told[1]


def test_a_block_begins_in_the_design_it_was_taken_with(stamps: StampWorld) -> None:
    design = add_design(stamps)
    choose(stamps, add_design(stamps), A4.name)
    block = stamps.issue(5, design=design)
    assert first(stamps, block) == design
    with pytest.raises(Conflict):
        stamps.issue(5, request_id=block.request_id)


def test_what_a_product_was_last_printed_in_is_remembered_for_each_stock(stamps: StampWorld) -> None:
    one, other = add_design(stamps), add_design(stamps, name="Khác")
    print_in(stamps, of_product(stamps), f"{one}.1")
    assert first(stamps, of_product(stamps)) == one
    print_in(stamps, of_product(stamps), f"{other}.1")
    print_in(stamps, stamps.issue(5), f"{one}.1")  # of no product
    assert first(stamps, of_product(stamps)) == other
    assert first(stamps, stamps.issue(5)) == one
    assert first(stamps, of_product(stamps), SMALL) == "standard"


def test_the_newer_of_print_and_usual_choice_comes_first(stamps: StampWorld) -> None:
    one, usual = add_design(stamps), add_design(stamps, name="Thường dùng")
    print_in(stamps, of_product(stamps), f"{one}.1")
    stamps.now += timedelta(minutes=1)
    choose(stamps, usual, A4.name)
    named, found = offered(stamps, of_product(stamps))
    assert named == usual
    assert [name for name, choice in found.items() if choice.is_usual] == [usual]
    print_in(stamps, of_product(stamps), "standard")
    assert first(stamps, of_product(stamps)) == "standard"


def test_a_design_out_of_use_is_not_begun_with_again_but_by_the_block_printed_in_it(
    stamps: StampWorld,
) -> None:
    gone, kept = add_design(stamps), add_design(stamps)
    printed = of_product(stamps)
    print_in(stamps, printed, f"{gone}.1")
    with transaction() as session:
        label_defaults.retire_design(session, stamps.actor, gone, stamps.now)
    assert first(stamps, of_product(stamps)) == "standard"
    named, found = offered(stamps, printed)
    assert named == f"{gone}.1"
    assert set(found) == {kept, "standard", f"{gone}.1"}


def test_a_block_goes_on_in_the_version_it_was_printed_in(stamps: StampWorld) -> None:
    design = add_design(stamps)
    printed = of_product(stamps)
    print_in(stamps, printed, f"{design}.1")
    with transaction() as session:
        other = read(DesignIn, {**DESIGN, "level": "L"})
        label_defaults.new_version(session, stamps.actor, design, other, None, URL, stamps.now)
    assert first(stamps, printed) == f"{design}.1"
    assert first(stamps, of_product(stamps)) == design
    assert set(offered(stamps, printed)[1]) == {design, f"{design}.1", "standard"}
    assert set(offered(stamps, printed, chosen=design)[1]) == {design, "standard"}
