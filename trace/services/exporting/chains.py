"""Lots to be written, each with its chain up to the plots, one after the other: memory stays flat."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.admin_unit import AdminUnit
from trace.records.columns import NEW_SCHEME
from trace.records.event import Event, EventTerm
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.product_gtin import ProductGtin
from trace.services.admission import Act, Actor, fetch, visible
from trace.services.epcis.answers import event_body
from trace.services.instance_facts import id_host
from trace.services.lineage import portions
from trace.services.tracing.graph import Direction
from trace.services.tracing.nodes import LotFacts
from trace.services.tracing.report import Node, Report, trace_lots
from trace.standards import epcis
from trace.standards.epcis.facets import GOODS
from trace.standards.local_time import day_bounds

PAGE = 200
"""Lots of a period that are looked up at a time."""


@dataclass(frozen=True)
class Asking:
    """Who asks, and where stamps lead: ``public_url`` as printed. Names once found are kept."""

    session: Session
    actor: Actor
    public_url: str
    communes: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    orgs: dict[int, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Chain:
    """One lot and all that went into it. ``ids`` are our identifiers by lot, ``gtins`` where one is owned."""

    asking: Asking
    report: Report
    ids: Mapping[int, str]
    gtins: Mapping[int, str]

    @property
    def start(self) -> Node:
        """The lot that is written."""
        return self.report.starts[0]

    @property
    def own(self) -> list[Node]:
        """Lots whose facts the actor may read: not a partner's, which are only named."""
        return [node for node in self.report.nodes if not node.lot.is_partner]

    def place(self, lot: LotFacts) -> tuple[str, str]:
        """Full names of its commune and province of today; empty where it has none."""
        return self.asking.communes.get(lot.commune, ("", ""))


def one(asking: Asking, public_id: str) -> Iterator[Chain]:
    """The chain of one lot.

    Raises:
        NotAllowed, NotFound: the actor does not trace it, or it does not exist.
    """
    lot = fetch(asking.session, asking.actor, Act.TRACE, Lot, public_id=public_id)
    return chains(asking, [lot.id])


def released(
    asking: Asking, days: tuple[date, date], organisation: Organisation | None = None
) -> Iterator[Chain]:
    """Chains of the lots in sight that were released from the first to the last day, in their order.

    Raises:
        NotAllowed: the actor traces nothing.
    """
    rules = [
        visible(asking.actor, Act.TRACE, Lot),
        col(Lot.released_at) >= day_bounds(days[0])[0],
        col(Lot.released_at) < day_bounds(days[1])[1],
    ]
    if organisation is not None:
        rules.append(col(Lot.org_id) == organisation.id)
    return chains(asking, _pages(asking.session, rules))


def _pages(session: Session, rules: Sequence[ColumnElement[bool]]) -> Iterator[int]:
    last = 0
    while True:
        question = select(col(Lot.id)).where(*rules, col(Lot.id) > last).order_by(col(Lot.id)).limit(PAGE)
        ids = session.execute(question).scalars().all()
        yield from ids
        if len(ids) < PAGE:
            return
        last = ids[-1]


def chains(asking: Asking, lot_ids: Iterable[int]) -> Iterator[Chain]:
    """A chain for each of the lots, made when it is asked for."""
    for lot_id in lot_ids:
        report = trace_lots(asking.session, asking.actor, [lot_id], Direction.UP)
        lots = [node.lot for node in report.nodes]
        _learn_communes(asking, {lot.commune for lot in lots} - {""})
        _learn_organisations(asking, {lot.org_id for lot in lots})
        yield Chain(asking, report, _ids(asking, lots), _gtins(asking.session, lots))


def _learn_communes(asking: Asking, codes: Collection[str]) -> None:
    above: Any = aliased(AdminUnit)
    question = (
        select(col(AdminUnit.code), col(AdminUnit.full_name), above.full_name)
        .outerjoin(above, (above.scheme == NEW_SCHEME) & (above.code == col(AdminUnit.parent_code)))
        .where(col(AdminUnit.scheme) == NEW_SCHEME, col(AdminUnit.code).in_(codes - asking.communes.keys()))
    )
    if codes - asking.communes.keys():
        rows = asking.session.execute(question)
        asking.communes.update({code: (name, province or "") for code, name, province in rows})


def _learn_organisations(asking: Asking, numbers: Collection[int]) -> None:
    unknown = set(numbers) - asking.orgs.keys()
    if unknown:
        question = select(col(Organisation.id), col(Organisation.public_id))
        rows = asking.session.execute(question.where(col(Organisation.id).in_(unknown)))
        asking.orgs.update((number, public_id) for number, public_id in rows)


def _ids(asking: Asking, lots: Iterable[LotFacts]) -> dict[int, str]:
    host = id_host(asking.session)
    return {lot.id: epcis.lot_id(host, asking.orgs[lot.org_id], lot.code) for lot in lots}


def _gtins(session: Session, lots: Iterable[LotFacts]) -> dict[int, str]:
    """The GTIN that each lot's product has now."""
    question = select(col(Lot.id), col(ProductGtin.gtin)).join(
        ProductGtin, col(ProductGtin.product_id) == col(Lot.product_id)
    )
    found: dict[int, str] = {}
    for some in portions([lot.id for lot in lots if not lot.is_partner]):
        rows = session.execute(question.where(col(Lot.id).in_(some), col(ProductGtin.left_at).is_(None)))
        found.update((number, gtin) for number, gtin in rows)
    return found


def acts(chain: Chain) -> list[Event]:
    """The registry's own events of the chain's lots that the actor may read, oldest first."""
    session, rule = chain.asking.session, visible(chain.asking.actor, Act.READ_EVENTS, Event)
    found: list[Event] = []
    for some in portions([node.lot.id for node in chain.own]):
        about = (col(Event.subject_kind) == "lot", col(Event.subject_id).in_(some))
        found += session.execute(select(Event).where(rule, *about)).scalars()
    return sorted(found, key=lambda event: (event.event_time, event.id))


def events(chain: Chain) -> list[tuple[int, dict[str, Any]]]:
    """Every event of the chain that the actor may read, with its row's number: own acts, and what programs
    recorded about these lots."""
    found = {event.id: event for event in (*acts(chain), *_captured(chain))}
    in_order = sorted(found.values(), key=lambda event: (event.event_time, event.id))
    return [(event.id, event_body(event)) for event in in_order]


def _captured(chain: Chain) -> Iterator[Event]:
    """Found by the lots' identifiers; with the organisation, as that is how terms are indexed."""
    session, rule = chain.asking.session, visible(chain.asking.actor, Act.READ_EVENTS, Event)
    recorders = session.execute(select(col(Organisation.id)).where(_recorders(chain))).scalars().all()
    uris = [chain.ids[node.lot.id] for node in chain.own]
    for at in range(0, len(uris), 1_000):
        rows = select(col(EventTerm.event_row)).where(
            col(EventTerm.org_id).in_(recorders),
            col(EventTerm.role).in_(GOODS),
            col(EventTerm.value).in_(uris[at : at + 1_000]),
        )
        question = select(Event).where(rule, col(Event.act) == "capture", col(Event.id).in_(rows))
        yield from session.execute(question).scalars()


def _recorders(chain: Chain) -> ColumnElement[bool]:
    org_id = chain.asking.actor.org_id
    return col(Organisation.id) == org_id if org_id is not None else col(Organisation.id) > 0
