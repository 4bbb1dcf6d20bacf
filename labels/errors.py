"""What cannot be printed.

::

    LabelError               a catalog key and its figures, as everywhere in the registry
    ├── DoesNotFit           print.fit      a line is wider (or the lines higher) than the label
    ├── OnlyFruit            print.oval     a kind of label that needs corners, on a round one
    ├── MissingGlyph         print.glyph    the shipped font has no such letter
    ├── QrTooSmall           print.qr       modules would be finer than a printer can draw
    ├── PayloadTooLong       print.payload  the address and code exceed the largest symbol used
    ├── BlankPicture         print.blank    a picture in which nothing stands out
    ├── ForeignSymbol        print.symbol   a code holds a symbol outside its alphabet
    └── BadJob               print.job      start cell, counts or numbers contradict the stock
"""

from __future__ import annotations

import math


class LabelError(ValueError):
    """Base: ``key`` names a text in the message catalogs, ``params`` fill its places."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params

    def __str__(self) -> str:
        figures = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.key}({figures})"


class DoesNotFit(LabelError):
    """A part of a stamp is ``over_mm`` too wide, or too high, for ``stock`` at its smallest size.

    ``line`` counts the lines of words from 1 and ``row`` is that line; with ``line`` 0, ``row`` names
    a part that is no line of words: ``code``, ``serial``, ``demo``, ``logo``, ``link``.
    """

    def __init__(
        self, row: str, over_mm: float, stock: str, size: str, *, line: int = 0, is_high: bool = False
    ) -> None:
        key = "print.fit.part" if line == 0 else "print.fit.high" if is_high else "print.fit"
        over = max(1, math.ceil(over_mm * 10 - 1e-6)) / 10  # never "0,0 mm"
        super().__init__(key, row=row, n=line, x=over, stock=stock, size=size)


class OnlyFruit(LabelError):
    """Round and oval labels take the sticker for a fruit: other kinds use the corners."""

    def __init__(self, kind: str, size: str) -> None:
        super().__init__("print.oval", kind=kind, size=size)


class MissingGlyph(LabelError):
    """The font lacks ``letter``, the ``position``-th (from 1) of ``text``."""

    def __init__(self, letter: str, position: int, text: str) -> None:
        super().__init__("print.glyph", value=letter, n=position, text=text)


class QrTooSmall(LabelError):
    """With whole dots the symbol would be ``got_mm`` wide; ``least_mm`` is what a reader needs."""

    def __init__(self, got_mm: float, least_mm: float) -> None:
        super().__init__("print.qr", a=round(got_mm, 1), b=round(least_mm, 1))


class PayloadTooLong(LabelError):
    """``length`` characters exceed what version ``version`` holds at ``level`` (``most``)."""

    def __init__(self, length: int, most: int, version: int, level: str) -> None:
        super().__init__("print.payload", n=length, max=most, version=version, level=level)


class ForeignSymbol(LabelError):
    """Code number ``row`` (from 0) of a chunk holds a symbol outside the alphabet."""

    def __init__(self, row: int, code: str) -> None:
        super().__init__("print.symbol", row=row, code=code)


class BlankPicture(LabelError):
    """Nothing in a picture stands out from its ground: there is nothing to print."""

    def __init__(self) -> None:
        super().__init__("print.blank")


class BadJob(LabelError):
    """A figure of a print job is outside what its stock allows: ``field`` got ``value``, not 1..max."""

    def __init__(self, field: str, value: object, most: object) -> None:
        super().__init__("print.job", field=field, value=value, max=most)


class NeedsRoll(BadJob):
    """``format`` is a label printer's language and prints rolls; ``stock`` is a sheet."""

    def __init__(self, format_name: str, stock: str) -> None:
        LabelError.__init__(self, "print.roll", format=format_name, stock=stock)


class PrinterError(LabelError):
    """A job that could be printed was not, or not whole."""


class BadAddress(PrinterError):
    """``address`` is none of ``tcp://host:port``, ``cups://name`` and ``memory:``."""

    def __init__(self, address: str) -> None:
        super().__init__("print.address", value=address)


class PrinterSilent(PrinterError):
    """No connection to ``host`` (``problem``: what the system said); not a byte was sent."""

    def __init__(self, address: str, host: str, problem: str) -> None:
        super().__init__("print.printer", printer=address, host=host, problem=problem)


class PrinterStopped(PrinterError):
    """After ``sent`` bytes no more were taken; ``rows`` of labels, at most, may have come out."""

    def __init__(self, address: str, sent: int, rows: int, problem: str) -> None:
        super().__init__("print.stopped", printer=address, sent=sent, n=rows, problem=problem)
        self.rows = rows


class SpoolerRefused(PrinterError):
    """``lp`` failed for the queue ``name``, and said ``text``; with ``had_all`` it stood still when it had
    the whole job, which may be in the queue.
    """

    def __init__(self, name: str, text: str, *, had_all: bool = False) -> None:
        super().__init__("print.cups", printer=name, text=text)
        self.had_all = had_all
