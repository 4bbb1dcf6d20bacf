"""What a print is made with: what its owner has, kept as it was, refused where it does not fit."""

import hashlib
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from labels.formats import format_named
from tests import world
from tests.services.stamp_world import StampWorld, make_world
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotFound, Refused
from trace.records.label_design import DefaultDesign
from trace.services import (
    label_defaults,
    label_designs,
    label_printers,
    label_stock_changes,
    label_stocks,
)
from trace.services.admission import Actor
from trace.services.intake import read
from trace.services.label_calibrating import MeasuredIn, page_of, set_right, state_of
from trace.services.label_design_given import DesignIn
from trace.services.label_printers import PrinterIn
from trace.services.label_stock_given import StockIn
from trace.services.print_jobs import PrintOrder, PrintPlan, plan_print
from trace.services.print_runs import last_used_cell
from trace.services.stamp_printing import record_print

URL = "http://localhost"
STOCK = {"name": "Giấy 24 tem", "form": "sheet", "columns": "3", "rows": "8"}
STOCK |= {"label_width_um": "64", "label_height_um": "33,9"}
DESIGN = {"name": "Hộp", "kind": "stamp", "rows": ["product", "cooperative", "serial"]}


@pytest.fixture
def stamps(database: Database, tmp_path: Path, now: datetime) -> StampWorld:
    return make_world(tmp_path, now)


def add_stock(stamps: StampWorld, actor: Actor | None = None, **given: str) -> str:
    with transaction() as session:
        values = read(StockIn, {**STOCK, **given})
        return label_stocks.add_stock(session, actor or stamps.actor, values, stamps.now).public_id


def add_design(stamps: StampWorld, actor: Actor | None = None, **given: Any) -> str:
    with transaction() as session:
        values = read(DesignIn, {**DESIGN, **given})
        return label_designs.add_design(session, actor or stamps.actor, values, None, stamps.now).public_id


def add_printer(stamps: StampWorld, actor: Actor | None = None, **given: str) -> str:
    with transaction() as session:
        values = read(PrinterIn, {"name": "Máy in", "kind": "pdf", **given})
        return label_printers.add_printer(session, actor or stamps.actor, values, stamps.now).public_id


def choose(stamps: StampWorld, design: str, stock: str) -> None:
    with transaction() as session:
        label_defaults.choose_default(session, stamps.actor, design, stock, URL, stamps.now)


def plan(stamps: StampWorld, block: str, **order: Any) -> PrintPlan:
    with reading() as session:
        return plan_print(session, stamps.actor, PrintOrder(block, **order), URL, stamps.now, preview=True)


def sum_of(made: PrintPlan) -> str:
    digest = hashlib.sha256()
    for chunk in format_named(made.order.format).chunks(made.job):
        digest.update(chunk)
    return digest.hexdigest()


def set_shift(stamps: StampWorld, printer: str) -> None:
    with transaction() as session:
        row = label_printers.open_row(session, stamps.actor, printer)
        stock = label_stocks.stock_named(session, stamps.actor, "tomy-145")
        true = page_of(stock)
        measured = {"across_um": "100", "down_um": "150", "left_um": f"{true.left_mm + 2:.3f}"}
        measured |= {"top_um": f"{true.top_mm:.3f}", "stock": "tomy-145", "before": state_of(row)}
        set_right(session, stamps.actor, printer, read(MeasuredIn, measured), stamps.now)


def test_a_print_takes_its_owners_stock_design_and_printer(stamps: StampWorld) -> None:
    block = stamps.issue(30, product=stamps.coop.product.public_id).public_id
    stock, design, printer = add_stock(stamps), add_design(stamps), add_printer(stamps)
    set_shift(stamps, printer)
    made = plan(stamps, block, stock=stock, design=design, printer=printer, start_cell=24)
    assert (made.job.stock.label_width_mm, made.pages) == (64.0, 3)
    assert made.job.design.rows == ("product", "cooperative", "serial")
    assert made.gear.design_name == f"{design}.1"
    assert abs(made.job.calibration.offset_x_mm + 2) < 0.01
    plain = plan(stamps, block, stock=stock, design=design, start_cell=24)
    assert sum_of(made) != sum_of(plain)
    assert sum_of(made) == sum_of(
        plan(stamps, block, stock=stock, design=design, printer=printer, start_cell=24)
    )


def test_a_version_that_was_printed_prints_the_same_for_ever(stamps: StampWorld) -> None:
    block = stamps.issue(3, product=stamps.coop.product.public_id).public_id
    stock, design = add_stock(stamps), add_design(stamps)
    before = sum_of(plan(stamps, block, stock=stock, design=design))
    with transaction() as session:
        other = read(DesignIn, {**DESIGN, "level": "Q"})
        label_designs.change_design(session, stamps.actor, design, other, None, stamps.now)
        wider = read(StockIn, {**STOCK, "left_um": "5"})
        label_stock_changes.change_stock(session, stamps.actor, stock, wider, URL, stamps.now)
        label_defaults.retire_design(session, stamps.actor, design, stamps.now)
    assert sum_of(plan(stamps, block, stock=stock, design=f"{design}.1")) == before
    assert sum_of(plan(stamps, block, stock=stock, design=design)) != before


