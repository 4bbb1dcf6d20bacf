"""Filling texts: figures, escapes, numbers of things, and languages that lack a text."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from trace.texts.catalogs import Term, plain, shown, spoken_in, t, t_html, title_and_text
from trace.texts.files import catalog, language
from trace.texts.formats import Money

NBSP = "\N{NO-BREAK SPACE}"
OVER = {"n": 500, "kg": 2, "kg2": 1000, "lot": "VT-0612-03", "kg_max": Decimal("900.5"), "m": 0}


def test_a_refusal_names_both_figures_the_readers_way():
    vi = t("vi", "gate.over", left=459, **OVER)
    assert f"500 tem × 2{NBSP}kg = 1.000{NBSP}kg. Lô VT-0612-03 có 900,5{NBSP}kg để dán tem" in vi
    assert f"1,000{NBSP}kg" in t("en", "gate.over", left=459, **OVER)


def test_the_plain_text_has_no_marks_and_the_page_has_strong_words():
    assert "**" not in t("vi", "gate.over", left=1, **OVER)
    assert str(t_html("vi", "gate.over", left=1, **OVER)).startswith("<strong>Nhiều tem hơn hàng.</strong> ")
    assert plain("**a** b") == "a b"


def test_a_headline_does_not_break_within_a_word_of_two_syllables():
    assert t("vi", "verdict.first.headline") == f"Tem hợp{NBSP}lệ, lần{NBSP}đầu"


def test_a_refusals_lead_is_its_title():
    title, text = title_and_text("vi", "gate.over", left=459, **OVER)
    assert title == "Nhiều tem hơn hàng"
    assert text.startswith("500 tem")
    assert title_and_text("vi", "lot.new") == ("Ghi lô mới", "")


def test_what_people_wrote_is_escaped_and_never_becomes_a_mark_or_a_place():
    nasty = "<script>**x** {lot}"
    page = t_html("vi", "verdict.recalled.sentence", date=date(2026, 6, 5), reason=nasty)
    assert "&lt;script&gt;**x** {lot}" in page
    assert nasty in t("vi", "verdict.recalled.sentence", date=date(2026, 6, 5), reason=nasty)


def test_english_counts_by_the_figure_that_varies():
    assert "1 try left" in t("en", "login.wrong", left=1, phone="0220")
    assert "3 tries left" in t("en", "login.wrong", left=3, phone="0220")
    once = {"coop": "HTX A", "date": date(2026, 6, 5), "province": "Hà Nội"}
    assert "one phone has looked" in t("en", "verdict.seen.sentence", n=1, **once)
    assert "2 phones have looked" in t("en", "verdict.seen.sentence", n=2, **once)


def test_an_absent_key_and_an_absent_figure_raise():
    with pytest.raises(KeyError, match=r"gate\.nowhere"):
        t("vi", "gate.nowhere")
    with pytest.raises(KeyError, match="phone"):
        t("vi", "login.wrong", left=1)


def test_japanese_stands_in_english_where_it_lacks_a_text_or_nobody_has_read_it():
    assert "gate.over" not in catalog("ja")
    assert spoken_in("ja", "gate.over") == "en"
    assert "1,000" in t("ja", "gate.over", left=1, **OVER)
    assert "product.lychee_thieu" not in catalog("ja")  # marked fuzzy
    assert t("ja", "product.lychee_thieu") == t("en", "product.lychee_thieu")


def test_a_readers_tag_is_reduced_and_an_unknown_one_is_vietnamese():
    assert [language(tag) for tag in ("zh-Hans-CN", "EN_gb", "ja", "fr", "")] == [
        "zh",
        "en",
        "ja",
        "vi",
        "vi",
    ]
    assert t("xx", "lot.new") == "Ghi lô mới"


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (12345, "12.345", "12,345"),
        (Decimal("0.360"), "0,36", "0.36"),
        (Money(46500), f"46.500{NBSP}đ", f"46,500{NBSP}VND"),
        (date(2026, 6, 5), "05/06/2026", "5 June 2026"),
        (
            datetime(2026, 6, 4, 18, 5, tzinfo=UTC),
            "01:05, ngày 05/06/2026",
            "1:05 am, 5 June 2026 (Vietnam time)",
        ),
        (["a", 1500], "a, 1.500", "a, 1,500"),
        (Term("lot.state.hold"), "tạm giữ", "on hold"),
        (None, "chưa có số liệu", "no data"),
        (True, "có", "yes"),
        ("001.200", "001.200", "001.200"),
    ],
)
def test_each_kind_of_figure_is_shown_its_own_way(value, vi, en):
    assert shown("vi", value) == vi
    assert shown("en", value) == en


def test_a_term_inside_a_text_follows_the_language_of_that_text():
    params = {"lot": "L1", "state": Term("lot.state.recalled")}
    assert "thu hồi" in t("vi", "pool.worst", **params)
    assert "recalled" in t_html("en", "pool.worst", **params)
