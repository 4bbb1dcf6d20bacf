"""What every kind of label shares: margins, the demonstration's band, the typed code, the choice of dots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labels.design import GROUP, MOST_DOTS, StampDesign, StampTexts, serial_pattern
from labels.errors import DoesNotFit, QrTooSmall
from labels.fitting import PlacedText, face_of, width_mm
from labels.fonts import BOLD, CAP_HEIGHT, face
from labels.placed import DOT_MM, Bar, on_dots
from labels.qr import CROCKFORD
from labels.rows import CODE, DEMO, Row, language_face, tight
from labels.stock import Stock

QUIET = 4  # modules of white around a symbol, ISO/IEC 18004
LEAST_DOTS, USUAL_DOTS = 3, 4
MARGIN_MM = 0.7  # no text nearer to the label's edge: printers drift
ROOMY_MM = 28.0  # labels this high carry a rule and a foot row
LEAST_LOGO_MM = 3.0  # its longer side; the shorter one is a third of that or more
REFERENCE_MM = (38.1, 21.2)  # the label the sizes in ``rows`` are given for


@dataclass(frozen=True)
class Frame:
    """The parts of a label that do not depend on how large the QR is."""

    stock: Stock
    scale: float
    head_mm: float  # the demo band
    foot_mm: float  # the code, and on roomy labels a rule and a row above it
    code_size_mm: float
    is_tight: bool = False

    @property
    def middle_mm(self) -> float:
        """The height between the band and the foot."""
        return self.stock.label_height_mm - self.head_mm - self.foot_mm

    def row(self, row: Row) -> Row:
        """A row with the least size it may have here."""
        return tight(row) if self.is_tight else row

    def refusal(self, part: str, over_mm: float) -> DoesNotFit:
        """That a part which is no line of words is so much too wide."""
        return DoesNotFit(part, over_mm, self.stock.name, self.stock.size)


def checked_texts(texts: StampTexts, *, has_facts: bool) -> StampTexts:
    """Composed letters (NFC), all known to the face they are set in; typing spaces away.

    A TAB is a letter no face has, but where rows are facts with their names before them.
    """

    def checked(name: str, value: str) -> str:
        type_face = face(language_face(name) or BOLD)
        parts = value.split("\t", 1) if has_facts else [value]
        return "\t".join(type_face.checked(part.strip()) for part in parts)

    fields: dict[str, Any] = vars(texts) | {
        name: checked(name, value) for name, value in vars(texts).items() if isinstance(value, str)
    }
    fields["link"] = texts.link  # never set in type
    fields["abroad"] = {name: checked(name, value) for name, value in texts.abroad.items()}
    return StampTexts(**fields)


def frame_of(texts: StampTexts, stock: Stock, most_scale: float, *, has_foot: bool) -> Frame:
    """The frame of a label with its code along the foot, under a rule and a row if ``has_foot``."""
    width, height = stock.label_width_mm, stock.label_height_mm
    scale = min(width / REFERENCE_MM[0], height / REFERENCE_MM[1], most_scale)
    code_size = max(CODE.least_mm, CODE.size_mm * scale)
    foot = MARGIN_MM + CAP_HEIGHT * code_size + 0.1
    if has_foot:
        foot += foot_row_mm(scale) * 1.5 + 0.7
    return Frame(stock, scale, band_height_mm(texts, scale), foot, code_size)


def has_foot(design: StampDesign, stock: Stock) -> bool:
    """Whether a rule and a row with the number stand above the code."""
    roomy = stock.label_height_mm >= ROOMY_MM and design.kind == "stamp"
    return roomy or design.kind == "export"


def foot_row_mm(scale: float) -> float:
    """Type size of the row above the code."""
    return 1.6 * scale


def band_height_mm(texts: StampTexts, scale: float) -> float:
    """Height of the demonstration's band."""
    # the band ends on a dot, or moving the QR onto the dot grid would push it under the band
    return -on_dots(-sum(face(BOLD).reach(texts.demo)) * DEMO.size_mm * max(scale, 1.0))


