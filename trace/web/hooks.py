"""``/hooks/<marketplace>/<shop>``: a marketplace says that something changed. A hint, never a fact."""

from datetime import timedelta

from flask import Response, request

from marketplaces.interface import MarketplaceError
from marketplaces.values import Push
from trace.db import transaction
from trace.errors import NotAllowed
from trace.services import market_pushes
from trace.web.door import Door, Open
from trace.web.market_calls import open_market
from trace.web.visitor import now, settings

door = Door("hooks", __name__, url_prefix="/hooks")

FRESH = timedelta(seconds=300)
LONGEST = 100_000


@door.page("/<marketplace>/<ext_shop_id>", Open.PUBLIC, methods=["POST"])
def take_push(marketplace: str, ext_shop_id: str) -> Response:
    """Check who signed it and that it is fresh, keep it, and answer; a job reads what it names.

    One answer for all refusals; no marketplace is called meanwhile.
    """
    push = _verified(marketplace, request.get_data(cache=False) if _is_small() else b"")
    stale = push.sent_at is not None and abs(now() - push.sent_at) > FRESH
    if stale or push.ext_shop_id not in {ext_shop_id, ""}:
        raise NotAllowed("hook.refused")
    if push.kind != "other" and push.ext_shop_id:
        with transaction() as session:
            market_pushes.take_in(session, marketplace, ext_shop_id, push, now())
    return Response(status=200)  # Lazada takes 200 only, Shopee any 2xx with an empty body


def _is_small() -> bool:
    return request.content_length is not None and request.content_length <= LONGEST


def _verified(marketplace: str, body: bytes) -> Push:
    """A push that its marketplace signed for this very address.

    Raises:
        NotAllowed: not signed by it, unreadable, or no marketplace of ours.
    """
    if marketplace not in settings().marketplaces:
        raise NotAllowed("hook.refused")
    try:
        adapter = open_market(marketplace)
        address = f"{settings().public_url}{request.full_path.removesuffix('?')}"
        if body and adapter.verify_push(dict(request.headers), address, body):
            return adapter.read_push(body)
    except MarketplaceError:
        pass
    raise NotAllowed("hook.refused")
