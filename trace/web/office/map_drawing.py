"""The map of the communes in a page's words: what each is called there, the key of its shades, its labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from trace.services.figures import words
from trace.services.figures.commune_map import FigureMap, Place
from trace.standards.province_map import FINE, LIGHT, Detail, ProvinceMap, map_of_hai_phong
from trace.texts.catalogs import t

SEA = 0.62, 0.1
"""Where the labels stand: over the sea in the north-east, as parts of the width and the height."""


@dataclass(frozen=True)
class Look:
    """How a map stands on a page: how fine, its letters in units of the drawing, how many labels it has."""

    detail: Detail
    letters: int
    labels: int


PAGE = Look(FINE, 24, 5)
"""A map that fills the page."""
CARD = Look(LIGHT, 22, 3)
"""One that is a picture among others, seen first on a slow network."""


@dataclass(frozen=True)
class Area:
    """One commune: its outline, its shade (0 without a value), the words for it."""

    code: str
    unit: str
    path: str
    tone: int
    said: str


@dataclass(frozen=True)
class Label:
    """A name and its figure, and the dot in the commune that a line leads to."""

    x: int
    y: int
    text_x: int
    text_y: int
    name: str
    value: str


@dataclass(frozen=True)
class Drawn:
    """What a template draws."""

    drawing: ProvinceMap
    areas: tuple[Area, ...]
    key: tuple[tuple[int, str], ...]
    without: int
    labels: tuple[Label, ...]
    size: int


def drawn(found: FigureMap, lang: str, look: Look = PAGE) -> Drawn:
    """The map in the reader's words."""
    drawing = map_of_hai_phong(look.detail)
    paths = drawing.communes
    areas = tuple(
        Area(place.code, place.unit, paths[place.code], place.tone or 0, _said(found, place, lang))
        for place in found.places
    )
    return Drawn(
        drawing,
        areas,
        tuple(_key(found, lang)),
        found.without,
        tuple(_labels(found, drawing, look, lang)),
        look.letters,
    )


def _said(found: FigureMap, place: Place, lang: str) -> str:
    if not place.unit:
        return t(lang, "map.several", name=place.name)
    name = place.name if place.unit == place.code else f"{place.name} ({place.unit_name})"
    value = words.said(lang, found.measure, place.value)
    return t(lang, "map.said", name=name, value=value)


def _key(found: FigureMap, lang: str) -> Iterator[tuple[int, str]]:
    """Shade and words of each class, the lowest first."""
    known = [place.value for place in found.places if place.value is not None]
    if not known:
        return
    said = [words.short(lang, found.measure, bound) for bound in found.bounds]
    if not said:
        yield found.tone(known[0]) or 0, words.short(lang, found.measure, known[0])
        return
    yield found.tone(min(known)) or 0, t(lang, "map.below", high=said[0])
    for low, (first, second) in zip(found.bounds, pairwise(said), strict=False):
        yield found.tone(low) or 0, t(lang, "map.between", low=first, high=second)
    yield found.tone(found.bounds[-1]) or 0, t(lang, "map.from", low=said[-1])


def _labels(found: FigureMap, drawing: ProvinceMap, look: Look, lang: str) -> Iterator[Label]:
    """The highest, written one under another in the order they lie from north to south: no lines cross."""
    known = [(place.value, place) for place in found.places if place.value]
    highest = sorted(known, key=lambda one: (-one[0], one[1].name))[: look.labels]
    middles = drawing.middles
    left, top = round(drawing.width * SEA[0]), drawing.height * SEA[1]
    for line, (amount, place) in enumerate(sorted(highest, key=lambda one: middles[one[1].code][1])):
        name = place.name.partition(" ")[2]
        spot = (left, round(top + 1.5 * look.letters * line))
        yield Label(*middles[place.code], *spot, name, words.short(lang, found.measure, amount))
