"""Stickers, stamps and box labels: whatever the words, all is in its place or the refusal says why."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from labels.art import LOGO_DOTS, art_of, packed
from labels.design import StampDesign, StampTexts
from labels.errors import BadJob, DoesNotFit, LabelError, MissingGlyph, OnlyFruit, QrTooSmall
from labels.fonts import BOLD
from labels.job import PrintJob
from labels.layout import StampLayout, lay_out
from labels.lettering import letters_of
from labels.qr import CROCKFORD
from labels.qr.single import symbol_of
from labels.raster import pages
from labels.rows import TIGHT_CODE_MM, TIGHT_WORDS_MM
from labels.stock import STOCKS, Stock, checked_stock, roll, sheet
from labels.svg import stamp_svg
from tests.labels.geometry import faults
from tests.labels.pictures import logo, photograph
from tests.labels.readers import READERS, zxing
from tests.labels.stamps import BOX_STOCKS, DEMO, PREFIX, chunks, pdf_file, rasterised, urls
from tests.labels.test_design import designs

LOGO = art_of(logo(), LOGO_DOTS, LOGO_DOTS)
LINK = "HTTPS://TX.THANHHA.VN/01/08935000134354/10/VT-0618-03"
TEXTS = StampTexts(
    product="Vải thiều Thanh Hà",
    cooperative="HTX vải thiều Thanh Thủy",
    place="xã Hà Bắc, thành phố Hải Phòng",
    lot="Lô VT-0618-03",
    harvest="TH 17/6/2026",
    packed="ĐG 18/6/2026",
    net_weight="KL tịnh 2 kg",
    ocop="OCOP 4 sao",
    ocop_stars=4,
    type_line="Hoặc vào tx.thanhha.vn, gõ mã",
    serial="Số {serial}",
    gi="Chỉ dẫn địa lý",
    scan="Quét để truy xuất",
)
ABROAD = {
    "product:en": "Thanh Ha “Thieu” lychee",
    "product:zh": "鲜荔枝",
    "product:ja": "生鮮ライチ",
    "growing_area:zh": "果园注册登记号\tVN-HDOR-0012",
    "packing_house:zh": "包装厂注册登记号\tVN-HDPH-012",
    "lot:zh": "批号\tVT-0618-03",
    "lot:ja": "ロット番号\tVT-0618-03",
    "origin:en": "Product of Vietnam",
    "origin:zh": "原产国：越南",
    "origin:ja": "原産国名：ベトナム",
}
EXPORT_TEXTS = replace(
    TEXTS,
    cooperative="Producer\tHTX vải thiều Thanh Thủy",
    lot="Lot\tVT-0618-03",
    packed="Packing date\t18 June 2026",
    harvest="Harvest date\t17 June 2026",
    net_weight="Net weight\t5 kg",
    growing_area="Growing area code (PUC)\tVN-HDOR-0012",
    packing_house="Packing house code (PHC)\tVN-HDPH-012",
    origin="Xuất xứ: Việt Nam",
    exporter="Exporter\tCông ty CP Nông sản Hải Phòng",
    scan="Scan for the lot’s origin",
    serial="No. {serial}",
    abroad=ABROAD,
    link=LINK,
    link_name="GTIN 08935000134354",
)
ROUND = replace(roll(25, 25), name="round-25", is_oval=True)
OVAL = replace(roll(40, 30), name="oval-40x30", is_oval=True)
FRUIT_SHEET = sheet("fruit-a4", (7, 10), (25, 25), 28)
FRUIT_STOCKS = {s.name: s for s in (STOCKS["roll-25x25"], STOCKS["roll-30x20"], ROUND, OVAL, FRUIT_SHEET)}
EXPORT_STOCKS = {s.name: s for s in (STOCKS["roll-100x50"], STOCKS["roll-100x70"], roll(150, 100))}
FRUIT, EXPORT = StampDesign(kind="fruit"), StampDesign(kind="export", logo=LOGO)
RICH = StampDesign(logo=LOGO, has_gi=True)

USUAL_CASES = [
    *((TEXTS, FRUIT, stock) for stock in FRUIT_STOCKS.values()),
    *((EXPORT_TEXTS, EXPORT, stock) for stock in EXPORT_STOCKS.values()),
    *((TEXTS, RICH, stock) for stock in BOX_STOCKS.values()),
    *((TEXTS, StampDesign(), stock) for stock in BOX_STOCKS.values()),
]
IDS = [f"{design.kind}{'-rich' if design.logo else ''}-{stock.name}" for _, design, stock in USUAL_CASES]


def job(texts: StampTexts, design: StampDesign, stock: Stock, count: int = 1) -> PrintJob:
    return PrintJob(chunks(count), PREFIX, texts, stock, design)


def names(layout: StampLayout) -> set[str]:
    return {text.name for text in layout.texts}


@pytest.mark.parametrize(("texts", "design", "stock"), USUAL_CASES, ids=IDS)
def test_usual_words_fit_and_nothing_touches_anything(
    texts: StampTexts, design: StampDesign, stock: Stock
) -> None:
    layout = lay_out(texts, design, checked_stock(stock), 25)
    assert faults(layout) == []
    assert "product" in names(layout)
    assert all(text.size_mm >= 1.6 or text.name == "gi_mark" for text in layout.texts)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("dpi", [203.2, 300.0])
@pytest.mark.parametrize(("texts", "design", "stock"), USUAL_CASES, ids=IDS)
def test_every_kind_reads_from_dots(texts, design, stock, dpi: float, reader) -> None:
    dots = next(iter(pages(job(texts, design, stock), dpi)))
    found = reader(np.where(np.pad(dots, 20), 0, 255).astype(np.uint8))
    assert found == {*urls(1), *([LINK] if texts.link else [])}


@pytest.mark.parametrize(("texts", "design", "stock"), USUAL_CASES, ids=IDS)
def test_every_kind_reads_from_a_pdf_and_its_preview_is_sound(texts, design, stock, tmp_path: Path) -> None:
    a_job = job(texts, design, stock, stock.cells)
    found = zxing(rasterised(pdf_file(a_job, tmp_path), 203.2))
    assert found == {*urls(stock.cells), *([LINK] if texts.link else [])}
    svg = stamp_svg(job(texts, design, stock))
    assert svg.count("<path") >= 3 + len(lay_out(texts, design, stock, 25).art)


def test_a_refusal_is_the_sentence_of_the_order() -> None:
    """The issue's own example: "does not fit: line 2 is 3.1 mm too wide on 25 x 25"."""
    design = replace(FRUIT, rows=("product", "cooperative"))
    long = replace(TEXTS, cooperative="HTX-nông-nghiệp-hữu-cơ-Thanh-Hà")
    with pytest.raises(DoesNotFit) as refusal:
        lay_out(long, design, STOCKS["roll-25x25"], 25)
    assert refusal.value.key == "print.fit"
    assert (refusal.value.params["n"], refusal.value.params["size"]) == (2, "25 x 25")
    assert refusal.value.params["row"] == long.cooperative
    assert float(str(refusal.value.params["x"])) > 0


