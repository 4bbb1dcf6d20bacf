"""Reports of OCOP decisions from files: as by form, answered by the office, taken back while they wait."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests import world
from tests.services import farm, sheets
from trace.db import Database, reading, transaction
from trace.errors import NotAllowed
from trace.records.product import OcopProposal, Product
from trace.services import ocop
from trace.services.admission import Actor
from trace.services.importing.error_files import problem_text
from trace.services.importing.picks import picks
from trace.services.importing.report import Report
from trace.services.importing.runs import ImportOrder, Outcome, import_file
from trace.services.importing.undoing import look, undo

HEAD = ("Sản phẩm", "Số sao", "Điểm", "Số quyết định", "Ngày quyết định")
DAY = "20/12/2025"


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def bring(actor: Actor, folder: Path, now: datetime, *rows: Any, dry_run: bool = False) -> Outcome:
    path = sheets.xlsx(folder / "ocop.xlsx", A=(HEAD, *rows))
    with transaction() as session:
        order = ImportOrder("proposals", path, path.name, dry_run=dry_run)
        return import_file(session, actor, order, now)


def told(report: Report) -> list[tuple[int, str, str]]:
    for one in report.problems:
        for lang in ("vi", "en"):
            assert "{" not in problem_text(one, lang)
    return [(one.row, one.column, one.key) for one in report.problems]


def reported() -> list[OcopProposal]:
    with reading() as session:
        return farm.all_of(session, OcopProposal)


def test_what_a_file_reports_waits_for_the_office_and_is_no_rating(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    outcome = bring(coop.boss, tmp_path, now, (coop.product.sku, "4 sao", "82,5", "QĐ 12/QĐ-UBND", DAY))
    assert told(outcome.report) == []
    (one,) = reported()
    assert (one.product_id, one.stars, one.score, one.state) == (coop.product.id, 4, 82.5, "waiting")
    assert (one.proposed_by, one.proposed_at) == (coop.boss.account_id, now)
    with reading() as session:
        assert [row.id for row, _, _ in ocop.waiting_reports(session, farm.OFFICE)] == [one.id]
        assert ocop.ratings(session, farm.OFFICE) == []


def test_what_the_form_refuses_is_told_by_row_and_column(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        other = world.make_coop(session, now, name="HTX khác")
        foreign = world.make_product(session, now, other.org).sku
    sku = coop.product.sku
    report = bring(
        coop.boss,
        tmp_path,
        now,
        (f"{foreign}-KHAC", 4, 82, "QĐ 1", DAY),
        (sku, 5, 82, "QĐ 2", DAY),
        (sku, 4, 82, "QĐ 3", "20/12/2027"),
        (sku, 4, 82, "QĐ 4", DAY),
        (sku, 4, 83, "QĐ 4", DAY),
        dry_run=True,
    ).report
    assert told(report) == [
        (2, "Sản phẩm", "imp.link.product"),
        (3, "Số sao", "ocop.stars_differ"),
        (4, "Ngày quyết định", "imp.date.future"),
        (6, "Số quyết định", "imp.dup.file"),
    ]
    assert reported() == []


def test_a_decision_is_reported_once_and_a_declined_one_is_told_with_its_reason(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    rows = [(coop.product.sku, 4, 82, f"QĐ {number}", DAY) for number in (1, 2, 3)]
    bring(coop.boss, tmp_path, now, *rows)
    accepted, declined, _ = reported()
    with transaction() as session:
        ocop.accept_proposal(session, farm.OFFICE, accepted.id, now)
        ocop.decline_proposal(session, farm.OFFICE, declined.id, "Không có trong danh sách tỉnh", now)
    changed = (coop.product.sku, 4, 85, "QĐ 3", DAY)
    report = bring(coop.boss, tmp_path, now, *rows[:2], changed).report
    column = "Số quyết định"
    assert told(report) == [(3, column, "imp.proposal.declined"), (4, column, "imp.rating.other")]
    assert "Không có trong danh sách tỉnh" in problem_text(report.problems[0], "vi")
    assert report.made["proposal.same"] == 1
    assert len(reported()) == 3


def test_an_undo_takes_back_what_waits_and_leaves_what_was_answered(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    rows = [(coop.product.sku, 4, 82, f"QĐ {number}", DAY) for number in (1, 2)]
    run = bring(coop.boss, tmp_path, now, *rows).run
    assert run is not None
    with transaction() as session:
        ocop.accept_proposal(session, farm.OFFICE, reported()[0].id, now)
    with reading() as session:
        assert [line.why for line in look(session, coop.boss, run.id, now).kept] == ["proposal_settled"]
    with transaction() as session:
        done = undo(session, coop.boss, run.id, now)
    assert (done.rows_back, done.rows_kept) == (1, 1)
    assert [one.decision_number for one in reported()] == ["QĐ 1"]


def test_a_template_offers_the_cooperatives_own_products(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        world.make_product(session, now, world.make_org(session, now), name="Ổi của nơi khác")
    with reading() as session:
        own = session.get_one(Product, coop.product.id).name
        assert list(picks(session, coop.boss, "proposals")["rated_product"]) == [own]


def test_the_office_reports_nothing(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        bring(farm.OFFICE, tmp_path, now, (coop.product.sku, 4, 82, "QĐ 1", DAY))
