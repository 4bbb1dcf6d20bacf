"""Who and what the demonstration is about: plans made beforehand, numbers filled in as acts are done."""

import random
from dataclasses import dataclass, field
from datetime import date

from trace.commands.demo_season.agenda import Agenda
from trace.commands.demo_season.days import Days
from trace.commands.demo_season.goods import GOODS, Good
from trace.commands.demo_season.people import name_of
from trace.commands.demo_season.places import COOPS, CoopPlan
from trace.records.account import Role
from trace.services.admission import Actor
from trace.services.product_images import Picture
from trace.services.stamp_marks import Places

SEED = 20250520
SAO_M2 = 360
_PLACES = ("Đồng Cửa", "Bãi Ngoài", "Ven Đê", "Vườn Nhà", "Cửa Đình", "Đống Cao", "Bờ Kênh", "Đồng Quan")
OFFICE = Actor(None, Role.OFFICE)


@dataclass(frozen=True)
class Size:
    """How much is loaded; tests load less. ``households`` is a cooperative's usual number, ``orders`` scales
    what is sold, ``scans`` is how many stamps of a lot are looked at."""

    coops: int = 25
    households: int = 10
    order_days: int = 89
    orders: float = 1.0
    scans: int = 4


@dataclass
class Farm:
    """A household and its plot; numbers are 0 until they are registered."""

    number: int
    name: str
    place: str
    area_m2: int
    household_id: int = 0
    plot_id: int = 0


@dataclass
class Batch:
    """A lot that later acts refer to; ``public_id`` is empty until it is registered."""

    day: date
    weight_g: int = 0
    public_id: str = ""


@dataclass
class Coop:
    """A cooperative, its people and goods, and what was made so far."""

    plan: CoopPlan
    farms: list[Farm]
    goods: tuple[Good, ...]
    number: int
    org_id: int = 0
    public_id: str = ""
    manager: Actor = field(default=Actor(None, Role.COOP_MANAGER))
    hand: Actor = field(default=Actor(None, Role.COOP_STAFF))
    area_id: int | None = None
    house_id: int | None = None
    products: dict[str, str] = field(default_factory=dict)

    @property
    def short_name(self) -> str:
        """Its name without the word for cooperative."""
        return self.plan.name.removeprefix("HTX ")

    @property
    def has_vietgap(self) -> bool:
        """All but every fourth have the paper."""
        return self.number % 4 != 0

    @property
    def area_m2(self) -> int:
        """The land of all its farms."""
        return sum(farm.area_m2 for farm in self.farms)


@dataclass
class Stamped:
    """A block of stamps and its lot; key, first serial and public id are known once it is issued."""

    coop: Coop
    sku: str
    batch: Batch
    count: int
    kid: int = 0
    first: int = 0
    block: str = ""


@dataclass
class Sample:
    """A stamp to try: the state it shows, what it stands on, and its code once it is made."""

    state: str
    note: str
    code: str = ""


@dataclass
class Cast:
    """Everything one loading shares."""

    days: Days
    size: Size
    places: Places
    agenda: Agenda
    dice: random.Random
    coops: dict[str, Coop]
    office: Actor = OFFICE
    admin: Actor = field(default=Actor(None, Role.ADMIN))
    passwords: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)
    stamped: list[Stamped] = field(default_factory=list)
    unstamped: dict[str, Batch] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)


def make_cast(days: Days, size: Size, places: Places) -> Cast:
    """The same people and land at every loading."""
    dice = random.Random(SEED)  # noqa: S311 - a story, no secret
    coops = {
        plan.code: _coop(plan, number, size, dice) for number, plan in enumerate(COOPS[: size.coops], start=1)
    }
    return Cast(days, size, places, Agenda(days.now), dice, coops)


def _coop(plan: CoopPlan, number: int, size: Size, dice: random.Random) -> Coop:
    count = max(2, size.households + dice.randint(-2, 3))
    farms = [
        Farm(n, name_of(dice), dice.choice(_PLACES), dice.randrange(3, 11) * SAO_M2)
        for n in range(1, count + 1)
    ]
    return Coop(plan, farms, _goods(plan), number)


def _goods(plan: CoopPlan) -> tuple[Good, ...]:
    """The shelf's products, and a box of fresh lychee for every lychee cooperative that has none there."""
    own = tuple(good for good in GOODS if good.coop == plan.code)
    if plan.crop != "lychee" or any(good.motif == "lychee" for good in own):
        return own
    name = plan.name.removeprefix("HTX ")
    box = Good(
        plan.code,
        f"{plan.code}-1KG",
        f"{name} hộp 1 kg",
        "Fresh lychee, 1 kg",
        "lychee",
        1_000,
        7,
        "lychee",
        "Vải tươi hái trong ngày, phân loại và đóng hộp tại hợp tác xã.",
        plan.variety,
    )
    return (*own, box)
