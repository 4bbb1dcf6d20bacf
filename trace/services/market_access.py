"""Our application at each marketplace, as the settings name it, and who may connect a shop through it."""

from sqlmodel import Session

from marketplaces.interface import Capabilities, MarketplaceError
from marketplaces.values import AppKeys
from trace.errors import Refused
from trace.records.organisation import Organisation
from trace.services import admission
from trace.services.admission import Actor
from trace.settings import Settings


def app_keys(settings: Settings, marketplace: str) -> AppKeys:
    """The application's keys and address.

    Raises:
        MarketplaceError: the settings name none for this marketplace.
    """
    found = settings.marketplaces.get(marketplace)
    if found is None:
        message = f"no application for {marketplace!r} in the settings ([marketplaces.{marketplace}])"
        raise MarketplaceError(message, permanent=True, kind="setup")
    return AppKeys(
        app_id=found.app_id,
        app_secret=found.app_secret,
        base_url=found.base_url,
        push_secret=found.push_secret,
        auth_url=found.auth_url,
        options=tuple(sorted(found.options.items())),
    )


def limit_of(settings: Settings, marketplace: str, can: Capabilities, name: str) -> int:
    """As the marketplace's references give a limit; where they do not, as its option of this name; or 0."""
    told = settings.marketplaces.get(marketplace)
    said = told.options.get(name, "0") if told else "0"
    limit: int = getattr(can, name)
    return limit or (int(said) if said.isdecimal() else 0)


def check_connecting(
    session: Session, actor: Actor, settings: Settings, marketplace: str, can: Capabilities
) -> None:
    """Whether the actor's cooperative may connect a shop at this marketplace.

    Where a seller's own page asks, the seller decides. Where our keys open one shop by themselves, nobody
    is asked: the installation's owner has named the cooperative whose shop it is.

    Raises:
        Refused: the marketplace is switched off; the shop behind the keys is another's, or nobody's yet.
    """
    check_switched_on(marketplace, can)
    named = settings.marketplaces[marketplace].cooperative
    if not named and not can.keys_of_one_shop:
        return
    own = session.get_one(Organisation, admission.own_org(actor)).public_id
    if named != own:
        key = "shop.keys_of_another" if named else "shop.keys_of_nobody"
        raise Refused(key, setting=f"[marketplaces.{marketplace}]", id=own)


def check_switched_on(marketplace: str, can: Capabilities) -> None:
    """A marketplace of which nobody knows whether it still answers is shipped switched off.

    Raises:
        Refused: it was not switched on; the text says why and how.
    """
    if can.is_closed:
        raise Refused(f"marketplace.{marketplace}.closed", setting=f"[marketplaces.{marketplace}.options]")
