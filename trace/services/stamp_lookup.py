"""Finding what the machine's owner names on the command line: an organisation, a lot, a block's owner."""

from sqlalchemy import or_, select, true
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound
from trace.records.lot import Lot
from trace.records.organisation import Organisation, OrgKind
from trace.records.stamp import StampBlock
from trace.services.lot_names import lot_called
from trace.standards.search_key import fold_vi


def org_named(session: Session, said: str | None) -> Organisation:
    """The organisation of this public id, tax code or name; the only cooperative where nothing is said.

    Raises:
        NotFound: nobody is called so.
        Invalid: several are; their public ids are named.
    """
    question = select(Organisation).where(col(Organisation.is_active))
    if said is None:
        question = question.where(col(Organisation.kind) == OrgKind.COOPERATIVE)
    else:
        by_name = col(Organisation.search_key) == fold_vi(said)
        by_code = or_(col(Organisation.public_id) == said, col(Organisation.tax_code) == said)
        question = question.where(or_(by_code, by_name))
    found: list[Organisation] = list(session.execute(question.limit(20)).scalars())
    if not found:
        raise NotFound("stamps.no_org", org=said) if said else NotFound("stamps.no_coop")
    if len(found) > 1:
        choices = [f"{org.public_id} {org.name}" for org in found]
        raise Invalid([FieldProblem("org", "field.choice", said, {"choices": choices})])
    return found[0]


def lot_named(session: Session, said: str, org: Organisation | None = None) -> Lot:
    """The lot of this name, inside an organisation where one is given.

    Raises:
        NotFound, Invalid: as ``lot_names.lot_called``.
    """
    return lot_called(session, true() if org is None else col(Lot.org_id) == org.id, said)


def owner_of_lot(session: Session, lot: Lot) -> Organisation:
    """Whose lot it is."""
    return session.get_one(Organisation, lot.org_id)


def owner_of_block(session: Session, block_public_id: str) -> Organisation | None:
    """Whose block it is; None for an interrupted allocation's and for an absent one's."""
    question = (
        select(Organisation)
        .join(StampBlock, col(StampBlock.org_id) == col(Organisation.id))
        .where(col(StampBlock.public_id) == block_public_id)
    )
    found: Organisation | None = session.execute(question).scalar_one_or_none()
    return found
