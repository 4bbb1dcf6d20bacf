"""Farm households: registering, their sealed phone and ID number, what they agreed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator
from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.keyring import current_keyring
from trace.records.household import Consent, Household, HowSaid, Purpose
from trace.records.organisation import Organisation
from trace.services import phones
from trace.services.admission import Act, Actor, fetch, lock, may, own_org, visible
from trace.services.intake import Day, Given, line
from trace.services.logging_acts import append_leaf
from trace.services.place_search import found_or_lies_in
from trace.services.registering import (
    Code,
    PlaceIn,
    add_unique,
    change,
    empty_is_none,
    exact_first,
    own_code,
    place_columns,
)
from trace.services.typed_texts import keep_text, reason_of
from trace.standards.check_digit import compact
from trace.standards.fault import Fault
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi

CONSENT_VERSION = "2026-01"
"""The text of consent shown today."""


def id_number(text: str) -> str:
    """A citizen's number: 12 digits, or 9 of an old card. Raises ``standard.length``."""
    number = compact(text)
    if not (number.isascii() and number.isdigit()) or len(number) not in (9, 12):
        raise Fault("standard.length", expected="9, 12", got=len(number))
    return number


def household_code(text: str) -> str:
    """A household's code, at most 24 signs. Raises ``field.too_long`` or ``field.pattern``."""
    code = own_code(text)
    if len(code) > 24:
        raise Fault("field.too_long", max=24)
    return code


MaybePhone = Annotated[Annotated[str, AfterValidator(phones.typed)] | None, BeforeValidator(empty_is_none)]
MaybeIdNumber = Annotated[Annotated[str, AfterValidator(id_number)] | None, BeforeValidator(empty_is_none)]


class HouseholdIn(PlaceIn):
    """A household as given. An empty phone or ID number leaves the stored one as it is."""

    code: Annotated[Code, AfterValidator(household_code)]
    name: Annotated[str, line(120, 2)]
    phone: MaybePhone = None
    id_number: MaybeIdNumber = None


class ConsentIn(Given):
    """A purpose the household agrees to, under a version of the text."""

    purpose: Purpose
    version: Annotated[str, line(16, 1)] = CONSENT_VERSION
    how: HowSaid | Literal[""] = ""
    said_on: Day | None = None


@dataclass(frozen=True)
class Personal:
    """What is sealed in the database; never to be logged, exported or shown in public."""

    phone: str | None
    id_number: str | None


def add_household(session: Session, actor: Actor, given: HouseholdIn, now: datetime) -> Household:
    """Register a household of the actor's cooperative; its commune is the cooperative's unless said.

    Raises:
        Invalid: the code is taken, or the place does not resolve.
    """
    visible(actor, Act.MANAGE_REGISTRY, Household)
    return new_household(session, own_org(actor), given, now)


def new_household(session: Session, org_id: int, given: HouseholdIn, now: datetime) -> Household:
    """Register a household of an organisation the caller may write for.

    Raises:
        Invalid: as ``add_household``.
    """
    home = session.get_one(Organisation, org_id).commune_code
    values: dict[str, Any] = {"name": given.name, "search_key": household_key(given.code, given.name)}
    place = place_columns(session, given, home)
    row = Household(org_id=org_id, code=given.code, created_at=now, **values, **place)
    _seal(row, given)
    return add_unique(session, row, "code", given.code)


def edit_household(
    session: Session, actor: Actor, household_id: int, given: HouseholdIn, now: datetime
) -> Household:
    """Change a household; its code stays, because papers and sealed fields are bound to it.

    Raises:
        NotFound: not within the actor's reach.
        Refused: its people were erased; the digital team writes without its consent.
        Invalid: the digital team would move it out of its commune.
    """
    row = fetch(session, actor, Act.REGISTER_FARM, Household, id=household_id)
    _refuse_erased(row)
    require_help(session, actor, row.id)
    if given.code != row.code:
        raise Invalid([FieldProblem("code", "household.code_stays", given.code, {"expected": row.code})])
    values: dict[str, Any] = {"name": given.name, "search_key": household_key(row.code, given.name)}
    place = place_columns(session, given, row.commune_code)
    stay_inside(actor, place)
    change(row, values | place | {"helped_by": actor.account_id if actor.acts_for else None})
    _seal(row, given)
    session.flush()
    append_leaf(session, "household_changed", {"household": row.id, **by(actor)}, now)
    return row


