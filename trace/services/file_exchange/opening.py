"""Opening a shop that is kept by files: somebody says that it is there, for nobody can be asked.

The installation's operator names the marketplaces (setting ``file_marketplaces``) after looking whether they
are alive; the cooperative's manager says that this very shop is theirs and open. Both is written down.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from sqlmodel import Session, SQLModel

from marketplaces.by_file import is_by_file
from trace.errors import NotFound, Refused
from trace.records.shop import Shop, ShopState
from trace.services import admission, schedules, selling
from trace.services.admission import Act, Actor
from trace.services.intake import Given, line
from trace.services.logging_acts import append_leaf
from trace.services.shop_claiming import claim


class OpenIn(Given):
    """The shop's own number or name at the marketplace, what we call it, and that somebody has seen it."""

    number: Annotated[str, line(64, 1)]
    name: Annotated[str, line(160, 1)]
    seen: Literal["1"]


def check_open(marketplace: str, allowed: Collection[str]) -> None:
    """Whether shops of this marketplace may be kept by files here.

    Raises:
        Refused: ``file.closed``: the operator has not named it.
    """
    if marketplace not in allowed:
        raise Refused("file.closed", setting=f'file_marketplaces = ["{marketplace}"]')


def open_shop(
    session: Session,
    actor: Actor,
    marketplace: str,
    given: OpenIn,
    allowed: Collection[str],
    now: datetime,
) -> Shop:
    """Open the shop, or open it again where it was.

    Raises:
        Refused: ``file.closed``, or ``shop.taken`` where another cooperative opened it.
    """
    org = admission.own_org(actor)
    admission.scope_of(actor, Act.MANAGE_SHOP)
    check_open(marketplace, allowed)
    shop, _ = claim(session, org, marketplace, given.number, given.name, now)
    shop.name, shop.state = given.name, ShopState.CONNECTED
    session.flush()
    schedules.enable_shop(
        session, shop.id, enabled=True
    )  # where its reports are fetched, stopping ended that
    body = {"shop": f"{marketplace}/{given.number}", "org": org, "by": actor.account_id, "by_file": True}
    append_leaf(session, "shop_opened", body, now)
    return shop


def own_shop(session: Session, actor: Actor, act: Act, shop_id: int) -> Shop:
    """A shop kept by files inside the actor's scope.

    Raises:
        NotFound: absent, another cooperative's, or not kept by files: the same answer.
    """
    shop = admission.fetch(session, actor, act, Shop, id=shop_id)
    if not is_by_file(shop.marketplace):
        raise NotFound()
    return shop


Row = TypeVar("Row", bound=SQLModel)


def row_of(session: Session, shop_id: int, table: type[Row], number: int) -> Row:
    """A row of this shop in a table that has ``shop_id``.

    Raises:
        NotFound: absent, or another shop's.
    """
    row = session.get(table, number)
    if row is None or getattr(row, "shop_id", None) != shop_id:
        raise NotFound()
    return row


def open_own_shop(session: Session, actor: Actor, shop_id: int) -> Shop:
    """The same, for whoever changes something of it.

    Raises:
        Refused: ``shop.not_connected``: it was stopped.
    """
    shop = own_shop(session, actor, Act.MANAGE_SHOP, shop_id)
    if shop.state != ShopState.CONNECTED:
        raise Refused("shop.not_connected", shop=shop.name)
    return shop


def held_shop(session: Session, actor: Actor, shop_id: int) -> Shop:
    """The same, held until the transaction ends: of two who add one thing at once the second finds it."""
    shop = open_own_shop(session, actor, shop_id)
    selling.lock_shop(session, shop.id)
    return shop
