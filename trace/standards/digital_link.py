"""GS1 Digital Link addresses of a trade item: ``/01/<gtin14>[/22/<cpv>][/10/<lot>][/21/<serial>]``.

URI syntax 1.6: the GTIN in 14 digits, qualifiers in this order only, values of 1 to 20 characters
of GS1's set 82, percent-encoded where a URI needs it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urlsplit

from trace.standards import check_digit
from trace.standards.fault import Fault

_QUALIFIERS: Final = {"22": "cpv", "10": "lot", "21": "serial"}
_SET_82: Final = re.compile("[!\"%&'()*+,\\-./0-9:;<=>?A-Z_a-z]{1,20}")


@dataclass(frozen=True)
class DigitalLink:
    """A trade item, with the variant, lot and serial where known.

    Values are plain text, not percent-encoded. Raises Fault: ``standard.length``,
    ``standard.check_digit``, ``standard.link_value``.
    """

    gtin: str
    cpv: str | None = None
    lot: str | None = None
    serial: str | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch("[0-9]*", self.gtin):
            raise Fault("standard.digits", expected="0-9", got=self.gtin[:40])
        check_digit.validate(self.gtin, (14,))
        for ai, name in _QUALIFIERS.items():
            value = getattr(self, name)
            if value is not None and not _SET_82.fullmatch(value):
                raise Fault("standard.link_value", expected="1..20, GS1 82", got=value[:40], ai=ai)

    def path(self) -> str:
        """The path as it stands in the address.

        >>> DigitalLink("09506000134352", lot="K26/05").path()
        '/01/09506000134352/10/K26%2F05'
        """
        values = ((ai, getattr(self, name)) for ai, name in _QUALIFIERS.items())
        tail = "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in values if value is not None)
        return f"/01/{self.gtin}{tail}"

    def uri(self, base: str) -> str:
        """The whole address under a base such as ``https://id.example.vn``."""
        return base.rstrip("/") + self.path()

    def general(self) -> tuple[DigitalLink, ...]:
        """This link and those above it, one qualifier less each time, up to the bare GTIN.

        >>> [link.path() for link in DigitalLink("09506000134352", lot="A").general()]
        ['/01/09506000134352/10/A', '/01/09506000134352']
        """
        steps = [self]
        for name in ("serial", "lot", "cpv"):
            last = steps[-1]
            if getattr(last, name) is not None:
                kept = {n: getattr(last, n) for n in ("cpv", "lot", "serial") if n != name}
                steps.append(DigitalLink(last.gtin, **kept))
        return tuple(steps)


def parse(address: str) -> DigitalLink:
    """The link in an address or in its raw path, still percent-encoded.

    A prefix before ``/01/``, a trailing slash, a query and a fragment are passed over. Raises
    ``standard.link_form`` (no ``/01/``, an unknown, repeated or misplaced qualifier, an empty or
    wrongly encoded value), and what ``DigitalLink`` raises.

    >>> parse("https://id.example.vn/x/01/09506000134352/10/A%2F1/21/7?17=261231")
    DigitalLink(gtin='09506000134352', cpv=None, lot='A/1', serial='7')
    """
    parts = _raw_path(address).rstrip("/").split("/")
    if "01" not in parts:
        raise _form(address)
    start = parts.index("01")
    names, values = parts[start + 2 :: 2], parts[start + 3 :: 2]
    in_order = [ai for ai in _QUALIFIERS if ai in names]
    if len(parts) == start + 1 or names != in_order or len(names) != len(values):
        raise _form(address)
    found = {_QUALIFIERS[ai]: _decode(value, address) for ai, value in zip(names, values, strict=True)}
    return DigitalLink(parts[start + 1], **found)


def is_valid(address: str) -> bool:
    """Whether ``parse`` accepts it.

    >>> is_valid("/01/09506000134352/21/7/10/A")
    False
    """
    try:
        parse(address)
    except Fault:
        return False
    return True


def _raw_path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError as error:  # such as an unclosed [ in the host
        raise _form(address) from error


def _decode(value: str, address: str) -> str:
    if re.search("%(?![0-9A-Fa-f]{2})", value):
        raise _form(address)
    return unquote_to_bytes(value).decode("latin-1")  # whatever is not ASCII fails set 82


def _form(address: str) -> Fault:
    form = "/01/{gtin14}[/22/{cpv}][/10/{lot}][/21/{serial}]"
    return Fault("standard.link_form", expected=form, got=address[:120])
