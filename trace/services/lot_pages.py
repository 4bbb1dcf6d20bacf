"""What the pages of lots show: lists with search and paging, one lot with its life."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from trace.records.household import Household
from trace.records.lot import Hold, Lot, LotKind, LotLink, LotState
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse, Plot
from trace.records.product import Product
from trace.records.recall import Recall
from trace.records.shipment import Shipment
from trace.records.stamp import StampActivation
from trace.services import gates
from trace.services.admission import Act, Actor, fetch, visible
from trace.services.allocation_pages import Sold, sold_from
from trace.services.gate_facts import GateFacts
from trace.services.gates import YieldFigures
from trace.services.holding import open_holds
from trace.services.intake import Count, Given, MaybeRow, line
from trace.services.lineage import drawn_g
from trace.services.lot_information import Answer, Item, information_of
from trace.services.lot_life import LifeLine, life_of
from trace.services.lot_room import boxed_by_lot, sold_by_lot
from trace.services.lot_states import MISTAKE, WITHDRAW, WITHDRAWABLE, is_mistake, recall_of
from trace.services.place_search import lies_in_named
from trace.services.shipment_pages import of_lot
from trace.services.stamp_gates import active_stamps, left_g
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi

PAGE = 30


class LotFilter(Given):
    """Which lots a list shows; ``before`` is the row number after which the page begins."""

    q: Annotated[str, line(80)] = ""
    state: LotState | None = None
    before: MaybeRow = None
    limit: Annotated[int, Field(ge=1, le=200)] = PAGE


class Boxes(Given):
    """Boxes packed at once with a harvest."""

    boxes: Count


@dataclass(frozen=True)
class LotRow:
    """One line of a list; ``standing`` is its state, or ``MISTAKE``."""

    lot: Lot
    product: str
    plot: str
    standing: str


@dataclass(frozen=True)
class LotPage:
    """Lines, how many match in all, and where the next page begins."""

    rows: Sequence[LotRow]
    total: int
    before: int | None


def lots(session: Session, actor: Actor, wanted: LotFilter) -> LotPage:
    """Lots the actor may see, the newest first; found by code, plot, product or place (of
    both schemes), with or without accents.
    """
    rules = [visible(actor, Act.VIEW_FARM, Lot)]
    if wanted.q:
        word = fold_vi(wanted.q)
        rules.append(
            or_(
                col(Lot.search_key).contains(word, autoescape=True),
                col(Plot.search_key).contains(word, autoescape=True),
                col(Product.search_key).contains(word, autoescape=True),
                lies_in_named(wanted.q, Lot),
            )
        )
    if wanted.state is not None:
        rules.append(col(Lot.state) == wanted.state)
    tables = (
        select(Lot, Product.name, Plot.name, is_mistake().label("is_mistake"))  # type: ignore[call-overload]
        .outerjoin(Product, col(Product.id) == col(Lot.product_id))
        .outerjoin(Plot, col(Plot.id) == col(Lot.plot_id))
        .where(*rules)
    )
    total = session.execute(select(func.count()).select_from(tables.subquery())).scalar_one()
    page = tables.where(col(Lot.id) < wanted.before) if wanted.before else tables
    found = session.execute(page.order_by(col(Lot.id).desc()).limit(wanted.limit + 1)).all()
    rows = [
        LotRow(lot, product or "", plot or "", MISTAKE if mistake else lot.state)
        for lot, product, plot, mistake in found[: wanted.limit]
    ]
    return LotPage(rows, int(total), rows[-1].lot.id if len(found) > wanted.limit else None)


@dataclass(frozen=True)
class LotDetail:
    """All there is to say about one lot."""

    lot: Lot
    org: Organisation
    plot: Plot | None
    household: Household | None
    house: PackingHouse | None
    product: Product | None
    holds: list[Hold]
    recall: Recall | None
    sold_to: list[Sold]
    shipments: Sequence[Shipment]
    parents: list[tuple[Lot, int]]
    children: list[tuple[Lot, int]]
    life: list[LifeLine]
    drawn_g: int
    sold_g: int
    boxed_g: int
    activated: int
    """Stamps that were ever made this lot's."""
    active: int
    """Of these, the ones that nobody withdrew."""
    information: list[Item]
    yields: list[YieldFigures]
    waited: tuple[int, int] | None
    """Days since the last spray that counts, and the days it asks for."""

    @property
    def is_mistake(self) -> bool:
        """Whether it stands as written down by mistake: there are no such goods."""
        return self.lot.state == LotState.DESTROYED and any(one.act == WITHDRAW for one in self.life)

    @property
    def standing(self) -> str:
        """Its state, or ``MISTAKE``."""
        return MISTAKE if self.is_mistake else self.lot.state

    @property
    def may_be_mistake(self) -> bool:
        """Whether nothing hangs on it yet, as far as its page shows: then it can be withdrawn."""
        hanging = self.children, self.activated, self.sold_g, self.boxed_g, self.shipments
        return self.lot.state in WITHDRAWABLE and self.lot.kind != LotKind.RECEIVED and not any(hanging)

    @property
    def left_g(self) -> int:
        """Grams nobody has taken or bought yet, and no stamp stands for; none once it was destroyed."""
        if self.lot.state == LotState.DESTROYED:
            return 0
        stamped_g = self.active * self.product.unit_g if self.product else 0
        return left_g(self.lot, self.drawn_g, stamped_g, self.sold_g + self.boxed_g)

    def items_of(self, paper: str) -> list[Item]:
        """The items of one paper that are asked for, ``tt02`` or ``qd25``."""
        return [one for one in self.information if one.paper == paper]

    def in_order(self, items: Sequence[Item]) -> int:
        """How many of the items are not missing."""
        return sum(one.answer is not Answer.MISSING for one in items)

    @property
    def most_stamps(self) -> int | None:
        """Units that the lot's weight gives, without what was packed on; none once it was destroyed."""
        if self.product is None:
            return None
        gone = self.lot.state == LotState.DESTROYED
        return 0 if gone else (self.lot.weight_g - self.drawn_g) // self.product.unit_g