def test_what_is_anothers_is_nobodys(stamps: StampWorld) -> None:
    block = stamps.issue(3, product=stamps.coop.product.public_id).public_id
    with transaction() as session:
        boss = world.make_coop(session, stamps.now).boss
    theirs = {"stock": add_stock(stamps, boss), "design": add_design(stamps, boss)}
    theirs["printer"] = add_printer(stamps, boss)
    for field, name in theirs.items():
        told = []
        for wrong in (name, "zzzzzzzzzz"):
            with pytest.raises(Invalid) as refused:
                plan(stamps, block, **{field: wrong})
            [problem] = refused.value.problems
            told.append((problem.field, problem.key, dict(problem.params)))
        assert told[0] == told[1]
        assert told[0][0] == field


def test_the_usual_design_is_taken_where_none_is_named(stamps: StampWorld) -> None:
    product = stamps.coop.product
    block = stamps.issue(3, product=product.public_id).public_id
    common, own = add_design(stamps), add_design(stamps, product=product.public_id, level="Q")
    assert plan(stamps, block).gear.design_name == "standard"
    choose(stamps, common, "tomy-145")
    assert plan(stamps, block).gear.design_name == f"{common}.1"
    choose(stamps, own, "tomy-145")
    assert plan(stamps, block).gear.design_name == f"{own}.1"
    assert plan(stamps, block, design="standard").gear.design_name == "standard"
    assert plan(stamps, block, stock="roll-50x30").gear.design_name == "standard"


def test_a_design_is_usual_only_where_a_stamp_of_theirs_fits(stamps: StampWorld) -> None:
    design = add_design(stamps)
    tiny = add_stock(stamps, label_width_um="20", label_height_um="12")
    with pytest.raises(Refused, match=r"print\.(fit|qr)"):
        choose(stamps, design, tiny)
    with reading() as session:
        assert session.exec(select(DefaultDesign)).all() == []


def test_other_figures_take_the_usual_design_along_only_where_it_fits(stamps: StampWorld) -> None:
    design, stock = add_design(stamps), add_stock(stamps)
    choose(stamps, design, stock)
    with transaction() as session:
        given = read(StockIn, {**STOCK, "left_um": "5"})
        wider, lost = label_stock_changes.change_stock(session, stamps.actor, stock, given, URL, stamps.now)
        assert lost == []
        assert [row.stock for row in session.exec(select(DefaultDesign))] == [wider.public_id]
        given = read(StockIn, {**STOCK, "label_width_um": "20", "label_height_um": "12"})
        _tiny, lost = label_stock_changes.change_stock(
            session, stamps.actor, wider.public_id, given, URL, stamps.now
        )
        assert lost == ["Hộp"]
        assert session.exec(select(DefaultDesign)).all() == []


def test_a_new_version_must_fit_where_the_design_is_usual(stamps: StampWorld) -> None:
    design = add_design(stamps, level="L")
    choose(stamps, design, "roll-30x20")
    denser = read(DesignIn, {**DESIGN, "level": "H"})
    with pytest.raises(Refused, match=r"print\.qr"), transaction() as session:
        label_defaults.new_version(session, stamps.actor, design, denser, None, URL, stamps.now)
    with reading() as session:
        assert label_designs.own_designs(session, stamps.actor)[0].version == 1


def test_two_who_choose_at_once_leave_one_usual_design(stamps: StampWorld) -> None:
    designs = [add_design(stamps, name=f"Mẫu {n}") for n in range(4)]
    threads = [threading.Thread(target=choose, args=(stamps, one, "tomy-145")) for one in designs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        [usual] = session.exec(select(DefaultDesign)).all()
        [row] = [one for one in label_designs.own_designs(session, stamps.actor) if one.id == usual.design_id]
    assert row.public_id in designs


def test_two_versions_at_once_are_two_versions(stamps: StampWorld) -> None:
    design = add_design(stamps)

    def change(level: str) -> None:
        with transaction() as session:
            given = read(DesignIn, {**DESIGN, "level": level})
            label_designs.change_design(session, stamps.actor, design, given, None, stamps.now)

    threads = [threading.Thread(target=change, args=(level,)) for level in "LQH"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        row = label_designs.own_designs(session, stamps.actor)[0]
        assert row.version == 4
        levels = {label_designs.design_at(session, row, version).level for version in range(1, 5)}
    assert levels == set("LMQH")


@pytest.mark.parametrize("version", ["0", "9", "x", "1.1", "-1", "1" * 30])
def test_a_version_that_never_was_is_not_found(stamps: StampWorld, version: str) -> None:
    design = add_design(stamps)
    with reading() as session, pytest.raises(NotFound):
        label_designs.design_named(session, stamps.actor, f"{design}.{version}")


def test_each_printer_remembers_where_its_own_sheet_ended(stamps: StampWorld) -> None:
    block = stamps.issue(40, product=stamps.coop.product.public_id)
    printer = add_printer(stamps)
    for first, count, used in ((0, 10, printer), (10, 3, "")):
        with transaction() as session:
            serials = (block.first + first, block.first + first + count - 1)
            made = ("pdf", "tomy-145", 1, f"{first:064}", "", stamps.now, "standard", used)
            record_print(session, stamps.actor, block.public_id, *serials, *made)
    with reading() as session:
        found = [last_used_cell(session, stamps.actor, "tomy-145", 65, one) for one in (printer, "", "x")]
    assert found == [10, 3, 0]
