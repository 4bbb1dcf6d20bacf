"""The checks of single fields; each yields the faults of one value at one place."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from trace.standards.epcis import names
from trace.standards.event_hash import instant
from trace.standards.fault import Fault

Check = Callable[[str, object], Iterator[Fault]]

_SIGNS: Final = r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]*"
# In runs of signs between percents: one sign at a time takes several times as long.
_URI: Final = re.compile(f"[A-Za-z][A-Za-z0-9+.-]*:(?!$){_SIGNS}(?:%[0-9A-Fa-f]{{2}}{_SIGNS})*")
_OFFSET: Final = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_UNIT: Final = re.compile("[A-Z0-9]{2,3}")
_CBV: Final = re.compile(r"(?:https?://ref\.gs1\.org/cbv/|cbv:)(.*)")
_OLD_CBV: Final = re.compile(r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/")

LONGEST_URI: Final = 400
"""Letters of an identifier; a bound of ours, for the standard has none and an index must have one."""


def is_vocabulary_uri(text: str) -> bool:
    """A URI or compact URI that is not one of the spellings JSON events may not use.

    >>> is_vocabulary_uri("example:Custom"), is_vocabulary_uri("urn:epcglobal:cbv:bizstep:packing")
    (True, False)
    """
    return bool(_URI.fullmatch(text)) and not _OLD_CBV.match(text) and len(text) <= LONGEST_URI


def uri(field: str, value: object) -> Iterator[Fault]:
    """An identifier: a URI without spaces."""
    if not isinstance(value, str) or not _URI.fullmatch(value):
        yield Fault("epcis.uri", field=field, expected="https://…, urn:…", got=str(value)[:80])
    elif len(value) > LONGEST_URI:
        yield Fault("epcis.long", field=field, expected=LONGEST_URI, got=len(value))


def extension_name(field: str, name: object) -> Iterator[Fault]:
    """The key of a field that EPCIS does not know must be a URI or have a prefix."""
    if not isinstance(name, str) or not _URI.fullmatch(name):
        yield Fault("epcis.unexpected", field=field, expected="prefix:name", got=str(name)[:80])


def word(words: frozenset[str], family: str) -> Check:
    """A bare word of the vocabulary, or a URI; under GS1's own addresses only words that exist."""

    in_full = frozenset(f"{family}-{known}" for known in words)

    def is_known(text: str) -> bool:
        official = _CBV.fullmatch(text)
        return is_vocabulary_uri(text) and (official is None or official[1] in in_full)

    def check(field: str, value: object) -> Iterator[Fault]:
        if not isinstance(value, str) or not (value in words or is_known(value)):
            yield Fault("epcis.word", field=field, expected=", ".join(sorted(words)), got=str(value)[:80])

    return check


def each(check: Check, *, unique: bool = False, at_least: int = 0) -> Check:
    """A list, each of whose items passes ``check``."""

    def checks(field: str, value: object) -> Iterator[Fault]:
        if not isinstance(value, list) or len(value) < at_least:
            got = len(value) if isinstance(value, list) else type(value).__name__
            yield Fault("epcis.required", field=field, expected=f"[…] >= {at_least}", got=got)
            return
        for place, item in enumerate(value):
            yield from check(f"{field}.{place}", item)
        texts = [item for item in value if isinstance(item, str)] if unique else []
        if len(set(texts)) < len(texts):
            twice = next(text for text in texts if texts.count(text) > 1)
            yield Fault("epcis.duplicate", field=field, expected="1", got=twice[:80])

    return checks


def record(
    checks: Mapping[str, Check], required: tuple[str, ...] = (), extensible: Check | None = None
) -> Check:
    """An object with these fields; others only where ``extensible`` accepts their names."""

    def check(field: str, value: object) -> Iterator[Fault]:
        if not isinstance(value, Mapping):
            yield Fault("epcis.type", field=field, expected="object", got=type(value).__name__)
            return
        for name in required:
            if name not in value:
                yield Fault("epcis.required", field=f"{field}.{name}", expected=name)
        for name, inner in value.items():
            if name in checks:
                yield from checks[name](f"{field}.{name}", inner)
            elif extensible:
                yield from extensible(f"{field}.{name}", name)
            else:
                yield Fault("epcis.unexpected", field=f"{field}.{name}", expected=", ".join(checks), got=name)

    return check


def time(field: str, value: object) -> Iterator[Fault]:
    """A date and time with its offset (RFC 3339)."""
    try:
        instant(value if isinstance(value, str) else "")
    except Fault:
        yield Fault("epcis.time", field=field, expected="2026-06-05T14:30:00.000+07:00", got=str(value)[:40])