def by(actor: Actor) -> dict[str, object]:
    """Who did it, as leaves of the log say it; the digital team is said to have done it for the household."""
    return {"by": actor.account_id, **({"acted_for": True} if actor.acts_for else {})}


def stay_inside(actor: Actor, place: Mapping[str, Any]) -> None:
    """The digital team keeps what it writes inside its commune.

    Raises:
        Invalid: ``helped.commune``.
    """
    if actor.acts_for and place["commune_code"] != actor.commune_code:
        raise Invalid([FieldProblem("commune", "helped.commune", place["commune_code"])])


def require_help(session: Session, actor: Actor, household_id: int | None) -> None:
    """Let the digital team write only for households of its commune that agreed to it; others pass.

    Raises:
        NotFound: no household of its commune.
        Refused: ``helped.no_consent``.
    """
    if not actor.acts_for:
        return
    home = session.get(Household, household_id) if household_id is not None else None
    if home is None or home.commune_code != actor.commune_code:
        raise NotFound()
    if _standing(session, home.id, Purpose.HELP, held=True) is None:
        raise Refused("helped.no_consent", household=home.code)


def _refuse_erased(row: Household) -> None:
    """Nothing that names a person comes back under a code whose people were erased."""
    if row.erased_at is not None:
        raise Refused("household.erased", code=row.code, date=local_day(row.erased_at))


def home_commune(session: Session, actor: Actor) -> str | None:
    """The commune of the actor's cooperative, with which forms begin."""
    home = session.get(Organisation, actor.org_id) if actor.org_id is not None else None
    return home.commune_code if home else None


def household_key(code: str, name: str) -> str:
    """Under which a household is found: name and code without marks."""
    return f"{fold_vi(name)} {fold_vi(code)}"


def phone_place(org_id: int, code: str) -> str:
    """Where a sealed phone belongs: copied elsewhere it does not open."""
    return f"household/{org_id}/{code}/phone"


def id_number_place(org_id: int, code: str) -> str:
    """Where a sealed ID number belongs."""
    return f"household/{org_id}/{code}/id_number"


def _seal(row: Household, given: HouseholdIn) -> None:
    if given.phone is not None:
        row.phone_sealed = current_keyring().seal(given.phone.encode(), phone_place(row.org_id, row.code))
    if given.id_number is not None:
        place = id_number_place(row.org_id, row.code)
        row.id_number_sealed = current_keyring().seal(given.id_number.encode(), place)


def personal_data(
    session: Session, actor: Actor, household_id: int, now: datetime, reason: str = ""
) -> Personal:
    """Phone and ID number in clear. The office says why, and the reason is written into the log.

    Raises:
        NotFound: not within the actor's reach.
        Refused: ``personal.reason``, when the office gives no reason of at least ten letters.
    """
    if may(actor, Act.VIEW_PERSONAL):
        return _opened(fetch(session, actor, Act.VIEW_PERSONAL, Household, id=household_id))
    row = fetch(session, actor, Act.READ_PERSONAL_FOR_REASON, Household, id=household_id)
    said = reason_of(reason, "personal.reason")
    text = keep_text(session, actor, "personal_read", said, now, row.id)
    record = {"household": row.id, "by": actor.account_id, "text": text}
    append_leaf(session, "personal_read", record, now)
    return _opened(row)


def _opened(row: Household) -> Personal:
    def clear(sealed: bytes | None, place: str) -> str | None:
        return current_keyring().unseal(sealed, place).decode() if sealed else None

    return Personal(
        clear(row.phone_sealed, phone_place(row.org_id, row.code)),
        clear(row.id_number_sealed, id_number_place(row.org_id, row.code)),
    )


