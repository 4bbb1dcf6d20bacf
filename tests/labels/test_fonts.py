"""The shipped font has the letters stamps need, and says which it lacks."""

import io
import unicodedata

import pytest
from fontTools.ttLib import TTFont

from labels.design import StampDesign, StampTexts
from labels.errors import MissingGlyph
from labels.fonts import BOLD, CAP_HEIGHT, CHINESE, FILES, JAPANESE, REGULAR, face
from labels.layout import lay_out
from tests.labels.stamps import SHEET

VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
VIETNAMESE = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES] + ["đ"]
WEIGHTS = [REGULAR, BOLD]
ASIAN = [JAPANESE, CHINESE]


@pytest.mark.parametrize("weight", FILES)
def test_every_vietnamese_letter_and_the_signs_of_our_texts_are_there(weight: int) -> None:
    letters = "".join(VIETNAMESE)
    text = letters + letters.upper() + "–—·“”‘’…°%×₫&()/+-.,:;!? \u00a0²"
    assert len(letters) == 73
    assert face(weight).checked(text) == text


@pytest.mark.parametrize("weight", FILES)
def test_every_vietnamese_letter_is_drawn_wider_than_nothing(weight: int) -> None:
    assert all(face(weight).outline(letter) for letter in VIETNAMESE)
    outlines = {face(weight).outline(letter) for letter in VIETNAMESE}
    assert len(outlines) == len(VIETNAMESE), "two letters look the same"


def test_decomposed_typing_is_composed() -> None:
    assert face(BOLD).checked(unicodedata.normalize("NFD", "Vải thiều")) == "Vải thiều"


@pytest.mark.parametrize(
    ("text", "letter", "position"), [("Vải ★", "★", 5), ("荔枝", "荔", 1), ("a\nb", "\n", 2)]
)
def test_a_missing_letter_is_refused_by_letter_and_position(text: str, letter: str, position: int) -> None:
    with pytest.raises(MissingGlyph) as refusal:
        lay_out(StampTexts(text, "HTX"), StampDesign(), SHEET, 25)
    assert refusal.value.key == "print.glyph"
    assert refusal.value.params == {"value": letter, "n": position, "text": text}


@pytest.mark.parametrize("weight", FILES)
def test_a_subset_holds_its_letters_and_is_the_same_every_time(weight: int) -> None:
    data, numbers = face(weight).subset("Vải thiều")
    assert face(weight).subset("thiều Vải") == (data, numbers)
    font = TTFont(io.BytesIO(data))
    assert set(numbers) == set("Vải thiều")
    assert {chr(code) for code in font.getBestCmap()} == set("Vải thiều")


@pytest.mark.parametrize("weight", WEIGHTS)
def test_capitals_are_as_high_as_the_layout_takes_them_to_be(weight: int) -> None:
    assert TTFont(face(weight).path)["OS/2"].sCapHeight / 1000 == CAP_HEIGHT
    assert face(weight).reach("H") == (CAP_HEIGHT, 0)


def _in_rows(encoding: str, first: int, last: int) -> str:
    """Every sign of these rows of a 94 x 94 table, in the two-byte form of EUC."""
    pairs = (bytes((row, cell)) for row in range(first, last) for cell in range(0xA1, 0xFF))
    return "".join(pair.decode(encoding, "ignore") for pair in pairs)


def test_japanese_has_the_kana_and_the_common_kanji() -> None:
    kana, kanji = _in_rows("euc_jp", 0xA4, 0xA6), _in_rows("euc_jp", 0xB0, 0xD0)
    assert (len(kana), len(kanji)) == (83 + 86, 2965)
    assert face(JAPANESE).checked(kana + kanji) == kana + kanji


def test_chinese_has_the_common_characters() -> None:
    common = _in_rows("gb2312", 0xB0, 0xD8)
    assert len(common) == 3755
    assert face(CHINESE).checked(common) == common


@pytest.mark.parametrize("name", ASIAN)
def test_asian_faces_have_the_signs_of_their_labels_and_stay_small(name: str) -> None:
    signs = "、。・ー「」（）：～％　℃" if name == JAPANESE else "、。“”《》（）：；～％　℃"
    assert face(name).checked(signs) == signs
    assert face(name).path.stat().st_size < 1_600_000


@pytest.mark.parametrize(
    ("name", "text", "letter", "position"),
    [(JAPANESE, "ライチ한", "한", 4), (CHINESE, "荔枝ラ", "ラ", 3), (REGULAR, "荔", "荔", 1)],
)
def test_every_face_refuses_by_letter_and_position(name: str, text: str, letter: str, position: int) -> None:
    with pytest.raises(MissingGlyph) as refusal:
        face(name).checked(text)
    assert refusal.value.params == {"value": letter, "n": position, "text": text}