def offset(field: str, value: object) -> Iterator[Fault]:
    """A zone's offset from -14:00 to +14:00, with sign and two digits each."""
    if not isinstance(value, str) or not _OFFSET.fullmatch(value):
        yield Fault("epcis.offset", field=field, expected="+07:00", got=str(value)[:40])


def unit(field: str, value: object) -> Iterator[Fault]:
    """A unit code of UN/ECE Recommendation 20: KGM, not kg."""
    if not isinstance(value, str) or not _UNIT.fullmatch(value):
        yield Fault("epcis.uom", field=field, expected="KGM", got=str(value)[:20])


def amount(field: str, value: object) -> Iterator[Fault]:
    """A finite number, not negative."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= float(str(value)) < math.inf:
        yield Fault("epcis.quantity", field=field, expected=">= 0", got=str(value)[:40])


def one_of(words: frozenset[str]) -> Check:
    """One of a few words that know no extension."""

    def check(field: str, value: object) -> Iterator[Fault]:
        if not isinstance(value, str) or value not in words:
            yield Fault("epcis.word", field=field, expected=", ".join(sorted(words)), got=str(value)[:40])

    return check


def certificates(field: str, value: object) -> Iterator[Fault]:
    """One identifier or a list of them."""
    yield from each(uri)(field, value) if isinstance(value, list) else uri(field, value)


def dispositions(field: str, value: object) -> Iterator[Fault]:
    """``set`` or ``unset`` or both, none of them empty."""
    yield from _LASTING(field, value)
    if isinstance(value, Mapping) and not value:
        yield Fault("epcis.required", field=field, expected="set, unset")


def anything(field: str, value: object) -> Iterator[Fault]:
    """Left to those who read sensors."""
    del field, value
    yield from ()


_DISPOSITION: Final = word(names.DISPOSITIONS, "Disp")
_LASTING: Final = record(dict.fromkeys(("set", "unset"), each(_DISPOSITION, unique=True, at_least=1)))
_EPCS: Final = each(uri, unique=True)
_QUANTITIES: Final = each(record({"epcClass": uri, "quantity": amount, "uom": unit}, ("epcClass",)))
_PLACE: Final = record({"id": uri}, ("id",), extension_name)
_PARTY: Final = word(names.PARTY_TYPES, "SDT")
_TRANSACTION: Final = {"type": word(names.TRANSACTION_TYPES, "BTT"), "bizTransaction": uri}
_DECLARATION: Final = {
    "declarationTime": time,
    "reason": word(names.ERROR_REASONS, "ER"),
    "correctiveEventIDs": each(uri),
}
_SENSOR_NAMES: Final = names.words("""
    type exception deviceID deviceMetadata rawData dataProcessingMethod bizRules time startTime endTime
    microorganism chemicalSubstance coordinateReferenceSystem value component stringValue booleanValue
    hexBinaryValue uriValue minValue maxValue meanValue sDev percRank percValue uom""")
_READING: Final = dict.fromkeys(_SENSOR_NAMES, anything) | dict.fromkeys(
    ("time", "startTime", "endTime"), time
)
_SENSOR: Final = {
    "sensorMetadata": record(_READING, (), extension_name),
    "sensorReport": each(record(_READING, ("type",), extension_name), at_least=1),
}

CHECKS: Final[Mapping[str, Check]] = {
    "eventTime": time,
    "recordTime": time,
    "eventTimeZoneOffset": offset,
    "eventID": uri,
    "certificationInfo": certificates,
    "errorDeclaration": record(_DECLARATION, ("declarationTime",), extension_name),
    "action": one_of(names.ACTIONS),
    "bizStep": word(names.BIZ_STEPS, "BizStep"),
    "disposition": _DISPOSITION,
    "persistentDisposition": dispositions,
    "readPoint": _PLACE,
    "bizLocation": _PLACE,
    "bizTransactionList": each(record(_TRANSACTION, ("bizTransaction",))),
    "sourceList": each(record({"type": _PARTY, "source": uri}, ("type", "source"))),
    "destinationList": each(record({"type": _PARTY, "destination": uri}, ("type", "destination"))),
    "sensorElementList": each(record(_SENSOR, ("sensorReport",), extension_name)),
    "ilmd": record({}, (), extension_name),
    "parentID": uri,
    "transformationID": uri,
    **dict.fromkeys(("epcList", "inputEPCList", "outputEPCList", "childEPCs"), _EPCS),
    **dict.fromkeys(
        ("quantityList", "inputQuantityList", "outputQuantityList", "childQuantityList"), _QUANTITIES
    ),
}
"""What each standard field must be; fields without an entry (``@context``, ``type``) are free here."""
