"""Calls to a marketplace while a person waits: short, few, and never inside a transaction."""

from marketplaces import directory
from marketplaces.http import Client, Patience
from marketplaces.interface import Capabilities, Marketplace
from marketplaces.values import Credentials
from marketplaces.wire import Timeouts
from trace.services.market_access import app_keys
from trace.web.visitor import now, settings

# A person looks at a blank page meanwhile.
TIMEOUTS = Timeouts(connect_s=3, read_s=8, total_s=20)
PATIENCE = Patience(attempts=2, first_s=0.2, most_s=1.0, obey_s=2.0)


def capabilities_of(marketplace: str) -> Capabilities:
    """What it allows with the options of this installation, or as it is shipped.

    Raises:
        MarketplaceError: its options cannot be.
    """
    if marketplace in settings().marketplaces:
        return open_market(marketplace).capabilities
    return directory.shipped(marketplace)


def open_market(marketplace: str, credentials: Credentials | None = None) -> Marketplace:
    """The adapter; raises ``MarketplaceError`` where the settings name no application."""
    client = Client(timeouts=TIMEOUTS, patience=PATIENCE)
    return directory.open_shop(marketplace, client, app_keys(settings(), marketplace), credentials, now)
