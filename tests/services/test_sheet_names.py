"""What sheets of a workbook are called."""

from trace.services.tables import _sheet_name


def test_a_long_title_is_cut_between_words_and_no_two_sheets_are_called_alike() -> None:
    taken: set[str] = set()
    title = "Biểu số liệu theo Quyết định 1034/QĐ-BTTTT"
    assert [_sheet_name(title, taken) for _ in range(2)] == [
        "Biểu số liệu theo Quyết định",
        "Biểu số liệu theo Quyết định 2",
    ]
    assert _sheet_name("x" * 40, taken) == "x" * 31
    assert _sheet_name("Hai mươi chín chữ với số 1234 5", taken) == "Hai mươi chín chữ với số 1234 5"
    assert _sheet_name("[]", taken) == "1"
