"""Which season plans count, and which may not stand beside each other.

Two plans that count never cover the same day of the same crop in the same place, so their sums mean what they
say: a plan of the whole crop stands against one of a variety, a plan of today's commune against one of a
former commune in it, a plan of the commune against the part of one of its cooperatives. Parts of different
cooperatives stand beside each other: each is of its own plots.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid
from trace.records.season_plan import SeasonPlan
from trace.services.lineage import portions
from trace.services.rules import variety_key


def clashing(session: Session, plan: SeasonPlan) -> Sequence[SeasonPlan]:
    """Plans that count and cover a day of this one's crop and place."""
    question = (
        select(SeasonPlan)
        .where(
            col(SeasonPlan.commune_code) == plan.commune_code,
            col(SeasonPlan.crop) == plan.crop,
            col(SeasonPlan.first_day) <= plan.last_day,
            col(SeasonPlan.last_day) >= plan.first_day,
            in_force(),
        )
        .order_by(col(SeasonPlan.first_day), col(SeasonPlan.id))
    )
    with session.no_autoflush:
        others = session.execute(question).scalars().all()
    return [one for one in others if one is not plan and _overlap(one, plan)]


def standing(
    session: Session, communes: Collection[str], first: date, last: date
) -> Mapping[tuple[str, str], Sequence[SeasonPlan]]:
    """Plans that count and cover a day of a span, by commune and crop: one question for many plans."""
    found: dict[tuple[str, str], list[SeasonPlan]] = defaultdict(list)
    for some in portions(communes):
        question = (
            select(SeasonPlan)
            .where(
                col(SeasonPlan.commune_code).in_(some),
                col(SeasonPlan.first_day) <= last,
                col(SeasonPlan.last_day) >= first,
                in_force(),
            )
            .order_by(col(SeasonPlan.first_day), col(SeasonPlan.id))
        )
        for row in session.execute(question).scalars():
            found[row.commune_code, row.crop].append(row)
    return found


def refuse_overlap(plan: SeasonPlan, others: Iterable[SeasonPlan]) -> None:
    """Refuse a plan beside others.

    Raises:
        Invalid: one of them covers a day of the same crop and place.
    """
    other = next((one for one in others if _overlap(one, plan)), None)
    if other is not None:
        span = {"date": other.first_day, "date2": other.last_day}
        raise Invalid([FieldProblem("first_day", "plan.overlap", plan.first_day, span)])


def in_force() -> Any:
    """Rows that count."""
    return col(SeasonPlan.confirmed_at).is_not(None) & col(SeasonPlan.ended_at).is_(None)


def _overlap(one: SeasonPlan, other: SeasonPlan) -> bool:
    same = (one.commune_code, one.crop) == (other.commune_code, other.crop)
    meets = one.first_day <= other.last_day and other.first_day <= one.last_day
    if not (same and meets):  # most are neither: names are folded for the others alone
        return False
    varieties = {variety_key(one.variety), variety_key(other.variety)}
    parts = {one.old_commune_code, other.old_commune_code}
    owners = {one.org_id, other.org_id}
    shares = "" in varieties or len(varieties) == 1
    return shares and all(None in some or len(some) == 1 for some in (parts, owners))