def test_what_is_too_wide_is_too_wide_by_what_was_said() -> None:
    """A label wider by the figure takes the words; one that is wider by a tenth less does not."""
    texts = replace(TEXTS, product="Ổi", cooperative="HTX", lot="Lô VT-0618-03-" + "0" * 20)
    design = StampDesign(dots=3, rows=("product", "cooperative", "lot", "serial"))
    with pytest.raises(DoesNotFit) as refusal:
        lay_out(texts, design, roll(40, 24), 25)
    over = float(str(refusal.value.params["x"]))
    assert refusal.value.params["n"] == 3
    lay_out(texts, design, roll(40 + over, 24), 25)
    with pytest.raises(DoesNotFit):
        lay_out(texts, design, roll(40 + over - 0.15, 24), 25)


def test_rows_too_many_for_the_height_are_too_high_not_too_wide() -> None:
    design = replace(FRUIT, rows=("product", "cooperative", "lot", "scan", "serial"))
    with pytest.raises(DoesNotFit) as refusal:
        lay_out(replace(TEXTS, cooperative="HTX"), design, roll(25, 23), 25)
    assert refusal.value.key == "print.fit.high"


@pytest.mark.parametrize(
    ("part", "texts", "design", "stock"),
    [
        ("code", replace(TEXTS, product="Ổi"), FRUIT, replace(roll(20, 18), is_oval=True)),
        (
            "serial",
            replace(TEXTS, serial="Số" + " tem" * 12 + " {serial}"),
            StampDesign(),
            roll(40, 40),
        ),
        ("demo", replace(TEXTS, demo=DEMO * 3), StampDesign(), STOCKS["tomy-145"]),
        ("logo", TEXTS, StampDesign(logo=packed(np.ones((240, 8), bool))), STOCKS["tomy-145"]),
        ("link", replace(EXPORT_TEXTS, link=LINK + "A" * 60), StampDesign(kind="export"), roll(100, 29)),
    ],
)
def test_parts_that_are_no_lines_are_refused_by_their_name(part, texts, design, stock) -> None:
    with pytest.raises(DoesNotFit) as refusal:
        lay_out(texts, design, stock, 25)
    assert refusal.value.key == "print.fit.part"
    assert refusal.value.params["row"] == part


