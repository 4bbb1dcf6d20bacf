"""The catalogs themselves: complete, spelled one way, and free of what is never said."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from trace.texts.catalogs import placeholders, plain
from trace.texts.files import catalog, messages, subjects
from trace.texts.languages import LANGUAGES, TABLE

ROOT = Path(__file__).parents[2]
STATES = [
    "malformed",
    "typo",
    "throttled",
    "not_found",
    "voided",
    "key_suspect",
    "recalled",
    "not_activated",
    "clone_suspect",
    "expired",
    "seen",
    "first",
    "unavailable",
]
NOTES = [
    "general",
    "first",
    "seen",
    "caution",
    "typing",
    "notfound",
    "void",
    "recall",
    "expired",
    "later",
    "proof",
]
BANDS = ["ok", "care", "stop", "none", "retype", "later"]

NEVER = {
    "vi": [
        "hàng thật", "chính hãng", "hàng chuẩn", "cam kết", "hàng giả", "tem giả", "lừa đảo", "gian lận",
        "kẻ xấu", "an toàn", "sạch", "không độc", "được kiểm định", "nhà nước chứng nhận", "cơ quan bảo đảm",
        "nhập sai", "không hợp lệ", "lỗi người dùng", "vi phạm", "đã xảy ra lỗi", "lỗi không xác định",
        "thành công", "xuất sắc", "quý khách", "tỉnh Hải Dương(?! cũ| trước đây)",
    ],
    "en": ["genuine", "authentic", "fake", "counterfeit", "fraud", "safe", "clean", "successfully",
           "violation"],
    "ja": ["安全", "本物です", "正規品", "偽物"],
    "zh": ["安全(?!间隔期)", "正品", "假货", "假冒"],
}  # fmt: skip
JARGON = ["token", "API", "webhook", "server", "cache", "null", "timeout", "JSON", "ID", "hash", "404"]
MIXED_MARKS = re.compile(r"(?<!q)(o[áàảãạ]|o[éèẻẽẹ]|u[ýỳỷỹỵ])(?!\w)", re.IGNORECASE)
MIXED_I = re.compile(r"\b(kĩ thuật|lí do|kì|kí|quí|bác sỹ)\b", re.IGNORECASE)


def forms(lang: str) -> list[tuple[str, str]]:
    return [(key, form) for key, text in catalog(lang).items() for form in text.forms]


def test_every_key_is_spoken_in_vietnamese_and_in_english():
    unread = {str(m.id) for path in subjects("en") for m in messages(path) if m.fuzzy}
    assert catalog("vi").keys() - catalog("en").keys() == unread
    for lang in ("en", "ja", "zh"):
        assert not catalog(lang).keys() - catalog("vi").keys(), lang


def test_no_vietnamese_text_is_fuzzy_and_no_text_is_empty():
    for lang in LANGUAGES:
        for path in subjects(lang):
            for message in messages(path):
                assert message.string, f"{lang}/{path.name}: {message.id}"
                assert lang != "vi" or not message.fuzzy, message.id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_verdict_has_its_four_texts(lang):
    wanted = {f"verdict.{state}.{part}" for state in STATES for part in ("headline", "sentence", "action")}
    wanted |= {f"verdict.note.{note}" for note in NOTES} | {f"verdict.band.{band}" for band in BANDS}
    wanted |= {f"verdict.icon.{band}" for band in BANDS} | {f"verdict.clone.c{n}" for n in range(1, 6)}
    assert not wanted - catalog(lang).keys()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_verdicts_headline_has_at_most_five_words(lang):
    headlines = [form for key, form in forms(lang) if key.startswith("verdict.") and ".headline" in key]
    assert len(headlines) >= len(STATES)
    assert [line for line in headlines if len(re.findall(r"\w+", line)) > 5] == []


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_every_language_of_a_key_wants_the_same_figures(lang):
    vietnamese = catalog("vi")
    for key, text in catalog(lang).items():
        wanted = placeholders(vietnamese[key].forms[0])
        assert placeholders(text.forms[-1]) == wanted, key
        assert placeholders(text.forms[0]) <= wanted, key  # "one phone" needs no figure


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_counted_figure_stands_in_its_text(lang):
    for key, text in catalog(lang).items():
        assert len(text.forms) == 1 or text.counted in placeholders(text.forms[-1]), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_never_said_is_not_said(lang):
    never = re.compile(rf"(?<!\w)({'|'.join(NEVER[lang])})(?!\w)", re.IGNORECASE)
    if lang in ("ja", "zh"):
        never = re.compile("|".join(NEVER[lang]))
    jargon = re.compile(rf"(?<!\w)({'|'.join(JARGON)})(?!\w)")
    assert [(key, form) for key, form in forms(lang) if never.search(plain(form))] == []
    # read by authors of programs and administrators only
    technical = ("standard.json", "key.", "epcis.", "error.token")
    assert [
        (key, form) for key, form in forms(lang) if jargon.search(form) and not key.startswith(technical)
    ] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_is_composed_and_has_no_stray_blanks_or_brackets(lang):
    for key, form in forms(lang):
        assert unicodedata.is_normalized("NFC", form), key
        assert "  " not in form, key
        assert key in {"format.comma", "format.beside"} or form == form.strip(), key
        assert "(?)" not in form, key
        assert not re.search(r"\[[^\]]+\]", form), f"{key}: a button stands in a sentence"
        assert form.count("**") % 2 == 0, key


def test_vietnamese_tone_marks_are_written_one_way():
    assert [
        (key, form) for key, form in forms("vi") if MIXED_MARKS.search(form) or MIXED_I.search(form)
    ] == []
    assert MIXED_MARKS.search("hoá đơn")
    assert not MIXED_MARKS.search("hóa, quý, hoàn, khoảng")


def test_no_text_shouts():
    loud = [(key, form) for lang in LANGUAGES for key, form in forms(lang) if re.search("[!！]", form)]
    assert loud == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_is_defined_twice_in_one_language(lang):
    keys = Counter(
        message.id if isinstance(message.id, str) else message.id[0]
        for path in subjects(lang)
        for message in messages(path)
    )
    assert [key for key, times in keys.items() if times > 1] == []


def test_every_gate_refusal_names_a_figure_and_leads_with_a_title():
    gates = {key: text for key, text in catalog("vi").items() if re.fullmatch(r"gate\.\w+(\.\w+)?", key)}
    refusals = {key: text.forms[0] for key, text in gates.items() if text.forms[0].startswith("**")}
    assert len(refusals) >= 20
    paused = "gate.key"  # the register's own state: nothing of the reader's to name
    assert [key for key, form in refusals.items() if not placeholders(form) and key != paused] == []


def test_a_mails_subject_fits_sixty_letters_without_its_figures():
    for lang in ("vi", "en"):
        subjects_of = [(key, form) for key, form in forms(lang) if re.fullmatch(r"mail\.\w+\.subject", key)]
        assert len(subjects_of) >= 11
        assert [key for key, form in subjects_of if len(re.sub(r"\{\w+\}", "", form)) > 60] == []


def test_every_folder_of_catalogs_has_its_row_and_is_offered():
    folders = {path.parent.name for path in (ROOT / "trace" / "texts").glob("*/*.po")}
    assert folders == set(LANGUAGES)
    assert list(LANGUAGES) == [code for code in TABLE if code in folders]


def test_every_fault_of_the_standards_has_a_text():
    used = {
        key
        for path in (ROOT / "trace" / "standards").rglob("*.py")
        for key in re.findall(r'"(standard\.[a-z_.]+)"', path.read_text("utf-8"))
    }
    assert len(used) >= 20
    assert used - catalog("vi").keys() == set()