def households(
    session: Session, actor: Actor, text: str = "", limit: int = 50, offset: int = 0
) -> tuple[Sequence[Household], int]:
    """Households in the actor's reach whose name or code holds every word, or who live in the place of that
    name, and how many in all.
    """
    said = found_or_lies_in(text, Household, col(Household.search_key))
    wanted = visible(actor, Act.VIEW_FARM, Household) & said
    order = (exact_first(text, col(Household.name)), col(Household.code), col(Household.id))
    question = select(Household).where(wanted).order_by(*order).limit(limit).offset(offset)
    total = session.execute(select(func.count()).select_from(Household).where(wanted)).scalar_one()
    return session.execute(question).scalars().all(), int(total)


def give_consent(
    session: Session, actor: Actor, household_id: int, given: ConsentIn, now: datetime
) -> Consent:
    """Record a consent; one already standing under the same version stays as it is.

    Raises:
        NotFound: not within the actor's reach.
        Invalid: a consent to help without how and when it was said, or of a day to come.
    """
    row = fetch(session, actor, _consents_under(given.purpose), Household, id=household_id)
    _refuse_erased(row)
    if given.purpose is Purpose.HELP:
        _check_help(given, now)
    standing = _standing(session, row.id, given.purpose)
    if standing is None:
        lock(session, row)  # two who write the first one down at once leave one
        standing = _standing(session, row.id, given.purpose)
    if standing is not None and standing.version == given.version:
        return standing
    if standing is not None:
        standing.withdrawn_at = now
    consent = Consent(household_id=row.id, given_at=now, recorded_by=actor.account_id, **given.model_dump())
    session.add(consent)
    session.flush()
    _log_consent(session, actor, "consent_given", consent, now)
    return consent


def _consents_under(purpose: Purpose) -> Act:
    return Act.AGREE_TO_HELP if purpose is Purpose.HELP else Act.MANAGE_REGISTRY


def _check_help(given: ConsentIn, now: datetime) -> None:
    problems = []
    if not given.how:
        problems.append(FieldProblem("how", "error.empty", ""))
    if given.said_on is None:
        problems.append(FieldProblem("said_on", "error.empty", ""))
    elif given.said_on > local_day(now):
        days = {"date": given.said_on, "date2": local_day(now)}
        problems.append(FieldProblem("said_on", "helped.future", given.said_on, days))
    if problems:
        raise Invalid(problems)


def withdraw_consent(
    session: Session, actor: Actor, household_id: int, purpose: Purpose, now: datetime
) -> Consent | None:
    """End whatever consent to a purpose stands, and give back the newest; None where there is none."""
    row = fetch(session, actor, _consents_under(purpose), Household, id=household_id)
    newest = None
    while (standing := _standing(session, row.id, purpose)) is not None:
        newest = newest or standing
        standing.withdrawn_at = now
        session.flush()
        _log_consent(session, actor, "consent_withdrawn", standing, now)
    return newest


def consents(session: Session, actor: Actor, household_id: int) -> Sequence[Consent]:
    """Every consent of a household, the newest first."""
    row = fetch(session, actor, Act.VIEW_FARM, Household, id=household_id)
    question = select(Consent).where(col(Consent.household_id) == row.id)
    return session.execute(question.order_by(col(Consent.id).desc())).scalars().all()


def agrees_to(session: Session, household_id: int, purpose: Purpose) -> bool:
    """Whether a household's consent to this purpose stands."""
    return _standing(session, household_id, purpose) is not None


def _standing(session: Session, household_id: int, purpose: Purpose, *, held: bool = False) -> Consent | None:
    """The consent that stands; ``held`` keeps it from being withdrawn until the transaction ends."""
    question = select(Consent).where(
        col(Consent.household_id) == household_id,
        col(Consent.purpose) == purpose,
        col(Consent.withdrawn_at).is_(None),
    )
    question = question.order_by(col(Consent.id).desc()).limit(1)
    if held:
        question = question.with_for_update(read=True)
    found: Consent | None = session.execute(question).scalar_one_or_none()
    return found


def _log_consent(session: Session, actor: Actor, kind: str, consent: Consent, now: datetime) -> None:
    record = {"household": consent.household_id, "purpose": consent.purpose, "version": consent.version}
    append_leaf(session, kind, {**record, **by(actor)}, now)