@pytest.mark.parametrize("product", ["Vải thiều Thanh Hà", "Thanh long ruột đỏ", "Ổi lê Ven Sông"])
@pytest.mark.parametrize("size", [(30, 20), (28, 20), (22, 22)])
def test_a_small_oval_takes_a_name_in_tight_lettering(product: str, size: tuple[int, int]) -> None:
    layout = lay_out(replace(TEXTS, product=product), FRUIT, replace(roll(*size), is_oval=True), 25)
    assert faults(layout) == []
    assert all(text.size_mm >= TIGHT_WORDS_MM for text in layout.texts)
    assert min(line.size_mm for line, _, _ in layout.code_lines(19)) >= TIGHT_CODE_MM
    assert " ".join(text.text for text in layout.texts) == product


def test_tight_lettering_is_tried_after_fewer_dots_and_never_on_a_box_for_export() -> None:
    texts = replace(TEXTS, product="Ổi", cooperative="HTX", lot="Lô VT-0618-03-000000")
    design = StampDesign(rows=("product", "cooperative", "lot", "serial"))
    laid_out = [lay_out(texts, design, roll(width, 21.2), 25) for width in (41, 38, 34)]
    assert [layout.module_mm for layout in laid_out] == [0.5, 0.375, 0.375]
    lots = [next(text.size_mm for text in layout.texts if text.name == "lot") for layout in laid_out]
    assert [size < 1.6 for size in lots] == [False, False, True]
    boxed = replace(EXPORT_TEXTS, lot="Lot\t" + "VT-0618-03" * 3)
    refused = [_over(boxed, StampDesign(kind="export"), roll(width, 50)) for width in (80, 80.4)]
    assert refused[0] - refused[1] == pytest.approx(0.4, abs=0.11)
    assert refused[0] > 0


def _over(texts: StampTexts, design: StampDesign, stock: Stock) -> float:
    """By how much they are refused."""
    with pytest.raises(DoesNotFit) as refusal:
        lay_out(texts, design, stock, 25)
    return float(str(refusal.value.params["x"]))


def difference(letters: Iterable[str], size_mm: float) -> int:
    """In how many dots of 203 dpi the two likest of them differ."""
    every = "".join(letters)
    cut = letters_of(BOLD, round(size_mm * 8, 1), every)
    dots = [cut.set(np.array([[ord(letter)]], np.uint32), 40) for letter in every]
    return min(int((one ^ other).sum()) for one, other in combinations(dots, 2))


def test_the_least_sizes_are_those_at_which_letters_can_still_be_told_apart() -> None:
    """Two tones on a plain vowel by two dots, two symbols of a code by six, at 203 dpi."""
    tones = "\u0300\u0301\u0309\u0303\u0323"
    toned = [[normalize("NFC", letter + tone) for tone in tones] for letter in "aeiouyAEIOUY"]
    assert min(difference(letters, TIGHT_WORDS_MM) for letters in toned) >= 2
    assert min(difference(letters, TIGHT_WORDS_MM - 0.05) for letters in toned) < 2
    assert difference(CROCKFORD.decode(), TIGHT_CODE_MM) >= 6


def test_rows_stand_in_the_order_of_the_design() -> None:
    design = StampDesign(rows=("lot", "product", "packed", "cooperative", "serial"))
    layout = lay_out(TEXTS, design, STOCKS["tomy-145"], 25)
    heights = {text.name: text.baseline_mm for text in (*layout.texts, layout.serial)}
    assert sorted(heights, key=heights.__getitem__) == list(design.rows)


