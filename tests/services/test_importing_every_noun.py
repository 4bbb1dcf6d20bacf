"""What holds for whatever can be imported: again it changes nothing, it goes back whole, errors come back."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests import world
from tests.services import sheets
from tests.services.import_rows import ROWS, sender
from trace.db import Database, reading, transaction
from trace.errors import NotAllowed
from trace.records.account import Role
from trace.records.plot import Plot
from trace.services.admission import POLICY, Actor
from trace.services.importing.books import template, template_csv
from trace.services.importing.cells import BESIDE
from trace.services.importing.error_files import FORMS, Wanted
from trace.services.importing.picks import picks
from trace.services.importing.runs import NOUNS, ImportOrder, Outcome, import_file
from trace.services.importing.undoing import look, undo


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, now, name="HTX Hồng Hà")


def rows_of(coop: world.Coop, noun: str, now: datetime, count: int) -> list[list[Any]]:
    with transaction() as session:
        return ROWS[noun](session, now, coop, count)


def bring(actor: Actor, noun: str, path: Path, now: datetime, **more: Any) -> Outcome:
    order = ImportOrder(noun, path, path.name, **more)
    with reading() if order.dry_run else transaction() as session:
        return import_file(session, actor, order, now)


def counted(outcome: Outcome) -> dict[str, int]:
    """How many rows were new, changed and as they stood, of whatever kind."""
    found = {"created": 0, "updated": 0, "same": 0}
    for key, number in outcome.report.made.items():
        found[key.partition(".")[2]] += number
    return found


@pytest.mark.parametrize("noun", NOUNS)
def test_good_rows_go_in_once_however_often_the_file_is_sent(
    coop: world.Coop, tmp_path: Path, now: datetime, noun: str
) -> None:
    rows, actor = rows_of(coop, noun, now, 6), sender(noun, coop)
    path = sheets.long(tmp_path / "a.xlsx", rows)
    tried, done = bring(actor, noun, path, now, dry_run=True), bring(actor, noun, path, now)
    assert tried.report.made == done.report.made
    assert (done.report.good, done.report.problems, counted(done)["created"] % 6) == (6, [], 0)
    assert bring(actor, noun, path, now).repeated
    other_name = bring(actor, noun, path, now, request_id="another-request")
    assert counted(other_name) == {"created": 0, "updated": 0, "same": counted(done)["created"]}


@pytest.mark.parametrize("noun", NOUNS)
def test_what_a_file_made_goes_back_and_comes_again(
    coop: world.Coop, tmp_path: Path, now: datetime, noun: str
) -> None:
    rows, actor = rows_of(coop, noun, now, 6), sender(noun, coop)
    path = sheets.long(tmp_path / "a.xlsx", rows)
    first = bring(actor, noun, path, now)
    assert first.run is not None
    with reading() as session:
        seen = look(session, actor, first.run.id, now)
    assert (len(seen.back), seen.kept) == (counted(first)["created"], [])
    assert {line.file_row for line in seen.back} == set(range(2, 8))
    with transaction() as session:
        done = undo(session, actor, first.run.id, now)
    assert (done.rows_back, done.rows_kept) == (len(seen.back), 0)
    again = bring(actor, noun, path, now)
    assert (again.repeated, counted(again)) == (False, counted(first))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("noun", NOUNS)
def test_a_row_that_lacks_its_first_needed_cell_comes_back_with_what_to_do(
    coop: world.Coop, tmp_path: Path, now: datetime, noun: str, form: str
) -> None:
    rows, actor = rows_of(coop, noun, now, 2), sender(noun, coop)
    needed = "Tên chủ hộ" if noun == "farms" else rows[0][1]
    place = rows[0].index(needed)
    rows[2][place] = ""
    path = sheets.long(tmp_path / "a.xlsx", rows)
    report = bring(actor, noun, path, now, dry_run=True).report
    assert (report.good, [(one.row, one.column, one.key) for one in report.problems]) == (
        1, [(3, needed, "imp.required")],
    )  # fmt: skip
    data = FORMS[form](Wanted(path, "a.xlsx", report, "vi"))
    said = _cells(form, data)[2][-1]
    assert said.startswith(f"Dòng 3, cột “{needed}”: Ô trống. Cần: ")
    assert "chữ hoặc số" not in said
    assert not said.endswith("..")


def _cells(form: str, data: bytes) -> list[list[str]]:
    if form == "csv":
        import csv

        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_role_that_has_no_form_for_it_brings_nothing_in(
    coop: world.Coop, tmp_path: Path, now: datetime, noun: str
) -> None:
    path = sheets.long(tmp_path / "a.xlsx", rows_of(coop, noun, now, 1))
    for role in set(Role) - POLICY[NOUNS[noun].act].keys():
        with pytest.raises(NotAllowed):
            bring(Actor(None, role, coop.org.id, coop.household.id, "10813"), noun, path, now, dry_run=True)


@pytest.mark.parametrize("noun", NOUNS)
def test_a_template_offers_what_there_is_to_choose_from(
    coop: world.Coop, tmp_path: Path, now: datetime, noun: str
) -> None:
    actor = sender(noun, coop)
    with_org = NOUNS[noun].owned and actor.org_id is None
    with reading() as session:
        offered = picks(session, actor, noun)
    book = openpyxl.load_workbook(io.BytesIO(template(noun, "vi", with_org=with_org, picks=offered)))
    found = {}
    for sheet in book.worksheets:
        headings = [str(cell.value).removesuffix(" *") for cell in sheet[1]]
        for rule in sheet.data_validations.dataValidation:
            (cells,) = rule.sqref.ranges
            assert (rule.type, cells.min_row) == ("list", 3)
            hidden, _, span = rule.formula1.partition("!")
            words = [cell.value for (cell,) in book[hidden.strip("'=")][span.replace("$", "")]]
            found[headings[cells.min_col - 1]] = words
    assert found
    chosen = {column.name for column in NOUNS[noun].columns if column.choices}
    wanted = len(chosen | {name for name, words in offered.items() if words and (with_org or name != "org")})
    assert len(found) == wanted
    assert all(words and None not in words for words in found.values())
    text = template_csv(noun, "vi", with_org=with_org).decode("utf-8-sig")
    assert text.splitlines()[0].split(",")[0] == str(book.worksheets[0]["A1"].value).removesuffix(" *")


@pytest.mark.parametrize("noun", NOUNS)
def test_every_choice_a_template_offers_is_understood(noun: str) -> None:
    for column in NOUNS[noun].columns:
        for one in column.choices if column.labels and column.name != "crop" else ():
            assert column.choice(column.label(one)) == one


CODED = {
    "farms": ("growing_area",),
    "lots": ("plot_of", "sku"),
    "diary": ("plot_of",),
    "packs": ("sku", "packed_at"),
    "certificates": ("covered_plots", "covered_areas", "covered_products"),
}


@pytest.mark.parametrize("noun", CODED)
def test_a_code_is_offered_with_its_name_and_read_with_it_or_alone(
    coop: world.Coop, tmp_path: Path, now: datetime, noun: str
) -> None:
    rows, actor = rows_of(coop, noun, now, 3), sender(noun, coop)
    with reading() as session:
        offered = picks(session, actor, noun)
    beside = {choice.partition(BESIDE)[0]: choice for name in CODED[noun] for choice in offered[name]}
    assert all(name for _, _, name in (choice.partition(BESIDE) for choice in beside.values()))
    named = [rows[0], *([beside.get(cell, cell) for cell in row] for row in rows[1:])]
    assert named != rows or noun == "farms"
    bare = bring(actor, noun, sheets.long(tmp_path / "a.xlsx", rows), now, dry_run=True)
    told = bring(actor, noun, sheets.long(tmp_path / "b.xlsx", named), now, dry_run=True)
    assert (told.report.made, told.report.problems) == (bare.report.made, bare.report.problems)


def test_a_name_beside_a_code_holds_nothing_that_parts_codes(coop: world.Coop) -> None:
    with transaction() as session:
        session.get_one(Plot, coop.plot.id).name = "Đầu làng, cạnh kênh; bờ\ntây"
        offered = picks(session, coop.boss, "certificates")
    assert offered["covered_plots"] == [f"{coop.plot.code}{BESIDE}Đầu làng cạnh kênh bờ tây"]
