"""By which cooperatives and communes work lists may be narrowed."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select
from sqlmodel import col

from trace.records.admin_unit import AdminUnit
from trace.records.columns import NEW_SCHEME
from trace.records.organisation import Organisation, OrgKind
from trace.services.admission import Act, visible
from trace.services.work_lists.item import Look

MOST: Final = 2_000


@dataclass(frozen=True)
class Choices:
    """Key and name of each, by name."""

    cooperatives: list[tuple[str, str]]
    communes: list[tuple[str, str]]


def choices(look: Look) -> Choices:
    """Organisations in the actor's reach, and where they sit.

    Raises:
        NotAllowed: the role sees no work lists.
    """
    unit = and_(col(AdminUnit.scheme) == NEW_SCHEME, col(AdminUnit.code) == col(Organisation.commune_code))
    question = (
        select(
            col(Organisation.public_id), col(Organisation.name), col(AdminUnit.code), col(AdminUnit.full_name)
        )
        .join(AdminUnit, unit)
        .where(visible(look.actor, Act.SEE_WORK, Organisation), col(Organisation.kind) != OrgKind.OFFICE)
        .order_by(col(Organisation.name), col(Organisation.id))
        .limit(MOST)
    )
    rows = look.session.execute(question).all()
    communes = {code: name for _, _, code, name in rows}
    return Choices(
        [(public_id, name) for public_id, name, _, _ in rows],
        sorted(communes.items(), key=lambda pair: pair[1]),
    )