def test_a_design_says_the_most_dots() -> None:
    stock = STOCKS["roll-50x30"]
    assert [lay_out(TEXTS, StampDesign(dots=dots), stock, 25).module_mm for dots in (None, 4, 3)] == [
        0.625,
        0.5,
        0.375,
    ]


def test_the_mark_of_origin_stands_after_the_stars_and_only_where_the_words_have_it() -> None:
    layout = lay_out(TEXTS, replace(RICH, logo=None), STOCKS["roll-50x30"], 25)
    heights = {text.name: text.baseline_mm for text in layout.texts}
    assert heights["ocop"] < heights["gi"]
    assert {"gi", "gi_mark"} <= names(layout)
    for texts, design in ((replace(TEXTS, gi=""), RICH), (TEXTS, StampDesign())):
        assert not {"gi", "gi_mark"} & names(lay_out(texts, design, STOCKS["roll-50x30"], 25))


def test_a_logo_is_on_the_dot_grid_at_its_own_aspect() -> None:
    for stock in BOX_STOCKS.values():
        (art,) = lay_out(TEXTS, RICH, stock, 25).art
        for length in (art.x_mm, art.y_mm, art.width_mm, art.height_mm):
            assert (length / 0.125).is_integer()
        assert art.width_mm / art.height_mm == pytest.approx(LOGO.width / LOGO.height, abs=0.05)
        assert max(art.width_mm, art.height_mm) >= 3


def test_a_photograph_goes_dot_for_dot_to_a_203_dpi_printer() -> None:
    picture = art_of(photograph(), 60, 60)
    a_job = job(TEXTS, StampDesign(logo=picture), STOCKS["roll-70x50"])
    (art,) = a_job.prepared()[1].art
    dots = next(iter(pages(a_job, 203.2)))
    x, y = round(art.x_mm * 8), round(art.y_mm * 8)
    assert np.array_equal(dots[y : y + art.bits.shape[0], x : x + art.bits.shape[1]], art.bits)


def test_a_box_label_says_everything_in_four_languages(tmp_path: Path) -> None:
    layout = lay_out(EXPORT_TEXTS, EXPORT, STOCKS["roll-100x50"], 25)
    by_name = {text.name: text for text in layout.texts}
    faces = [by_name[f"product{lang}"].face for lang in ("", ":en", ":zh", ":ja")]
    assert faces == ["bold", "bold", "zh", "ja"]
    words = [text.text for text in layout.texts]
    for fact in ("VN-HDOR-0012", "VN-HDPH-012", "VT-0618-03", "18 June 2026", "5 kg", "原产国：越南"):
        assert fact in words
    (symbol,) = layout.symbols
    assert symbol.module_mm >= 0.396, "GS1's least module"
    assert np.array_equal(symbol.modules, symbol_of(LINK))


def test_without_a_gtin_the_words_have_the_symbols_room() -> None:
    stock = STOCKS["roll-100x50"]
    bare = lay_out(replace(EXPORT_TEXTS, link="", link_name=""), EXPORT, stock, 25)
    assert bare.symbols == ()
    sizes = [
        next(text.size_mm for text in layout.texts if text.name == "product")
        for layout in (bare, lay_out(EXPORT_TEXTS, EXPORT, stock, 25))
    ]
    assert sizes[0] >= sizes[1]


@pytest.mark.parametrize("row", ["product:ja", "product:zh", "product"])
def test_a_letter_the_rows_own_face_lacks_is_refused(row: str) -> None:
    wrong = {"product:ja": "荔枝한", "product:zh": "ライチ荔", "product": "荔枝"}[row]
    texts = EXPORT_TEXTS
    if row == "product":
        texts = replace(texts, product=wrong)
    else:
        texts = replace(texts, abroad=ABROAD | {row: wrong})
    with pytest.raises(MissingGlyph) as refusal:
        lay_out(texts, EXPORT, STOCKS["roll-100x50"], 25)
    assert refusal.value.params["text"] == wrong


