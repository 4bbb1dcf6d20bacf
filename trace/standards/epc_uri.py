"""One spelling for one GS1 identifier, however an event writes it.

EPC URNs (``urn:epc:id:sgtin:...``, classes, patterns) and GS1 Digital Links of any host become the
constrained canonical Digital Link: under ``https://id.gs1.org``, the finest level only, no query
(CBV 2.0 section 8.9; URN forms of the EPC Tag Data Standard). Anything else is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from trace.standards.check_digit import complete

CANONICAL: Final = "https://id.gs1.org"

_Parts = list[str]


def _trade_item(parts: _Parts) -> str:
    """Company prefix and item reference: the indicator digit goes to the front."""
    prefix, item = parts[0], parts[1]
    return complete(item[:1] + prefix + item[1:])


def _joined(parts: _Parts) -> str:
    return complete(parts[0] + parts[1])


def _place(parts: _Parts) -> str:
    return f"/414/{_joined(parts)}" + (f"/254/{parts[2]}" if parts[2] not in ("", "0") else "")


# Scheme of the URN: digits in its first two parts together (0: any), number of parts, the path.
_URNS: Final[dict[str, tuple[int, int, Callable[[_Parts], str]]]] = {
    "id/sgtin": (13, 3, lambda p: f"/01/{_trade_item(p)}/21/{p[2]}"),
    "id/sscc": (17, 2, lambda p: f"/00/{_trade_item(p)}"),
    "id/sgln": (12, 3, _place),
    "id/pgln": (12, 2, lambda p: f"/417/{_joined(p)}"),
    "id/grai": (12, 3, lambda p: f"/8003/0{_joined(p)}{p[2]}"),
    "id/giai": (0, 2, lambda p: f"/8004/{p[0]}{p[1]}"),
    "id/gsrn": (17, 2, lambda p: f"/8018/{_joined(p)}"),
    "id/gsrnp": (17, 2, lambda p: f"/8017/{_joined(p)}"),
    "id/gdti": (12, 3, lambda p: f"/253/{_joined(p)}{p[2]}"),
    "id/sgcn": (12, 3, lambda p: f"/255/{_joined(p)}{p[2]}"),
    "id/cpi": (0, 3, lambda p: f"/8010/{p[0]}{p[1]}/8011/{p[2]}"),
    "id/ginc": (0, 2, lambda p: f"/401/{p[0]}{p[1]}"),
    "id/gsin": (16, 2, lambda p: f"/402/{_joined(p)}"),
    "id/itip": (13, 5, lambda p: f"/8006/{_trade_item(p)}{p[2]}{p[3]}/21/{p[4]}"),
    "id/upui": (13, 3, lambda p: f"/01/{_trade_item(p)}/235/{p[2]}"),
    "class/lgtin": (13, 3, lambda p: f"/01/{_trade_item(p)}/10/{p[2]}"),
    "idpat/sgtin": (13, 3, lambda p: f"/01/{_trade_item(p)}"),
    "idpat/grai": (12, 3, lambda p: f"/8003/0{_joined(p)}"),
    "idpat/gdti": (12, 3, lambda p: f"/253/{_joined(p)}"),
    "idpat/sgcn": (12, 3, lambda p: f"/255/{_joined(p)}"),
    "idpat/cpi": (0, 3, lambda p: f"/8010/{p[0]}{p[1]}"),
    "idpat/itip": (13, 5, lambda p: f"/8006/{_trade_item(p)}{p[2]}{p[3]}"),
    "idpat/upui": (13, 3, lambda p: f"/01/{_trade_item(p)}"),
}
_SHORT_NAMES: Final = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017",
    "gsrn": "8018", "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402",
    "grai": "8003", "giai": "8004", "cpv": "22", "lot": "10", "ser": "21",
}  # fmt: skip
_VALUE: Final = r"(?:[!-$&'()*+,\-.0-9:;=A-Z_a-z]|%[0-9A-Fa-f]{2})"
_FORMS: Final = tuple(
    re.compile(form.replace("V", _VALUE))
    for form in (
        r"/00/[0-9]{18}",
        r"/01/[0-9]{14}(/(10|21)/V{1,20}|/235/V{1,28})?",
        r"/253/[0-9]{13}V{0,17}|/255/[0-9]{13,25}|/401/V{1,30}|/402/[0-9]{17}",
        r"/414/[0-9]{13}(/254/V{1,20})?|/417/[0-9]{13}",
        r"/8003/[0-9]{14}V{0,16}|/8004/V{1,30}|/8006/[0-9]{18}(/(10|21)/V{1,20})?",
        r"/8010/V{1,30}(/8011/[0-9]{1,12})?|/801[78]/[0-9]{18}",
    )
)
_KEYS: Final = frozenset(
    ("00", "01", "253", "255", "401", "402", "414", "417", "8003", "8004", "8006", "8010", "8017", "8018")
)

_SPELLINGS: Final = (*sorted(_KEYS), *(name for name, ai in _SHORT_NAMES.items() if ai in _KEYS))
_KEYED: Final = re.compile(f"/(?:{'|'.join(_SPELLINGS)})/+[0-9]{{4}}")
"""Most addresses lead to no key of GS1: one look tells."""


@lru_cache(maxsize=8192)
def canonical(uri: str) -> str:
    """The constrained canonical Digital Link of a GS1 identifier; other text comes back unchanged.

    >>> canonical("urn:epc:id:sgtin:4012345.011111.9876")
    'https://id.gs1.org/01/04012345111118/21/9876'
    >>> canonical("https://example.com/gtin/9506000134352/lot/A1/ser/7?17=261231")
    'https://id.gs1.org/01/09506000134352/21/7'
    """
    if uri.startswith("urn:epc:"):
        return _from_urn(uri) or uri
    if uri.startswith(("http://", "https://")):
        return _from_link(uri) or uri
    return uri


def _from_urn(uri: str) -> str | None:
    scheme, _, rest = uri.removeprefix("urn:epc:").replace(":", "/", 1).partition(":")
    if scheme not in _URNS:
        return None
    digits, count, path = _URNS[scheme]
    parts = rest.split(".", count - 1)
    if len(parts) < count or not re.fullmatch("[0-9]{6,12}", parts[0]):
        return None
    if digits and not re.fullmatch(f"[0-9]{{{digits - len(parts[0])}}}", parts[1]):
        return None
    return CANONICAL + re.sub("[!()*+,:]", lambda sign: f"%{ord(sign[0]):02X}", path(parts))


def _from_link(uri: str) -> str | None:
    if not _KEYED.search(uri):
        return None
    parts = re.split("[?#]", uri, maxsplit=1)[0].split("/")[3:]
    parts = [_SHORT_NAMES.get(part, part) for part in parts if part]
    start = next((i for i, part in enumerate(parts[:-1]) if part in _KEYS and _digits(parts[i + 1])), None)
    if start is None:
        return None
    key, value, *rest = parts[start:]
    if key == "01" and re.fullmatch("[0-9]{8}|[0-9]{12,13}", value):
        value = value.zfill(14)
    qualifiers = dict(zip(rest[::2], rest[1::2], strict=False))
    if "21" in qualifiers:
        qualifiers.pop("10", None)
    qualifiers.pop("22", None)
    path = f"/{key}/{value}" + "".join(f"/{ai}/{text}" for ai, text in qualifiers.items())
    return CANONICAL + path if any(form.fullmatch(path) for form in _FORMS) else None


def _digits(value: str) -> bool:
    return re.match("[0-9]{4}", value) is not None
