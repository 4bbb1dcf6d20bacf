"""A new cooperative's first day: from its telephone to a stamp somebody looked at, ticked by facts alone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator
from sqlalchemy import exists, select
from sqlmodel import Session, col

from trace.records.household import Household, Purpose
from trace.records.lot import Lot, LotKind, LotState
from trace.records.organisation import Organisation
from trace.records.plot import Plot
from trace.records.product import Product, ProductImage
from trace.records.scan import StampSeen
from trace.records.stamp import ON_PAPER, PrintRun, StampBlock
from trace.services import households, plots, products
from trace.services.admission import Act, Actor, own_org, visible
from trace.services.crops import crop_of
from trace.services.intake import Given, Weight, line
from trace.services.registering import Area


class Step(StrEnum):
    """What is done on the first day, in its order."""

    CONTACT = "contact"
    FARM = "farm"
    PRODUCT = "product"
    LOT = "lot"
    PACK = "pack"
    RELEASE = "release"
    STAMPS = "stamps"
    PRINT = "print"
    CHECK = "check"


@dataclass(frozen=True)
class Stage:
    """A step, whether the registry shows it done, and the public id of what it goes on with."""

    step: Step
    is_done: bool
    subject: str = ""


@dataclass(frozen=True)
class FirstDay:
    """The steps of one organisation."""

    stages: tuple[Stage, ...]

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(one.is_done for one in self.stages)

    @property
    def next(self) -> Stage | None:
        """The first step that is not."""
        return next((one for one in self.stages if not one.is_done), None)

    @property
    def has_land(self) -> bool:
        """Whether there is a plot, without which no lot and no diary entry is written."""
        return any(one.is_done for one in self.stages if one.step is Step.FARM)

    @property
    def is_over(self) -> bool:
        """Whether a stamp of theirs was looked at: whoever came so far needs no list."""
        return self.stages[-1].is_done


class FarmIn(Given):
    """A household with its first plot, of which the rest can be said later."""

    name: Annotated[str, line(120, 2)]
    phone: households.MaybePhone = None
    crop: Annotated[str, line(32, 1), AfterValidator(crop_of)]
    area_m2: Area
    agrees: bool = False
    """To being in the cooperative's book (Law 91/2025/QH15)."""


class GoodIn(Given):
    """A product with what a lot must say of it before it is let out."""

    name: Annotated[str, line(160, 2)]
    unit_g: Weight
    crop: Annotated[str, line(32, 1), AfterValidator(crop_of)]
    standards: Annotated[str, line(240, 1)]


def first_day(session: Session, actor: Actor) -> FirstDay:
    """How far the actor's organisation came.

    Raises:
        NotAllowed: the role keeps no registry, or works for no organisation.
    """
    org_id = own_org(actor)
    visible(actor, Act.MANAGE_REGISTRY, Household)
    done = _facts(session, org_id)
    subjects = _subjects(session, org_id)
    return FirstDay(tuple(Stage(step, done[step], subjects.get(step, "")) for step in Step))


def _facts(session: Session, org_id: int) -> dict[Step, bool]:
    lots, blocks = (col(Lot.org_id) == org_id,), (col(StampBlock.org_id) == org_id,)
    told = col(Product.org_id) == org_id, col(Product.is_active), col(Product.standards) != ""
    shown = exists().where(col(ProductImage.product_id) == col(Product.id))
    out = (LotState.RELEASED, LotState.CONSUMED, LotState.RECALLED)
    seen = (
        col(StampSeen.kid) == col(StampBlock.kid),
        col(StampSeen.serial).between(
            col(StampBlock.first), col(StampBlock.first) + col(StampBlock.count) - 1
        ),
    )
    asked = {
        Step.CONTACT: exists().where(col(Organisation.id) == org_id, col(Organisation.phone).is_not(None)),
        Step.FARM: exists().where(col(Plot.org_id) == org_id),
        Step.PRODUCT: exists().where(*told, shown),
        Step.LOT: exists().where(*lots, col(Lot.kind) == LotKind.HARVEST),
        Step.PACK: exists().where(*lots, col(Lot.packed_on).is_not(None)),
        Step.RELEASE: exists().where(*lots, col(Lot.state).in_(out), col(Lot.released_at).is_not(None)),
        Step.STAMPS: exists().where(*blocks),
        Step.PRINT: exists().where(col(PrintRun.org_id) == org_id, col(PrintRun.state).in_(ON_PAPER)),
        Step.CHECK: exists().where(*blocks, *seen),
    }
    row = session.execute(select(*(rule.label(step.value) for step, rule in asked.items()))).one()
    return {step: bool(getattr(row, step.value)) for step in Step}


def _subjects(session: Session, org_id: int) -> dict[Step, str]:
    """What each step goes on with: the newest of its kind."""
    mine = col(Lot.org_id) == org_id, col(Lot.state) == LotState.OPEN
    picked = (*mine, col(Lot.packed_on).is_(None), col(Lot.kind) == LotKind.HARVEST)
    return {
        Step.PRODUCT: _newest(session, Product, col(Product.org_id) == org_id, col(Product.is_active)),
        Step.PACK: _newest(session, Lot, *picked),
        Step.RELEASE: _newest(session, Lot, *mine, col(Lot.packed_on).is_not(None)),
        Step.STAMPS: _newest(session, Lot, col(Lot.org_id) == org_id, col(Lot.state) == LotState.RELEASED),
        Step.PRINT: _newest(session, StampBlock, col(StampBlock.org_id) == org_id),
    }


def _newest(session: Session, table: Any, *rules: Any) -> str:
    question = select(col(table.public_id)).where(*rules).order_by(col(table.id).desc()).limit(1)
    return str(session.execute(question).scalar_one_or_none() or "")


def usual_crop(session: Session, actor: Actor) -> str:
    """The crop of the cooperative's newest plot, with which forms begin; nothing where it has none."""
    mine = select(col(Plot.crop)).where(visible(actor, Act.MANAGE_REGISTRY, Plot))
    return str(session.execute(mine.order_by(col(Plot.id).desc()).limit(1)).scalar_one_or_none() or "")


def add_farm(session: Session, actor: Actor, given: FarmIn, now: datetime) -> Plot:
    """Register a household in the cooperative's commune with its first plot; codes are the next free ones.

    Raises:
        Invalid: as ``add_household`` and ``add_plot``.
    """
    code = _free_code(session, Household, Household.code, own_org(actor), "H-{:03}")
    people = households.HouseholdIn(code=code, name=given.name, phone=given.phone)
    home = households.add_household(session, actor, people, now)
    if given.agrees:
        consent = households.ConsentIn(purpose=Purpose.REGISTRY)
        households.give_consent(session, actor, home.id, consent, now)
    land = plots.PlotIn(
        household_id=home.id, code=plots.child_code(code, 1), crop=given.crop, area_m2=given.area_m2
    )
    return plots.add_plot(session, actor, land, now)


def add_good(session: Session, actor: Actor, given: GoodIn, now: datetime) -> Product:
    """Register a product under the next free code.

    Raises:
        Invalid: as ``add_product``.
    """
    code = _free_code(session, Product, Product.sku, own_org(actor), "SP-{:02}")
    return products.add_product(session, actor, products.ProductIn(sku=code, **given.model_dump()), now)


def _free_code(session: Session, table: Any, column: Any, org_id: int, form: str) -> str:
    """The next code of this form that nobody of the organisation has."""
    taken = set(session.execute(select(col(column)).where(col(table.org_id) == org_id)).scalars())
    return next(code for n in range(1, len(taken) + 2) if (code := form.format(n)) not in taken)
