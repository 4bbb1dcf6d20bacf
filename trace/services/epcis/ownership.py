"""Whose lots and places an event names: a sender records what happened to its own.

An identifier that this registry gave, or a GS1 number that it knows, must be the sender's; a packing
house may also name the lots and boxes it packs and their products, and whoever boxes were sent to these,
by their SSCC. What the registry does not know is recorded as it is. A neighbour's and a made-up
identifier of ours are refused alike.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlmodel import Session, col

from trace.records.consignment import Consignment, ConsignmentState
from trace.records.logistic_unit import LogisticUnit
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse, Plot
from trace.records.product import Product
from trace.records.product_gtin import ProductGtin
from trace.services.admission import Act, Actor, Scope, own_org, scope_of
from trace.services.epcis.reading import Ready
from trace.services.instance_facts import id_host
from trace.standards.epcis.facets import GOODS

PORTION = 500
_GS1 = "https://id.gs1.org/"
Named = dict[str, list[Ready]]


def foreign(session: Session, actor: Actor, events: Iterable[Ready]) -> dict[int, str]:
    """From an event's number to an identifier in it that is not the actor's to record."""
    named: Named = defaultdict(list)
    for one in events:
        places = (one.columns["read_point"], one.columns["biz_location"])
        for uri in {*filter(None, places), *(term.value for term in one.terms if term.role in GOODS)}:
            named[uri].append(one)
    check = _Check(session, actor, id_host(session))
    return {one.number: uri for uri in check.not_theirs(set(named)) for one in named[uri]}


class _Check:
    def __init__(self, session: Session, actor: Actor, host: str) -> None:
        self.session, self.host, self.org_id = session, host, own_org(actor)
        self.packs = scope_of(actor, Act.CAPTURE_EVENTS) is Scope.PACKS
        self.public_id = session.get_one(Organisation, self.org_id).public_id

    def not_theirs(self, uris: set[str]) -> set[str]:
        """Those of the identifiers that are ours to give, or known, and not theirs."""
        ours = {uri: parts for uri in uris if (parts := own_parts(uri, self.host)) is not None}
        wrong = {uri for uri, parts in ours.items() if not self._may_be_theirs(parts)}
        wrong |= self._unknown_lots(ours, wrong) | self._unknown_places(ours, wrong)
        return wrong | self._numbers_of_others(uris)

    def _may_be_theirs(self, parts: list[str]) -> bool:
        kind, rest = parts[0], parts[1:]
        if kind == "lot":
            return len(rest) == 2 and (self.packs or rest[0] == self.public_id)
        if kind in ("plot", "site"):
            return len(rest) == 1 and rest[0].startswith(f"{self.public_id}-")
        return bool(rest) and rest[0] == self.public_id

    def _unknown_lots(self, ours: dict[str, list[str]], wrong: set[str]) -> set[str]:
        asked = {uri: (p[1], p[2]) for uri, p in ours.items() if p[0] == "lot" and uri not in wrong}
        known: set[tuple[str, str]] = set()
        for codes in _portions({code for _, code in asked.values()}):
            question = select(col(Organisation.public_id), col(Lot.code)).join(
                Lot, col(Lot.org_id) == col(Organisation.id)
            )
            rows = self.session.execute(question.where(col(Lot.code).in_(codes), self._own_lot()))
            known |= {(org, code) for org, code in rows}
        return {uri for uri, key in asked.items() if key not in known}

    def _own_lot(self) -> ColumnElement[bool]:
        if not self.packs:
            return col(Lot.org_id) == self.org_id
        houses = select(col(PackingHouse.id)).where(col(PackingHouse.org_id) == self.org_id)
        return or_(col(Lot.org_id) == self.org_id, col(Lot.packing_house_id).in_(houses))

    def _unknown_places(self, ours: dict[str, list[str]], wrong: set[str]) -> set[str]:
        unknown: set[str] = set()
        tables: tuple[tuple[str, type[Plot | PackingHouse]], ...] = (("plot", Plot), ("site", PackingHouse))
        for kind, table in tables:
            mine = {uri: parts[1] for uri, parts in ours.items() if parts[0] == kind and uri not in wrong}
            asked = {uri: said.removeprefix(f"{self.public_id}-") for uri, said in mine.items()}
            known: set[str] = set()
            for codes in _portions(set(asked.values())):
                question = select(col(table.code)).where(col(table.org_id) == self.org_id)
                known |= set(self.session.execute(question.where(col(table.code).in_(codes))).scalars())
            unknown |= {uri for uri, code in asked.items() if code not in known}
        return unknown

    def _numbers_of_others(self, uris: set[str]) -> set[str]:
        """GS1 numbers that the registry knows as somebody else's."""
        numbers = {uri: number for uri in uris if (number := _gs1_number(uri))}
        others: set[str] = set()
        for some in _portions(set(numbers.values())):
            glns = select(col(Organisation.gln)).where(col(Organisation.id) != self.org_id)
            sites = select(col(PackingHouse.gln)).where(col(PackingHouse.org_id) != self.org_id)
            gtins = select(col(ProductGtin.gtin)).where(col(Product.org_id) != self.org_id)
            questions = (
                glns.where(col(Organisation.gln).in_(some)),
                sites.where(col(PackingHouse.gln).in_(some)),
                gtins.where(col(ProductGtin.gtin).in_(some), col(Product.id) == col(ProductGtin.product_id)),
            )
            found = [self.session.execute(question).scalars().all() for question in questions]
            found.append(self.session.execute(self._boxes_of_others(some)).scalars().all())
            others |= {str(number) for numbers_found in found for number in numbers_found}
            others -= self._packed_products(some)
        return {uri for uri, number in numbers.items() if number in others}

    def _boxes_of_others(self, numbers: list[str]) -> Any:
        """Of these SSCCs, those of boxes and pallets neither of here, nor sent here, nor packed here."""
        sent_here = select(col(Consignment.id)).where(
            col(Consignment.receiver_org_id) == self.org_id,
            col(Consignment.state).in_((ConsignmentState.DISPATCHED, ConsignmentState.RECEIVED)),
        )
        mine = [col(LogisticUnit.org_id) == self.org_id]
        mine.append(and_(col(LogisticUnit.consignment_id).is_not(None),
                         col(LogisticUnit.consignment_id).in_(sent_here)))  # fmt: skip
        if self.packs:
            houses = select(col(PackingHouse.id)).where(col(PackingHouse.org_id) == self.org_id)
            house = col(LogisticUnit.packing_house_id)
            mine.append(and_(house.is_not(None), house.in_(houses)))
        return select(col(LogisticUnit.sscc)).where(col(LogisticUnit.sscc).in_(numbers), not_(or_(*mine)))

    def _packed_products(self, numbers: list[str]) -> set[str]:
        """Of these numbers, those of products whose lots a packing house packs."""
        if not self.packs:
            return set()
        packed = select(col(Lot.product_id)).where(self._own_lot(), col(Lot.product_id).is_not(None))
        question = select(col(ProductGtin.gtin)).where(col(ProductGtin.gtin).in_(numbers))
        found = self.session.execute(question.where(col(ProductGtin.product_id).in_(packed))).scalars()
        return {str(number) for number in found}


def own_parts(uri: str, host: str) -> list[str] | None:
    """The parts after ``/id/`` of an identifier this registry gives, or None for any other."""
    address = urlsplit(uri)
    if address.scheme not in ("http", "https") or (address.hostname or "") != host.lower():
        return None
    parts = [unquote(part) for part in address.path.split("/") if part]
    return parts[1:] if parts[:1] == ["id"] else None


def _gs1_number(uri: str) -> str | None:
    if not uri.startswith(_GS1):
        return None
    key, _, rest = uri.removeprefix(_GS1).partition("/")
    return rest.partition("/")[0] if key in ("00", "01", "414", "417") else None


def _portions(values: set[str]) -> Iterable[list[str]]:
    listed = sorted(values)
    return (listed[at : at + PORTION] for at in range(0, len(listed), PORTION))
