"""Who may do what: the policy table, and the only way to a tenant's row.

The table is closed: a role without a scope for an act may not do it. A row outside the scope and a
row that does not exist raise the same ``NotFound``.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.exc import InvalidRequestError
from sqlmodel import Session, SQLModel, col

from trace.errors import NotAllowed, NotFound
from trace.records.account import Account, Role
from trace.records.household import Household


class Act(StrEnum):
    """What an account may want to do; every route and command stands under one."""

    VIEW_FARM = "view_farm"
    WRITE_FARM = "write_farm"
    MANAGE_REGISTRY = "manage_registry"
    REGISTER_FARM = "register_farm"
    HELP_HOUSEHOLD = "help_household"
    AGREE_TO_HELP = "agree_to_help"
    IMPORT_REGISTRY = "import_registry"
    MANAGE_ORGS = "manage_orgs"
    CONFIRM_PAPERS = "confirm_papers"
    RELEASE_LOT = "release_lot"
    CORRECT_LOT = "correct_lot"
    CORRECT_OUT = "correct_out"
    MANAGE_SHOP = "manage_shop"
    VIEW_SHOP = "view_shop"
    MANAGE_CARRIER = "manage_carrier"
    SHIP = "ship"
    VIEW_SHIPMENT = "view_shipment"
    CONSIGN = "consign"
    VIEW_CONSIGNMENT = "view_consignment"
    RECEIVE_GOODS = "receive_goods"
    TAKE_IN = "take_in"
    ALLOCATE = "allocate"
    ISSUE_STAMPS = "issue_stamps"
    VOID_STAMPS = "void_stamps"
    SEE_CODES = "see_codes"
    MANAGE_PRINTING = "manage_printing"
    ACTIVATE = "activate"
    HOLD_LOT = "hold_lot"
    LIFT_HOLD = "lift_hold"
    TRACE = "trace"
    OPEN_RECALL = "open_recall"
    CLOSE_RECALL = "close_recall"
    RATE_PRODUCT = "rate_product"
    PROPOSE_RATING = "propose_rating"
    KEEP_TRAINING = "keep_training"
    PROPOSE_TRAINING = "propose_training"
    PLAN_SEASONS = "plan_seasons"
    PROPOSE_PLAN = "propose_plan"
    KEEP_PLANS = "keep_plans"
    VIEW_FIGURES = "view_figures"
    MANAGE_REPORTS = "manage_reports"
    CLOSE_MONTH = "close_month"
    READ_NOTICES = "read_notices"
    SEE_WORK = "see_work"
    DECIDE_WORK = "decide_work"
    SEE_PROBLEMS = "see_problems"
    ANSWER_PROBLEMS = "answer_problems"
    VIEW_PERSONAL = "view_personal"
    READ_PERSONAL_FOR_REASON = "read_personal_for_reason"
    ERASE_PERSON = "erase_person"
    EMPTY_TEXTS = "empty_texts"
    EDIT_RULES = "edit_rules"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_KEYS = "manage_keys"
    READ_EVENTS = "read_events"
    SUBSCRIBE_EVENTS = "subscribe_events"
    CAPTURE_EVENTS = "capture_events"


class Scope(StrEnum):
    """How far an act reaches."""

    HOUSEHOLD = "household"
    ORG = "org"
    PACKS = "packs"
    RECEIVER = "receiver"
    COMMUNE = "commune"
    ALL = "all"


_COOP = {Role.COOP_STAFF: Scope.ORG, Role.COOP_MANAGER: Scope.ORG}
_MANAGER = {Role.COOP_MANAGER: Scope.ORG}

POLICY: dict[Act, dict[Role, Scope]] = {
    Act.VIEW_FARM: {
        Role.FARMER: Scope.HOUSEHOLD,
        **_COOP,
        Role.DIGITAL_TEAM: Scope.COMMUNE,
        Role.COMMUNE_OFFICER: Scope.COMMUNE,
        Role.OFFICE: Scope.ALL,
    },
    Act.WRITE_FARM: {Role.FARMER: Scope.HOUSEHOLD, **_COOP, Role.DIGITAL_TEAM: Scope.COMMUNE},
    Act.MANAGE_REGISTRY: _COOP,
    Act.REGISTER_FARM: {**_COOP, Role.DIGITAL_TEAM: Scope.COMMUNE},
    Act.HELP_HOUSEHOLD: {Role.DIGITAL_TEAM: Scope.COMMUNE},
    Act.AGREE_TO_HELP: {
        Role.FARMER: Scope.HOUSEHOLD,
        **_COOP,
        Role.DIGITAL_TEAM: Scope.COMMUNE,
    },
    Act.IMPORT_REGISTRY: {**_COOP, Role.OFFICE: Scope.ALL},
    Act.MANAGE_ORGS: {Role.OFFICE: Scope.ALL},
    Act.CONFIRM_PAPERS: {Role.OFFICE: Scope.ALL},
    Act.RELEASE_LOT: _MANAGER,
    Act.CORRECT_LOT: _COOP,
    Act.CORRECT_OUT: _MANAGER,
    Act.MANAGE_SHOP: _MANAGER,
    Act.VIEW_SHOP: {**_COOP, Role.OFFICE: Scope.ALL},
    Act.MANAGE_CARRIER: _MANAGER,
    Act.SHIP: _COOP,
    Act.VIEW_SHIPMENT: _COOP,
    Act.CONSIGN: _COOP,
    Act.VIEW_CONSIGNMENT: {**_COOP, Role.OFFICE: Scope.ALL},
    Act.RECEIVE_GOODS: {
        Role.COOP_STAFF: Scope.RECEIVER,
        Role.COOP_MANAGER: Scope.RECEIVER,
        Role.PACKING_HOUSE: Scope.RECEIVER,
    },
    Act.TAKE_IN: {Role.COOP_STAFF: Scope.RECEIVER, Role.COOP_MANAGER: Scope.RECEIVER},
    Act.ALLOCATE: _COOP,
    Act.ISSUE_STAMPS: {**_COOP, Role.PACKING_HOUSE: Scope.ORG},
    Act.VOID_STAMPS: {**_COOP, Role.PACKING_HOUSE: Scope.ORG, Role.OFFICE: Scope.ALL},
    Act.SEE_CODES: {**_COOP, Role.PACKING_HOUSE: Scope.ORG},
    Act.MANAGE_PRINTING: {**_COOP, Role.PACKING_HOUSE: Scope.ORG},
    Act.ACTIVATE: {**_COOP, Role.PACKING_HOUSE: Scope.PACKS},
    Act.HOLD_LOT: {**_COOP, Role.OFFICE: Scope.ALL},
    Act.LIFT_HOLD: {Role.OFFICE: Scope.ALL},
    Act.TRACE: {**_COOP, Role.OFFICE: Scope.ALL},
    Act.OPEN_RECALL: {**_MANAGER, Role.OFFICE: Scope.ALL},
    Act.CLOSE_RECALL: {Role.OFFICE: Scope.ALL},
    Act.RATE_PRODUCT: {Role.OFFICE: Scope.ALL},
    Act.PROPOSE_RATING: {**_COOP, Role.COMMUNE_OFFICER: Scope.COMMUNE},
    Act.KEEP_TRAINING: {Role.OFFICE: Scope.ALL},
    Act.PROPOSE_TRAINING: _COOP,
    Act.PLAN_SEASONS: {Role.OFFICE: Scope.ALL},
    Act.PROPOSE_PLAN: {**_COOP, Role.COMMUNE_OFFICER: Scope.COMMUNE, Role.OFFICE: Scope.ALL},
    Act.KEEP_PLANS: {Role.COMMUNE_OFFICER: Scope.COMMUNE, Role.OFFICE: Scope.ALL},
    Act.VIEW_FIGURES: {
        Role.FARMER: Scope.HOUSEHOLD,
        **_COOP,
        Role.PACKING_HOUSE: Scope.ORG,
        Role.DIGITAL_TEAM: Scope.COMMUNE,
        Role.COMMUNE_OFFICER: Scope.COMMUNE,
        Role.OFFICE: Scope.ALL,
    },
    Act.MANAGE_REPORTS: {Role.OFFICE: Scope.ALL},
    Act.CLOSE_MONTH: {Role.OFFICE: Scope.ALL},
    Act.READ_NOTICES: {
        Role.FARMER: Scope.HOUSEHOLD,
        **_COOP,
        Role.PACKING_HOUSE: Scope.ORG,
        Role.DIGITAL_TEAM: Scope.COMMUNE,
        Role.COMMUNE_OFFICER: Scope.COMMUNE,
        Role.OFFICE: Scope.ALL,
    },
    Act.SEE_WORK: {
        Role.DIGITAL_TEAM: Scope.COMMUNE,
        Role.COMMUNE_OFFICER: Scope.COMMUNE,
        Role.OFFICE: Scope.ALL,
    },
    Act.DECIDE_WORK: {Role.COMMUNE_OFFICER: Scope.COMMUNE, Role.OFFICE: Scope.ALL},
    Act.SEE_PROBLEMS: {**_COOP, Role.COMMUNE_OFFICER: Scope.COMMUNE, Role.OFFICE: Scope.ALL},
    Act.ANSWER_PROBLEMS: {**_MANAGER, Role.OFFICE: Scope.ALL},
    Act.VIEW_PERSONAL: {Role.FARMER: Scope.HOUSEHOLD, **_COOP, Role.DIGITAL_TEAM: Scope.COMMUNE},
    Act.READ_PERSONAL_FOR_REASON: {Role.OFFICE: Scope.ALL},
    Act.ERASE_PERSON: {**_MANAGER, Role.OFFICE: Scope.ALL},
    Act.EMPTY_TEXTS: {Role.OFFICE: Scope.ALL},
    Act.EDIT_RULES: {Role.OFFICE: Scope.ALL},
    Act.MANAGE_ACCOUNTS: {
        **_MANAGER,
        Role.PACKING_HOUSE: Scope.ORG,
        Role.OFFICE: Scope.ALL,
        Role.ADMIN: Scope.ALL,
    },
    Act.MANAGE_KEYS: {Role.ADMIN: Scope.ALL},
    Act.READ_EVENTS: {**_COOP, Role.PACKING_HOUSE: Scope.ORG, Role.OFFICE: Scope.ALL},
    Act.SUBSCRIBE_EVENTS: {**_COOP, Role.PACKING_HOUSE: Scope.ORG},
    Act.CAPTURE_EVENTS: {**_COOP, Role.PACKING_HOUSE: Scope.PACKS},
}


@dataclass(frozen=True)
class Actor:
    """Who acts, as services see it. ``acts_for`` marks the digital team writing for a household."""

    account_id: int | None
    role: Role
    org_id: int | None = None
    household_id: int | None = None
    commune_code: str | None = None

    @property
    def acts_for(self) -> bool:
        """Whether what this actor writes is recorded as written for somebody else."""
        return self.role is Role.DIGITAL_TEAM


def actor_of(account: Account) -> Actor:
    """The actor behind an account."""
    return Actor(
        account_id=account.id,
        role=Role(account.role),
        org_id=account.org_id,
        household_id=account.household_id,
        commune_code=account.commune_code,
    )


def may(actor: Actor, act: Act) -> bool:
    """Whether the actor's role has any scope for the act."""
    return actor.role in POLICY[act]