def test_a_typed_code_in_two_lines_is_whole(tmp_path: Path) -> None:
    layout = lay_out(TEXTS, FRUIT, ROUND, 25)
    parts = [range(19)[part] for _, part, _ in layout.code_lines(19)]
    assert [list(part) for part in parts] == [list(range(12)), list(range(12, 19))]
    assert [len(p) for _, p, _ in [(0, range(19)[s], 0) for _, s, _ in layout.code_lines(19)]] == [12, 7]


@pytest.mark.parametrize(
    "stock", [STOCKS["roll-25x25"], STOCKS["roll-30x20"], ROUND, OVAL], ids=lambda s: s.name
)
def test_a_specimen_says_so_on_the_smallest_sticker(stock: Stock) -> None:
    texts = replace(TEXTS, product="Vải thiều", demo=DEMO)
    layout = lay_out(texts, FRUIT, stock, 25)
    assert faults(layout) == []
    (mark,) = [text for text in layout.texts if text.name == "demo"]
    assert mark.text in (DEMO, "TEM MẪU")
    assert mark.white


def test_a_number_that_is_not_printed_may_have_any_length() -> None:
    codes, serials = next(iter(chunks(1)()))
    a_job = replace(job(TEXTS, FRUIT, STOCKS["roll-25x25"]), codes=lambda: [(codes, serials + 10**9)])
    assert next(iter(pages(a_job, 203.2))).any()
    with pytest.raises(BadJob):
        next(iter(pages(replace(a_job, design=StampDesign(), stock=STOCKS["roll-50x30"]), 203.2)))


def quiet_ring(dots: NDArray[np.bool_], x: int, y: int, side: int, quiet: int) -> NDArray[np.bool_]:
    """The dots around a symbol, the symbol itself blanked."""
    ring = dots[max(0, y - quiet) : y + side + quiet, max(0, x - quiet) : x + side + quiet].copy()
    ring[min(y, quiet) : min(y, quiet) + side, min(x, quiet) : min(x, quiet) + side] = False
    return ring


WORDS = st.one_of(
    st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyẬẪỂƯỖ 0123456789-(),", min_size=1, max_size=50),
    st.lists(st.sampled_from(["ưỡng", "Ẫ", "Vải", "thiều", "HTX", "W" * 12, "000.000", "x"]), min_size=1).map(
        lambda words: " ".join(words)[:60].strip()
    ),
).filter(str.strip)
SIZES_MM = st.floats(12, 160).map(lambda value: round(value, 1))
ANY_STOCK = st.one_of(
    st.sampled_from([*STOCKS.values(), ROUND, OVAL, FRUIT_SHEET, *EXPORT_STOCKS.values()]),
    st.builds(
        lambda width, height, oval: replace(roll(width, height), name="mine", is_oval=oval),
        SIZES_MM,
        SIZES_MM,
        st.booleans(),
    ),
)


@st.composite
def texts_of_any_kind(draw: st.DrawFn) -> StampTexts:
    fact = st.builds(lambda name, text: f"{name}\t{text}", WORDS, WORDS) | WORDS
    values = {name: draw(WORDS) for name in ("product", "cooperative", "lot", "place", "gi", "scan")}
    if draw(st.booleans()):
        facts = ("growing_area", "packing_house", "lot", "packed", "net_weight", "cooperative", "origin")
        values |= {name: draw(fact) for name in facts}
        values |= {"link": LINK, "link_name": draw(WORDS)} if draw(st.booleans()) else {}
    abroad = {
        "product:ja": draw(st.text("生鮮ライチ（れいし）", min_size=1, max_size=20)),
        "product:zh": draw(st.text("鲜荔枝原产国：", min_size=1, max_size=20)),
        "product:en": draw(WORDS),
        "origin:zh": "原产国：越南",
    }
    stars = draw(st.integers(0, 5))
    demo = draw(st.sampled_from(["", DEMO]))
    return StampTexts(**values, ocop="OCOP", ocop_stars=stars, serial="Số {serial}", demo=demo, abroad=abroad)


def assert_refused_clearly(problem: LabelError) -> None:
    if isinstance(problem, MissingGlyph):
        assert problem.params["value"] == "\t", "only a box label has facts with names"
        return
    assert isinstance(problem, DoesNotFit | QrTooSmall | OnlyFruit), problem
    if isinstance(problem, DoesNotFit):
        assert re.fullmatch(r"print\.fit(\.high|\.part)?", problem.key)
        assert float(str(problem.params["x"])) >= 0.1


