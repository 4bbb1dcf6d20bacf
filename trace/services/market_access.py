"""Our application at each marketplace, as the settings name it."""

from marketplaces.interface import MarketplaceError
from marketplaces.values import AppKeys
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
    return AppKeys(found.app_id, found.app_secret, found.base_url, found.push_secret)
