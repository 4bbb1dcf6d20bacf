"""The national mapping file: read as it stands, and every fault named with its line and what to do."""

from pathlib import Path

import pytest

from trace.errors import FieldProblem, Invalid
from trace.services.exporting.fields import TABLES
from trace.services.exporting.mapping import FILE, GROUPS, read_mapping
from trace.texts.catalogs import t

SHIPPED = Path(__file__).parents[2] / "trace" / "data" / "exporting" / FILE
GOOD = """version = 1
name = "thử"
[households]
"Mã hộ" = "household"
[places]
"Vùng" = "growing_area"
[stages]
"Việc" = "act"
[stamps]
"Từ số" = "first"
"Đến số" = "last"
"""


def test_without_a_file_of_its_own_an_instance_has_the_neutral_one(tmp_path: Path) -> None:
    found = read_mapping(tmp_path)
    assert [file.table for file in found.files] == list(GROUPS)
    assert found.name == "neutral-1"
    for file in found.files:
        assert {field for _, field in file.columns} <= set(TABLES[file.table])


def test_columns_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(GOOD, encoding="utf-8")
    stamps = read_mapping(tmp_path).files[3]
    assert (stamps.name, stamps.columns) == ("stamps.csv", (("Từ số", "first"), ("Đến số", "last")))


def refused(folder: Path, text: str | bytes) -> list[FieldProblem]:
    """The faults of a mapping; each can be said in both languages."""
    (folder / FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Invalid) as caught:
        read_mapping(folder)
    for problem in caught.value.problems:
        for lang in ("vi", "en"):
            assert "{" not in t(lang, problem.key, **problem.params)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("was", "becomes", "place", "key"),
    [
        ('"household"', '"phone"', "national.toml:4:households.Mã hộ", "export.map.field"),
        ('"Đến số" = "last"', '"Đến số" = 7', "national.toml:11:stamps.Đến số", "export.map.field"),
        ('"Đến số" = "last"', '"Đến số" = ["last"]', "national.toml:11:stamps.Đến số", "export.map.field"),
        ('"Vùng"', '" "', "national.toml:6:places. ", "export.map.heading"),
        ("version = 1", "version = 2", "national.toml:1:version", "export.map.version"),
        ("version = 1", "version = true", "national.toml:1:version", "export.map.version"),
        ("version = 1\n", "", "national.toml:version", "export.map.version"),
        ('name = "thử"', "name = 3", "national.toml:2:name", "export.map.text"),
        ('name = "thử"', "ministry = 3", "national.toml:2:ministry", "export.map.unknown"),
        ('[stages]\n"Việc" = "act"', "[stages]", "national.toml:7:stages", "export.map.group"),
        ('[stages]\n"Việc" = "act"\n', "", "national.toml:stages", "export.map.group"),
        ("[households]", '[files]\nplaces = "../x.csv"\n[households]', "national.toml:4:files.places",
         "export.map.file"),
        ("[households]", '[files]\nplots = "x.csv"\n[households]', "national.toml:4:files.plots",
         "export.map.unknown"),
        ("[households]", '[files]\nplaces = "Stamps.csv"\n[households]', "national.toml:3:files",
         "export.map.twice"),
        ('"Mã hộ" = "household"', '"Mã hộ" = ', "national.toml", "export.map.toml"),
        ('"Đến số"', '"Từ số"', "national.toml", "export.map.toml"),
    ],
)  # fmt: skip
def test_each_fault_is_named_where_it_stands(
    tmp_path: Path, was: str, becomes: str, place: str, key: str
) -> None:
    assert was in GOOD
    problems = refused(tmp_path, GOOD.replace(was, becomes, 1))
    assert [(one.field, one.key) for one in problems] == [(place, key)]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    wrong = GOOD.replace('"act"', '"who"').replace('"growing_area"', '"where"')
    assert [one.params["got"] for one in refused(tmp_path, wrong)] == ["where", "who"]


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, b"version = 1\xff")[0].key == "export.map.letters"


def test_the_line_of_a_broken_file_is_told(tmp_path: Path) -> None:
    assert "line 4" in str(refused(tmp_path, GOOD.replace('"household"', ""))[0].params["got"])


def test_every_group_of_the_decision_has_its_fields() -> None:
    assert SHIPPED.read_text().count("\n[") == 1 + len(GROUPS)
