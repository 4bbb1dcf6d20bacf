"""Identifiers with a star: which stored spellings they stand for.

``urn:epc:idpat:sgtin:0614141.107346.*`` is every serial of one item, ``urn:epc:idpat:sgtin:0614141.*.*``
every item of one company, and so for the other schemes whose Digital Link begins with the same digits;
in a Digital Link, or any other identifier, a star at the end stands for whatever follows.
"""

import re
from collections.abc import Callable
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped

from trace.services.epcis.exceptions import wrong_parameter
from trace.standards.epc_uri import CANONICAL, canonical

Column = Mapped[str]

_PATTERN: Final = re.compile(r"urn:epc:idpat:([a-z]+):(.+)")
_HEADS: Final[dict[str, Callable[[str], str]]] = {
    "sgtin": lambda company: f"/01/_{company}{'_' * (13 - len(company))}/21/%",
    "sscc": lambda company: f"/00/_{company}{'_' * (17 - len(company))}",
    "sgln": lambda company: f"/414/{company}{'_' * (13 - len(company))}%",
    "grai": lambda company: f"/8003/0{company}{'_' * (13 - len(company))}%",
    "giai": lambda company: f"/8004/{company}%",
    "gdti": lambda company: f"/253/{company}{'_' * (13 - len(company))}%",
}


def matching(column: Column, parameter: str, texts: list[str]) -> list[ColumnElement[bool]]:
    """Conditions, one of which has to hold.

    Raises:
        EpcisException: QueryParameterException: a star where none can be.
    """
    plain = [canonical(text) for text in texts if "*" not in text and "[" not in text]
    starred = [_starred(column, parameter, text) for text in texts if "*" in text or "[" in text]
    return ([column.in_(plain)] if plain else []) + starred


def _starred(column: Column, parameter: str, text: str) -> ColumnElement[bool]:
    pattern = _PATTERN.fullmatch(text)
    if pattern is None:
        if text.count("*") != 1 or not text.endswith("*") or "[" in text or len(text) < 8:
            raise wrong_parameter(parameter, "urn:epc:idpat:…, https://…/*", text)
        head = canonical(text[:-1].rstrip("/"))
        slash = "/" if text[:-1].endswith("/") else ""
        return column.startswith(head + slash, autoescape=True)
    scheme, parts = pattern[1], pattern[2].split(".")
    of_company = set(parts[1:]) == {"*"} and re.fullmatch("[0-9]{6,12}", parts[0])
    if scheme in _HEADS and of_company:
        return column.like(CANONICAL + _HEADS[scheme](parts[0]))
    whole = canonical(text)
    if whole == text or parts[-1] != "*" or "*" in parts[:-1]:
        raise wrong_parameter(parameter, "urn:epc:idpat:sgtin:0614141.107346.*", text)
    return column.startswith(whole, autoescape=True)
