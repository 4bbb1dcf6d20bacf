"""The cultivation diary: what a season asks of each plot, with waiting times kept."""

from datetime import date, datetime, timedelta
from functools import partial

from sqlmodel import Session

from trace.commands.demo_season.cast import Cast, Coop, Farm
from trace.commands.demo_season.days import at
from trace.records.diary_entry import DiaryKind
from trace.services import diary

Work = tuple[int, DiaryKind, str, str]
"""Days before the first harvest, what was done, with what, how much."""

LYCHEE: tuple[Work, ...] = (
    (105, DiaryKind.PRUNE, "", ""),
    (92, DiaryKind.FERTILISE, "NPK 16-16-8", "2 kg một cây"),
    (66, DiaryKind.SPRAY, "Mancozeb", "40 g một bình 16 lít"),
    (48, DiaryKind.WATER, "", ""),
    (41, DiaryKind.FERTILISE, "Kali trắng", "1 kg một cây"),
    (27, DiaryKind.SPRAY, "Abamectin", "20 ml một bình 16 lít"),
    (9, DiaryKind.INSPECT, "", ""),
)
CARROT: tuple[Work, ...] = (
    (70, DiaryKind.FERTILISE, "Phân chuồng ủ hoai", "300 kg một sào"),
    (38, DiaryKind.SPRAY, "Abamectin", "15 ml một bình 16 lít"),
    (20, DiaryKind.WATER, "", ""),
)
OTHER: tuple[Work, ...] = (
    (60, DiaryKind.FERTILISE, "Phân hữu cơ vi sinh", "50 kg một sào"),
    (15, DiaryKind.INSPECT, "", ""),
)
FULL_DIARIES = 4
ASKED_FOR = (DiaryKind.SPRAY, DiaryKind.FERTILISE)
WORKS = {"lychee": LYCHEE, "carrot": CARROT}


def plan_diary(cast: Cast, coop: Coop, first_harvest: date) -> None:
    """Each plot's work before its first harvest, a day or two apart; written down the same evening.

    The first households keep a full diary, the others what the rules ask for.
    """
    for farm in coop.farms:
        for before, kind, material, dose in WORKS.get(coop.plan.crop, OTHER):
            if farm.number > FULL_DIARIES and kind not in ASKED_FOR:
                continue
            day = first_harvest - timedelta(days=before - cast.dice.randint(0, 2))
            plan_entry(cast, coop, farm, day, kind, material, dose)


def plan_entry(
    cast: Cast, coop: Coop, farm: Farm, day: date, kind: DiaryKind, material: str, dose: str
) -> None:
    """One entry on the agenda."""
    entry = partial(_write, coop, farm, day, kind, material, dose)
    cast.agenda.add(at(day, 18, farm.number % 60), entry)


def _write(
    coop: Coop,
    farm: Farm,
    day: date,
    kind: DiaryKind,
    material: str,
    dose: str,
    session: Session,
    now: datetime,
) -> None:
    given = diary.DiaryEntryIn(
        plot_id=farm.plot_id,
        kind=kind,
        done_on=day,
        material=material,
        dose=dose,
        area_m2=farm.area_m2,
        operator=farm.name,
        request_id=f"mau-{kind}-{farm.plot_id}-{day:%m%d}",
    )
    diary.write_entry(session, coop.hand, given, now)
