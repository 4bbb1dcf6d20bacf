"""Forms and lists of the registry, described as rows so that one template draws them all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from trace.errors import NongsanError
from trace.services.crops import CROPS
from trace.services.places import PlaceOption, PlaceUnclear, option_of, read_place
from trace.standards import quantity
from trace.standards.fault import Fault
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.web.form_state import FormState, kept
from trace.web.visitor import face_language, now


@dataclass(frozen=True)
class Box:
    """One field: its name, the text of its label, how it is drawn.

    ``kind`` is text, tel, date, area, weight, length, number, long, select, choices or place.
    """

    name: str
    label: str
    kind: str = "text"
    required: bool = True
    hint: str = ""
    unit: str = ""
    options: Sequence[tuple[str, str]] = ()
    most: int = 160


@dataclass(frozen=True)
class Item:
    """One line of a list: where it leads, its title, small print, and a state with sign and word."""

    title: str
    lines: Sequence[str] = ()
    href: str = ""
    tag: tuple[str, str, str] | None = None


@dataclass
class Page:
    """A form as the template needs it."""

    title: str
    action: str
    back: str
    boxes: Sequence[Box]
    state: FormState
    button: str = "button.save"
    notes: Sequence[str] = ()
    places: Sequence[PlaceOption] = field(default_factory=tuple)


def say(key: str, **params: object) -> str:
    """A text in the reader's language."""
    return t(face_language(), key, **params)


def words(keys: Iterable[str], prefix: str) -> list[tuple[str, str]]:
    """Options of a select: value and the text ``<prefix>.<value>``."""
    return [(key, say(f"{prefix}.{key}")) for key in keys]


def crop_options() -> list[tuple[str, str]]:
    """The crops the registry knows."""
    return words(CROPS, "crop")


def bare(values: Mapping[str, str]) -> dict[str, str]:
    """Typed values without the request id, which the row's own code makes needless."""
    return {name: value for name, value in values.items() if name != "request_id"}


def with_days(values: Mapping[str, str], *names: str) -> dict[str, str]:
    """Typed values with days as programs write them; what is no day stays for the input model to refuse."""
    found = dict(values)
    for name in names:
        try:
            found[name] = quantity.day(values.get(name, ""), local_day(now())).isoformat()
        except Fault:
            continue
    return found


def with_place(session: Session, values: Mapping[str, str]) -> dict[str, str]:
    """Typed values with the place as codes, for an input model.

    Raises:
        PlaceUnclear: the place needs a choice.
    """
    picked = read_place(session, values.get("place", ""), values.get("place_text", ""))
    rest = {name: value for name, value in values.items() if name not in {"place", "place_text"}}
    return {**rest, **picked.fields}


def refused(
    error: NongsanError, values: Mapping[str, str], again: Callable[[FormState, Sequence[PlaceOption]], Any]
) -> tuple[Any, int]:
    """The form once more, with places to choose from where the place was unclear."""
    state = kept(error, {name: value for name, value in values.items() if name != "place"})
    for wrong in ("commune", "old_commune"):
        if wrong in state.errors:
            state.errors["place"] = state.errors.pop(wrong)
    options = error.options if isinstance(error, PlaceUnclear) else ()
    return again(state, options), error.status


def start_places(session: Session, commune: str | None) -> Sequence[PlaceOption]:
    """The one place a form starts with."""
    found = option_of(session, commune) if commune else None
    return (found,) if found else ()
