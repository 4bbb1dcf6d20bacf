"""The catalogue of open data as DCAT 3 in JSON-LD, and a table's dictionary as CSV on the Web metadata.

Both are written for programs, so every text is there in Vietnamese and English. Sources: W3C DCAT 3,
DCAT-AP 3 (whose lists are the European Union's, used here for want of others), W3C CSVW.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trace.services.open_data.datasets import Dataset
from trace.services.open_data.reading import State
from trace.texts.catalogs import t

LANGUAGES = ("vi", "en")
_EU = "http://publications.europa.eu/resource/authority"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_TYPES = {"csv": "text/csv", "json": "application/json"}


@dataclass(frozen=True)
class Publisher:
    """Who publishes, under which licence (its address; empty where none was chosen), at which address."""

    name: str
    licence: str
    base: str
    least: int


def catalogue(publisher: Publisher, tables: Sequence[tuple[Dataset, State]]) -> dict[str, Any]:
    """The whole catalogue."""
    here = f"{publisher.base}/opendata"
    times = [state.modified for _, state in tables if state.modified is not None]
    return {
        "@context": CONTEXT,
        "@id": here,
        "@type": "dcat:Catalog",
        "dct:title": _both("open.title"),
        "dct:description": _both("open.lead", k=publisher.least),
        "dct:publisher": _agent(publisher),
        "dct:language": [{"@id": f"{_EU}/language/{code}"} for code in ("VIE", "ENG")],
        "foaf:homepage": {"@id": here},
        **_rights(publisher),
        **_modified(max(times, default=None)),
        "dcat:dataset": [_dataset(publisher, one, state) for one, state in tables],
    }


def _dataset(publisher: Publisher, dataset: Dataset, state: State) -> dict[str, Any]:
    here = f"{publisher.base}/opendata/{dataset.name}"
    found: dict[str, Any] = {
        "@id": here,
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.name,
        "dct:title": _both(f"open.{dataset.name}"),
        "dct:description": _both(f"open.{dataset.name}.about", k=publisher.least),
        "dct:publisher": _agent(publisher),
        "dct:accrualPeriodicity": {"@id": dataset.frequency},
        "dcat:theme": {"@id": f"{_EU}/data-theme/AGRI"},
        "dcat:landingPage": {"@id": here},
        **_rights(publisher),
        **_modified(state.modified),
    }
    if state.months:
        found["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@type": "xsd:gYearMonth", "@value": state.months[0]},
            "dcat:endDate": {"@type": "xsd:gYearMonth", "@value": state.months[-1]},
        }
    found["dcat:distribution"] = [_distribution(publisher, here, form) for form in _TYPES]
    return found


def _distribution(publisher: Publisher, here: str, form: str) -> dict[str, Any]:
    return {
        "@id": f"{here}.{form}",
        "@type": "dcat:Distribution",
        "dcat:accessURL": {"@id": here},
        "dcat:downloadURL": {"@id": f"{here}.{form}"},
        "dct:format": {"@id": f"{_EU}/file-type/{form.upper()}"},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{_TYPES[form]}"},
        "dct:conformsTo": {"@id": f"{here}.csv-metadata.json"},
        **_rights(publisher),
    }


def dictionary(publisher: Publisher, dataset: Dataset) -> dict[str, Any]:
    """What the columns of a table mean, for readers of its CSV."""
    here = f"{publisher.base}/opendata/{dataset.name}"
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "vi"}],
        "url": f"{here}.csv",
        "dc:title": _words(f"open.{dataset.name}"),
        "dc:description": _words(f"open.{dataset.name}.about", k=publisher.least),
        **({"dc:license": {"@id": publisher.licence}} if publisher.licence else {}),
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ","},
        "tableSchema": {
            "columns": [
                {
                    "name": column.name,
                    "titles": column.name,
                    "datatype": column.datatype,
                    "null": "",
                    "dc:description": _words(f"open.column.{column.name}", k=publisher.least),
                }
                for column in dataset.columns
            ]
        },
    }


def _both(key: str, **params: object) -> list[dict[str, str]]:
    return [{"@language": lang, "@value": t(lang, key, **params)} for lang in LANGUAGES]


def _words(key: str, **params: object) -> Mapping[str, str]:
    """As CSVW writes a text in several languages."""
    return {lang: t(lang, key, **params) for lang in LANGUAGES}


def _agent(publisher: Publisher) -> dict[str, Any]:
    return {"@id": f"{publisher.base}/opendata#publisher", "@type": "foaf:Agent", "foaf:name": publisher.name}


def _rights(publisher: Publisher) -> dict[str, Any]:
    if publisher.licence:
        return {"dct:license": {"@id": publisher.licence}}
    said = _both("open.licence.none")
    return {"dct:rights": {"@type": "dct:RightsStatement", "dct:description": said}}


def _modified(at: datetime | None) -> dict[str, Any]:
    return {} if at is None else {"dct:modified": {"@type": "xsd:dateTime", "@value": at.isoformat()}}
