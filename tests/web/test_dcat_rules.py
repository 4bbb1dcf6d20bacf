"""The catalogue of open data as statements (RDF), held against what DCAT-AP asks of each class.

The rules are those of DCAT-AP 3.0.0 (SEMIC, https://semiceu.github.io/DCAT-AP/releases/3.0.0/, its tables of
properties with their cardinality), and of W3C DCAT 3 where DCAT-AP names none. What JSON-LD means is
worked out by a library that is not ours.
"""

import copy
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from pyld import jsonld

from tests.web.test_open_data import closed  # noqa: F401 -- a fixture
from trace.services.open_data.datasets import DATASETS

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
MANY = 1_000
TIMES = {
    "xsd:gYearMonth": re.compile(r"\d{4}-(0[1-9]|1[0-2])"),
    "xsd:dateTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
}


class Rule(NamedTuple):
    """How often a property stands at least and at most, and what it is: text in a language or none, an
    address, a node described here (its class), a time.
    """

    least: int
    most: int
    kind: str


TEXT, ONE_ADDRESS, TIME = Rule(1, MANY, "text"), Rule(0, 1, "address"), Rule(0, 1, "time")
RIGHTS = {"dct:license": ONE_ADDRESS, "dct:rights": Rule(0, 1, "dct:RightsStatement")}
RULES: dict[str, dict[str, Rule]] = {
    "dcat:Catalog": {
        "dct:title": TEXT,
        "dct:description": TEXT,
        "dct:publisher": Rule(1, 1, "foaf:Agent"),
        "dcat:dataset": Rule(1, MANY, "dcat:Dataset"),
        "dct:language": Rule(0, MANY, "address"),
        "foaf:homepage": ONE_ADDRESS,
        "dct:modified": TIME,
        **RIGHTS,
    },
    "dcat:Dataset": {
        "dct:title": TEXT,
        "dct:description": TEXT,
        "dct:publisher": Rule(0, 1, "foaf:Agent"),
        "dcat:distribution": Rule(1, MANY, "dcat:Distribution"),
        "dct:identifier": Rule(0, MANY, "text"),
        "dct:accrualPeriodicity": ONE_ADDRESS,
        "dcat:theme": Rule(0, MANY, "address"),
        "dcat:landingPage": Rule(0, MANY, "address"),
        "dct:temporal": Rule(0, MANY, "dct:PeriodOfTime"),
        "dct:modified": TIME,
        **RIGHTS,
    },
    "dcat:Distribution": {
        "dcat:accessURL": Rule(1, MANY, "address"),
        "dcat:downloadURL": Rule(0, MANY, "address"),
        "dcat:mediaType": ONE_ADDRESS,
        "dct:format": Rule(1, 1, "address"),  # recommended; portals show it
        "dct:conformsTo": Rule(0, MANY, "address"),
        **RIGHTS,
    },
    "foaf:Agent": {"foaf:name": TEXT},
    "dct:PeriodOfTime": {"dcat:startDate": TIME, "dcat:endDate": TIME},
    "dct:RightsStatement": {"dct:description": Rule(0, MANY, "text")},
}


def short(address: str) -> str:
    for name, whole in PREFIXES.items():
        if address.startswith(whole):
            return f"{name}:{address.removeprefix(whole)}"
    return address


