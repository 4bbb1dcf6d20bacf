"""Organisations: cooperatives, enterprises, packing houses, the office."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.organisation import Organisation, OrgKind
from trace.services import phones
from trace.services.admission import Act, Actor, own_org, scope_of
from trace.services.intake import Given, line
from trace.services.logging_acts import append_leaf
from trace.services.place_search import found_or_lies_in
from trace.services.public_id import new_public_id
from trace.services.registering import (
    MaybeGln,
    PlaceIn,
    add_unique,
    change,
    empty_is_none,
    exact_first,
    place_columns,
)
from trace.standards.search_key import fold_vi
from trace.standards.tax_code import validate as valid_tax_code

_HOTLINE = re.compile(r"1[89]00[ .]?[0-9]{4}([ .]?[0-9]{2})?")


def callable_number(text: str) -> str:
    """A number of the national plan, or a hotline (1800, 1900), as it was typed. Raises ``field.phone``."""
    if not _HOTLINE.fullmatch(text):
        phones.typed(text)
    return text


class OrganisationIn(PlaceIn):
    """An organisation as given; its phone is the one consumers may call."""

    kind: OrgKind
    name: Annotated[str, line(160, 2)]
    name_en: Annotated[Annotated[str, line(160)] | None, BeforeValidator(empty_is_none)] = None
    tax_code: Annotated[
        Annotated[str, AfterValidator(valid_tax_code)] | None, BeforeValidator(empty_is_none)
    ] = None
    gln: MaybeGln = None
    phone: Annotated[Annotated[str, line(20)] | None, BeforeValidator(empty_is_none)] = None


def add_organisation(session: Session, actor: Actor, given: OrganisationIn, now: datetime) -> Organisation:
    """Register an organisation; the office does.

    Raises:
        Invalid: its place is unknown, or its tax code or GLN is another's.
    """
    scope_of(actor, Act.MANAGE_ORGS)
    row = Organisation(public_id=new_public_id(), created_at=now, **_columns(session, given))
    add_unique(session, row, "tax_code", given.tax_code or given.gln or "")
    _log(session, actor, "organisation_added", row, now)
    return row


def edit_organisation(
    session: Session, actor: Actor, public_id: str, given: OrganisationIn, now: datetime
) -> Organisation:
    """Change what an organisation is called, where it is and its numbers."""
    scope_of(actor, Act.MANAGE_ORGS)
    row = organisation(session, public_id)
    if change(row, _columns(session, given)):
        add_unique(session, row, "tax_code", given.tax_code or given.gln or "")
        _log(session, actor, "organisation_changed", row, now)
    return row


class ContactIn(Given):
    """The telephone that whoever scans a stamp may call."""

    phone: Annotated[str, line(20, 1), AfterValidator(callable_number)]


def set_contact(session: Session, actor: Actor, given: ContactIn, now: datetime) -> Organisation:
    """Change the telephone of the actor's own organisation; all else of it is the office's to write.

    Raises:
        NotAllowed: the role keeps no registry.
    """
    scope_of(actor, Act.MANAGE_REGISTRY)
    row = session.get_one(Organisation, own_org(actor))
    if change(row, {"phone": given.phone}):
        session.flush()
        _log(session, actor, "organisation_changed", row, now)
    return row


def own(session: Session, actor: Actor) -> Organisation:
    """The organisation the actor works for."""
    return session.get_one(Organisation, own_org(actor))


def organisation(session: Session, public_id: str) -> Organisation:
    """An organisation by its public id.

    Raises:
        NotFound: there is none.
    """
    if "\0" in public_id:
        raise NotFound()  # no name holds this letter, and PostgreSQL is not asked for it
    question = select(Organisation).where(col(Organisation.public_id) == public_id)
    found: Organisation | None = session.execute(question).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def organisations(
    session: Session, actor: Actor, text: str = "", kind: OrgKind | None = None, limit: int = 200
) -> Sequence[Organisation]:
    """The organisations whose name holds every word of ``text``, marks or not, or that lie in the place of
    that name; the office asks.
    """
    scope_of(actor, Act.MANAGE_ORGS)
    said = found_or_lies_in(text, Organisation, col(Organisation.search_key))
    question = select(Organisation).where(said)
    if kind is not None:
        question = question.where(col(Organisation.kind) == kind)
    order = (exact_first(text, col(Organisation.name)), col(Organisation.search_key))
    return session.execute(question.order_by(*order).limit(limit)).scalars().all()


def _columns(session: Session, given: OrganisationIn) -> dict[str, Any]:
    values = given.model_dump(exclude={"commune", "old_commune"})
    return {**values, "search_key": fold_vi(given.name), **place_columns(session, given)}


def _log(session: Session, actor: Actor, kind: str, row: Organisation, now: datetime) -> None:
    append_leaf(session, kind, {"organisation": row.public_id, "by": actor.account_id}, now)