def lot_detail(session: Session, actor: Actor, public_id: str) -> LotDetail:
    """One lot.

    Raises:
        NotFound: not in the actor's sight.
    """
    lot = fetch(session, actor, Act.VIEW_FARM, Lot, public_id=public_id)
    plot = session.get(Plot, lot.plot_id) if lot.plot_id else None
    product = session.get(Product, lot.product_id) if lot.product_id else None
    is_harvest = lot.kind == LotKind.HARVEST and plot is not None
    return LotDetail(
        lot=lot,
        org=session.get_one(Organisation, lot.org_id),
        plot=plot,
        household=session.get(Household, lot.household_id) if lot.household_id else None,
        house=session.get(PackingHouse, lot.packing_house_id) if lot.packing_house_id else None,
        product=product,
        holds=open_holds(session, lot),
        recall=recall_of(session, lot.id),
        sold_to=sold_from(session, [lot.id]) if lot.state in (LotState.HOLD, LotState.RECALLED) else [],
        shipments=of_lot(session, lot.id),
        parents=_linked(session, lot, up=True),
        children=_linked(session, lot, up=False),
        life=life_of(session, lot),
        drawn_g=drawn_g(session, lot.id),
        sold_g=sold_by_lot(session, [lot.id]).get(lot.id, 0),
        boxed_g=boxed_by_lot(session, [lot.id]).get(lot.id, 0),
        activated=activated(session, lot.id),
        active=active_stamps(session, lot.id),
        information=information_of(session, lot, product),
        yields=gates.season_yields(GateFacts(session), plot, lot.harvested_on, 0)
        if is_harvest and plot
        else [],
        waited=_waited(session, plot, lot) if is_harvest and plot else None,
    )


def _linked(session: Session, lot: Lot, *, up: bool) -> list[tuple[Lot, int]]:
    near, far = (col(LotLink.child_id), col(LotLink.parent_id))
    if not up:
        near, far = far, near
    question = select(Lot, col(LotLink.weight_g)).join(LotLink, far == col(Lot.id)).where(near == lot.id)
    return [(one, int(grams)) for one, grams in session.execute(question.order_by(col(Lot.id)))]


def activated(session: Session, lot_id: int) -> int:
    """Stamps ever activated for a lot, withdrawn ones too."""
    count = func.sum(StampActivation.last - StampActivation.first + 1)
    question = select(func.coalesce(count, 0)).where(col(StampActivation.lot_id) == lot_id)
    return int(session.execute(question).scalar_one())


def _waited(session: Session, plot: Plot, lot: Lot) -> tuple[int, int] | None:
    found = GateFacts(session).sprays(plot.id, lot.harvested_on)
    if not found:
        return None
    tightest = max(found, key=lambda spray: spray.done_on.toordinal() + (spray.waiting_days or 0))
    return (lot.harvested_on - tightest.done_on).days, tightest.waiting_days or 0


def season_start(now: datetime) -> date:
    """The first day of this year's season."""
    return date(local_day(now).year, 1, 1)