def dots_fitting(frame: Frame, size: int, design: StampDesign, share: float, large_share: float) -> list[int]:
    """Dots a module that fit the label, most first: ``share`` of its width, the other for large modules.

    :raises QrTooSmall: not even the fewest dots fit.
    """
    width, height = frame.stock.label_width_mm, frame.middle_mm
    boxes = {dots: box_mm(size, dots) for dots in range(1, MOST_DOTS + 1)}
    fitting = [
        dots
        for dots, box in boxes.items()
        if box <= height + 1e-9 and box <= width * (share if dots <= USUAL_DOTS else large_share)
    ]
    usable = [dots for dots in reversed(fitting) if LEAST_DOTS <= dots <= (design.dots or MOST_DOTS)]
    if not usable:
        raise QrTooSmall(boxes[max(fitting, default=1)], boxes[LEAST_DOTS])
    return usable


def box_mm(size: int, dots: int) -> float:
    """A symbol's side with its quiet zone."""
    return (size + 2 * QUIET) * dots * DOT_MM


def usual_code_em(length: int) -> float:
    """How wide a typed code of common symbols runs."""
    bold = face(BOLD)
    usual = bold.width(CROCKFORD.decode()) / len(CROCKFORD) * length
    usual += bold.advance("-") * ((length - 1) // GROUP)
    return usual


def code_line(frame: Frame, x: float, length: int) -> tuple[PlacedText, float]:
    """The typed code along the foot, sized for codes of usual width, and its room."""
    room = frame.stock.label_width_mm - MARGIN_MM - x
    usual = usual_code_em(length)
    size = min(frame.code_size_mm, room / usual)
    if size < (least := frame.row(CODE).least_mm):
        raise frame.refusal(CODE.name, usual * least - room)
    baseline = frame.stock.label_height_mm - MARGIN_MM
    return PlacedText(CODE.name, "", x, baseline, size, BOLD), room


def foot_row(
    texts: StampTexts, design: StampDesign, frame: Frame, x: float, left: str = "type_line"
) -> tuple[list[PlacedText], list[Bar]]:
    """Roomy labels: a rule, the row ``left`` at the left if it has room, the serial at the right."""
    height, right = frame.stock.label_height_mm, frame.stock.label_width_mm - MARGIN_MM
    rule_y = on_dots(height - frame.foot_mm)
    size = max(1.6, foot_row_mm(frame.scale))
    baseline = height - MARGIN_MM - CAP_HEIGHT * frame.code_size_mm - 0.6 * size
    serial = serial_pattern(texts, design.serial_digits, design.digit_group)
    serial_x = right - width_mm("serial", serial, size)
    foot = [PlacedText("serial", serial, serial_x, baseline, size, face_of("serial", size))]
    if serial_x < x:
        raise frame.refusal("serial", x - serial_x)
    words = texts.line(left) if left in design.rows else ""
    if words and x + width_mm(left, words, size) < serial_x - 1:
        foot.append(PlacedText(left, words, x, baseline, size, face_of(left, size)))
    return foot, [Bar(x, rule_y, right - x, 2 * DOT_MM)]


def check_logo(size_mm: tuple[float, float], frame: Frame) -> None:
    """Refuse a logo that would be a blot or a thread."""
    for wanted, got in ((LEAST_LOGO_MM, max(size_mm)), (LEAST_LOGO_MM / 3, min(size_mm))):
        if got < wanted:
            raise frame.refusal("logo", wanted - got)


def band(texts: StampTexts, frame: Frame) -> tuple[list[PlacedText], list[Bar]]:
    """The demo mark, white on a black band across the whole label."""
    if not texts.demo:
        return [], []
    width = frame.stock.label_width_mm
    room = width - 2 * MARGIN_MM
    full = width_mm("demo", texts.demo, 1.0)
    above, below = face(BOLD).reach(texts.demo)
    size = min(frame.head_mm / (above + below), room / full)
    if size < DEMO.least_mm:
        raise frame.refusal("demo", full * DEMO.least_mm - room)
    x, baseline = (width - full * size) / 2, (frame.head_mm + (above - below) * size) / 2
    mark = PlacedText("demo", texts.demo, x, baseline, size, BOLD, white=True)
    return [mark], [Bar(0, 0, width, frame.head_mm)]