class Graph:
    """The statements of a document."""

    def __init__(self, document: Any) -> None:
        self.said: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
        for one in jsonld.to_rdf(document)["@default"]:
            found = self.said[one["subject"]["value"]][short(one["predicate"]["value"])]
            if one["object"] not in found:
                found.append(one["object"])

    def classes(self, node: str) -> set[str]:
        return {short(one["value"]) for one in self.said[node]["rdf:type"]} if node in self.said else set()

    def faults(self) -> Iterable[str]:
        """Where a node is not what the rules of its class say; a property they do not know is a fault too."""
        for node in list(self.said):
            known = [one for one in self.classes(node) if one in RULES]
            if len(known) != 1:
                yield f"{node} is of no class, or of several: {known}"
                continue
            rules = RULES[known[0]]
            for name in {*rules, *self.said[node]} - {"rdf:type"}:
                told = self.said[node].get(name, [])
                if name not in rules:
                    yield f"{node} {name}: not known of {known[0]}"
                elif not rules[name].least <= len(told) <= rules[name].most:
                    yield f"{node} {name}: {len(told)} times"
                else:
                    yield from self._kinds(node, name, rules[name].kind, told)

    def _kinds(self, node: str, name: str, kind: str, told: list[dict[str, str]]) -> Iterable[str]:
        for one in told:
            if not self._fits(kind, one):
                yield f"{node} {name}: {one} is no {kind}"
        languages = Counter(one["language"] for one in told if "language" in one)
        yield from (f"{node} {name}: twice in {lang}" for lang, n in languages.items() if n > 1)

    def _fits(self, kind: str, one: dict[str, str]) -> bool:
        if kind == "text":
            return one["type"] == "literal" and one["value"].strip() != ""
        if kind == "time":
            shape = TIMES.get(short(one.get("datatype", "")))
            return shape is not None and shape.fullmatch(one["value"]) is not None
        if kind == "address":
            return one["type"] == "IRI" and one["value"].startswith(("http://", "https://"))
        return kind in self.classes(one["value"])


@pytest.fixture
def catalogue(closed: FlaskClient) -> Any:  # noqa: F811
    return json.loads(closed.get("/opendata/catalog.jsonld").text)


def test_the_catalogue_keeps_what_dcat_ap_asks(catalogue: Any) -> None:
    graph = Graph(catalogue)
    assert list(graph.faults()) == []
    found = Counter(name for node in list(graph.said) for name in graph.classes(node))
    assert found["dcat:Dataset"] == len(DATASETS)
    assert found["dcat:Distribution"] == 2 * len(DATASETS)
    assert (found["dcat:Catalog"], found["foaf:Agent"]) == (1, 1)
    assert found["dct:PeriodOfTime"] > 0


def test_a_catalogue_without_any_closed_month_keeps_it_too(client: FlaskClient) -> None:
    graph = Graph(json.loads(client.get("/opendata/catalog.jsonld").text))
    assert list(graph.faults()) == []
    assert len(graph.said) > 3 * len(DATASETS)


def test_both_addresses_of_the_catalogue_make_the_same_statements(
    closed: FlaskClient,  # noqa: F811
    catalogue: Any,
) -> None:
    asked = closed.get("/opendata", headers={"Accept": "application/ld+json"}).get_json(force=True)
    options = {"algorithm": "URDNA2015", "format": "application/n-quads"}
    assert jsonld.normalize(asked, options) == jsonld.normalize(catalogue, options) != ""


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("catalogue", "dct:title"),
        ("catalogue", "dct:description"),
        ("catalogue", "dct:publisher"),
        ("dataset", "dct:title"),
        ("dataset", "dct:description"),
        ("distribution", "dcat:accessURL"),
        ("dataset", "@type"),
    ],
)
def test_the_rules_see_what_is_left_out(catalogue: Any, place: str, name: str) -> None:
    broken = copy.deepcopy(catalogue)
    dataset = broken["dcat:dataset"][0]
    del {"catalogue": broken, "dataset": dataset, "distribution": dataset["dcat:distribution"][0]}[place][
        name
    ]
    assert list(Graph(broken).faults())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dct:modified", {"@type": "xsd:dateTime", "@value": "hôm qua"}),
        ("dcat:landingPage", "http://localhost/opendata"),
        ("dcat:landingPag", {"@id": "http://localhost/opendata"}),
        ("dct:publisher", {"@id": "http://localhost/ai-do"}),
        ("dct:title", [{"@language": "vi", "@value": "a"}, {"@language": "vi", "@value": "b"}]),
    ],
)
def test_the_rules_see_what_is_said_wrongly(catalogue: Any, name: str, value: Any) -> None:
    broken = copy.deepcopy(catalogue)
    broken["dcat:dataset"][0][name] = value
    assert list(Graph(broken).faults())
