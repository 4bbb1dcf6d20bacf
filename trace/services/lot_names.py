"""A lot by what a person calls it: public id, code, or ``ORGANISATION/CODE`` where several have the code."""

import re

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound
from trace.records.lot import Lot
from trace.records.organisation import Organisation

FEW = 20
"""Choices that are named at most."""
_OWNER = re.compile(r"\s*\(.*\)\s*$")


def lot_called(session: Session, sight: ColumnElement[bool], said: str) -> Lot:
    """The one lot in sight that is so called; what is owned by nobody in sight is as absent as none.

    Raises:
        NotFound: ``trace.unknown``.
        Invalid: as ``maybe_lot``.
    """
    found = maybe_lot(session, sight, said, "lot")
    if found is None:
        raise NotFound("trace.unknown", name=said[:40])
    return found


def maybe_lot(session: Session, sight: ColumnElement[bool], said: str, field: str) -> Lot | None:
    """As ``lot_called``; None where there is none. A choice may be said whole, with its owner's name.

    Raises:
        Invalid: ``trace.several``: lots of several organisations are; ``field`` has their names.
    """
    said = _OWNER.sub("", said.strip())
    org, _, code = said.rpartition("/")
    question = select(Lot, Organisation).join(Organisation, col(Organisation.id) == col(Lot.org_id))
    if org:
        question = question.where(col(Organisation.public_id) == org)
    named = or_(col(Lot.public_id) == code, col(Lot.code).in_({code, code.upper()}))
    found = session.execute(question.where(sight, named).order_by(col(Lot.id)).limit(FEW)).all()
    exact = [row for row in found if row[0].public_id == code] or found
    if len(exact) > 1:
        raise several(field, said, [f"{owner.public_id}/{lot.code} ({owner.name})" for lot, owner in exact])
    return exact[0][0] if exact else None


def several(field: str, said: str, choices: list[str]) -> Invalid:
    """What to answer where a name is that of several things: a choice begins with what is to be typed."""
    figures = {"name": said[:40], "choices": choices}
    return Invalid([FieldProblem(field, "trace.several", said, figures)], "trace.which")