def scope_of(actor: Actor, act: Act) -> Scope:
    """How far the act reaches for this actor.

    Raises:
        NotAllowed: the role has no scope for it.
    """
    scope = POLICY[act].get(actor.role)
    if scope is None:
        raise NotAllowed("error.not_allowed", roles=tuple(role.value for role in POLICY[act]))
    return scope


def visible(actor: Actor, act: Act, table: type[SQLModel]) -> ColumnElement[bool]:
    """The filter that every list of a tenant's rows carries.

    The table has ``org_id``, and ``household_id`` or ``commune_code`` where narrower scopes apply;
    a table without the needed column shows nothing.
    """
    scope = scope_of(actor, act)
    if scope is Scope.ALL:
        return true()
    if scope is Scope.HOUSEHOLD:
        return _household(actor, table)
    if scope is Scope.COMMUNE:
        return _commune(actor, table)
    if scope is Scope.RECEIVER:
        return _equal(table, "receiver_org_id", actor.org_id)
    return _equal(table, "org_id", actor.org_id)


Row = TypeVar("Row", bound=SQLModel)


def fetch(session: Session, actor: Actor, act: Act, table: type[Row], **key: Any) -> Row:
    """The one row with this key inside the actor's scope: ``fetch(s, a, Act.ACTIVATE, Lot, public_id=x)``.

    Raises:
        NotAllowed: the role may not do the act at all.
        NotFound: no such row, or not this tenant's.
    """
    rule = visible(actor, act, table)
    if any(isinstance(value, str) and "\0" in value for value in key.values()):
        raise NotFound()  # no name holds this letter, and PostgreSQL is not asked for it
    columns = [getattr(table, name) == value for name, value in key.items()]
    row: Row | None = session.execute(select(table).where(rule, *columns)).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def lock(session: Session, row: SQLModel) -> None:
    """Hold the row until the transaction ends and read it anew (on SQLite the transaction holds all).

    Raises:
        NotFound: somebody took it away since it was read.
    """
    try:
        session.refresh(row, with_for_update=True)
    except InvalidRequestError:
        raise NotFound() from None


def own_org(actor: Actor) -> int:
    """The organisation the actor works for.

    Raises:
        NotAllowed: the role is bound to none.
    """
    if actor.org_id is None:
        raise NotAllowed("error.no_organisation", role=actor.role.value)
    return actor.org_id


def _equal(table: type[SQLModel], name: str, value: object) -> ColumnElement[bool]:
    if value is None or not hasattr(table, name):
        return false()
    rule: ColumnElement[bool] = getattr(table, name) == value
    return rule


def _household(actor: Actor, table: type[SQLModel]) -> ColumnElement[bool]:
    name = "id" if table is Household else "household_id"
    return and_(_equal(table, "org_id", actor.org_id), _equal(table, name, actor.household_id))


def _commune(actor: Actor, table: type[SQLModel]) -> ColumnElement[bool]:
    if hasattr(table, "commune_code"):
        return _equal(table, "commune_code", actor.commune_code)
    if not hasattr(table, "household_id"):
        return false()
    inside = select(col(Household.id)).where(col(Household.commune_code) == actor.commune_code)
    return or_(col(table.household_id).in_(inside))
