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
    return AppKeys(
        app_id=found.app_id,
        app_secret=found.app_secret,
        base_url=found.base_url,
        push_secret=found.push_secret,
        auth_url=found.auth_url,
        options=tuple(sorted(found.options.items())),
    )
