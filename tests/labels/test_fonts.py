"""The shipped font has the letters stamps need, and says which it lacks."""

import io
import unicodedata

import pytest
from fontTools.ttLib import TTFont

from labels.design import StampDesign, StampTexts
from labels.errors import MissingGlyph
from labels.fonts import BOLD, CAP_HEIGHT, REGULAR, face
from labels.layout import lay_out
from tests.labels.stamps import SHEET

VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
VIETNAMESE = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES] + ["đ"]
WEIGHTS = [REGULAR, BOLD]


@pytest.mark.parametrize("weight", WEIGHTS)
def test_every_vietnamese_letter_and_the_signs_of_our_texts_are_there(weight: int) -> None:
    letters = "".join(VIETNAMESE)
    text = letters + letters.upper() + "–—·“”‘’…°%×₫&()/+-.,:;!? \u00a0²"
    assert len(letters) == 73
    assert face(weight).checked(text) == text


@pytest.mark.parametrize("weight", WEIGHTS)
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


@pytest.mark.parametrize("weight", WEIGHTS)
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
