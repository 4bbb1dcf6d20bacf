"""Every frozen figure made again from the rows that were kept with it, and from nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sqlmodel import Session

from trace.records.month_closing import FrozenFigure, MonthClosing
from trace.services.month_closing.kept import read_value, rows_of, wholes_of
from trace.services.month_closing.shares import Sum


@dataclass(frozen=True)
class Fault:
    """A frozen figure that its kept rows do not make."""

    measure: str
    frozen: str
    made: str


def faults(session: Session, closing: MonthClosing) -> Iterator[Fault]:
    """Figures that do not come out of their kept rows: none, or somebody changed them past the program."""
    for name, figure in wholes_of(session, closing).items():
        top, bottom = _made(session, closing, name)
        fits = _same(figure.top, top) and _same(figure.bottom, bottom)
        if not fits or read_value(figure.value) != _value(figure):
            said = f"{figure.top}/{figure.bottom} = {figure.value}"
            yield Fault(name, said, f"{top}/{bottom} = {_value(figure)}")


def _made(session: Session, closing: MonthClosing, measure: str) -> tuple[int | None, int | None]:
    told: dict[str, int | None] = {"top": None, "bottom": None}
    for (side, _source), kept in rows_of(session, closing, measure).items():
        total = Sum(kept.share)
        for _ in total.passing(kept.shares()):
            continue
        told[side] = (told[side] or 0) + (total.number or 0)
    return told["top"], told["bottom"]


def _same(frozen: int | None, made: int | None) -> bool:
    """Without a row a count is nought, or not recorded."""
    return (frozen or 0) == (made or 0)


def _value(figure: FrozenFigure) -> Fraction | None:
    """The fraction the frozen counts make; of a figure that is no fraction the count itself."""
    if figure.top is None:
        return None
    if figure.bottom is None:
        return Fraction(figure.top)
    return Fraction(figure.top * figure.scale, figure.bottom) if figure.bottom else None
