"""``/hooks/<carrier>/<mark>``: a carrier says where a parcel is. Kept, answered, and applied by a job."""

import ipaddress
from collections.abc import Callable

from flask import Response, request

from marketplaces.carriers import directory
from marketplaces.carriers.values import CarrierEvent, SecretMode
from marketplaces.interface import MarketplaceError
from trace.db import reading, transaction
from trace.errors import NotAllowed
from trace.records.carrier import CarrierAccount
from trace.services import carrier_secrets, shipment_steps
from trace.web.carrier_calls import open_carrier
from trace.web.door import Door, Open
from trace.web.hooks import LONGEST
from trace.web.visitor import now, settings

door = Door("carrier_hooks", __name__, url_prefix="/hooks")
MODES: dict[str, SecretMode] = {"header": "header", "body": "body", "both": "both"}


def _take(carrier: str) -> Callable[[str], Response]:
    def take_push(mark: str) -> Response:
        """Check the account's secret over the bytes as they came, keep what they say, answer.

        One answer for all refusals. What is about no parcel of the account is answered and forgotten.
        """
        account, mode, event = _verified(carrier, mark)
        with transaction() as session:
            carrier_secrets.note_push(session, account.id, mode, now())
            shipment_steps.take_in(session, account, event, now())
        return Response(status=200)

    return take_push


for _name in directory.names():
    door.page(f"/{_name}/<mark>", Open.PUBLIC, methods=["POST"], endpoint=f"take_{_name}")(_take(_name))


def _verified(carrier: str, mark: str) -> tuple[CarrierAccount, SecretMode, CarrierEvent]:
    """The account, where its secret stood, and what the push says.

    Raises:
        NotAllowed: no account of ours, not its secret, from elsewhere, too long or unreadable.
    """
    is_small = request.content_length is not None and request.content_length <= LONGEST
    body = request.get_data(cache=False) if is_small else b""
    with reading() as session:
        account = carrier_secrets.account_of_mark(session, carrier, mark)
    if account is not None and body and _is_from(carrier):
        try:
            adapter = open_carrier(carrier)
            secret, wanted = carrier_secrets.hook_secret(account), MODES.get(account.hook_mode)
            mode = adapter.verify_push(secret, wanted, dict(request.headers), body)
            if mode is not None:
                return account, mode, adapter.read_push(body)
        except MarketplaceError:
            pass
    raise NotAllowed("hook.refused")


def _is_from(carrier: str) -> bool:
    """Whether it comes from where the operator said; from anywhere where nothing was said."""
    named = settings().carriers.get(carrier)
    networks = (named.push_from if named else "").split()
    address = ipaddress.ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104 - an address of nobody
    return not networks or any(address in ipaddress.ip_network(one) for one in networks)