@pytest.mark.parametrize("tenth", range(360, 372))
def test_a_symbol_on_a_round_label_is_inside_wherever_the_dots_put_it(tenth: int) -> None:
    stock = replace(roll(tenth / 10, tenth / 10), name="mine", is_oval=True)
    design = replace(FRUIT, rows=("cooperative",), dots=4)
    assert faults(lay_out(replace(TEXTS, cooperative="0"), design, stock, 29)) == []


def test_a_logo_beside_the_mark_of_origin_leaves_it_its_field() -> None:
    texts = replace(TEXTS, gi="Chỉ dẫn địa lý", product="Vải", cooperative="HTX")
    design = StampDesign(rows=("serial", "product", "cooperative"), has_gi=True, logo=LOGO)
    layout = lay_out(texts, design, STOCKS["tomy-145"], 25)
    assert {"gi", "gi_mark"} <= {text.name for text in layout.texts}
    assert faults(layout) == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=texts_of_any_kind(),
    design=designs(),
    has_logo=st.booleans(),
    stock=ANY_STOCK,
    size=st.sampled_from([25, 29, 33, 41]),
)
def test_anything_is_in_its_place_or_refused(texts, design, has_logo: bool, stock: Stock, size: int) -> None:
    try:
        layout = lay_out(
            texts, replace(design, logo=LOGO if has_logo and design.kind != "fruit" else None), stock, size
        )
    except LabelError as problem:
        refused = problem
    else:
        assert faults(layout) == []
        return
    assert_refused_clearly(refused)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # drawing is too slow to shrink a case by
)
@given(texts=texts_of_any_kind(), design=designs(), stock=ANY_STOCK, dpi=st.sampled_from([203.2, 300.0]))
def test_the_dots_of_anything_stay_in_the_label_and_read(texts, design, stock: Stock, dpi: float) -> None:
    design = replace(design, level="M", best_of_8=False, serial_digits=max(5, design.serial_digits))
    a_job = job(texts, design, stock)
    try:
        layout = a_job.prepared()[1]
    except LabelError as problem:
        refused: LabelError | None = problem
    else:
        refused = None
        dots = next(iter(pages(a_job, dpi)))
        assert_dots_in_place(dots, layout, dpi)
        assert urls(1)[0] in zxing(np.where(np.pad(dots, 20), 0, 255).astype(np.uint8))
    if refused is not None:
        assert_refused_clearly(refused)


def assert_dots_in_place(dots: NDArray[np.bool_], layout: StampLayout, dpi: float) -> None:
    """No ink beyond the first label's edge, none in the quiet zone of any symbol."""
    scale, stock = dpi / 25.4, layout.stock
    left, top = (edge * scale for edge in stock.corner_mm(1))
    down, across = np.nonzero(dots)
    x, y = (across + 0.5 - left) / scale, (down + 0.5 - top) / scale  # millimetres in the label
    width, height = stock.label_width_mm, stock.label_height_mm
    half = 0.5 / scale
    assert x.min() > -half
    assert y.min() > -half
    assert x.max() < width + half
    assert y.max() < height + half
    if stock.is_oval and not layout.bars:
        away = ((x - width / 2) / (width / 2)) ** 2 + ((y - height / 2) / (height / 2)) ** 2
        assert away.max() <= 1
    places = [(layout.qr_x_mm, layout.qr_y_mm, layout.size, layout.module_mm)]
    places += [(s.x_mm, s.y_mm, len(s.modules), s.module_mm) for s in layout.symbols]
    for qr_x, qr_y, size, module in places:
        quiet, side = 4 * module - 1.5 / scale, size * module + 1 / scale
        near_x = (x > qr_x - quiet) & (x < qr_x + side + quiet - 1 / scale)
        near_y = (y > qr_y - quiet) & (y < qr_y + side + quiet - 1 / scale)
        in_symbol = (x > qr_x - 1 / scale) & (x < qr_x + side) & (y > qr_y - 1 / scale) & (y < qr_y + side)
        assert not (near_x & near_y & ~in_symbol).any(), "ink in a quiet zone"
