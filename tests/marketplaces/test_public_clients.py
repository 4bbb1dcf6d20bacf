"""Public clients, pointed at the simulators, work; with a wrong secret each of their calls is refused.

Each simulator stands at the root of an address, as its marketplace does.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.marketplaces.stalls import MARKETS, SimulatedStall, serving
from tests.marketplaces.strangers import Refused, Stranger
from tests.marketplaces.strangers.lazop import AtAlibaba, AtLazada
from tests.marketplaces.strangers.shopee import PyShopee
from tests.marketplaces.strangers.tiktok import TikTokShopApi

CLIENTS: tuple[type[Stranger], ...] = (PyShopee, AtLazada, AtAlibaba, TikTokShopApi)
CALLS: dict[str, Callable[[Stranger, str], object]] = {
    "orders": lambda client, _order: client.orders(),
    "one order": lambda client, order: client.pieces(order),
    "listings": lambda client, _order: client.shelf(),
    "price": lambda client, _order: client.set_price(client.price),
    "stock": lambda client, _order: client.set_stock(7),
    "new tokens": lambda client, _order: client.renew(),
}


@pytest.fixture(scope="module")
def address_of() -> Iterator[Callable[[str], str]]:
    """Each simulator's address, served when first asked for."""
    known: dict[str, str] = {}
    with ExitStack() as served:

        def find(market: str) -> str:
            if market not in known:
                known[market] = served.enter_context(serving(alone=market))
            return known[market]

        yield find


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(params=CLIENTS, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> type[Stranger]:
    return request.param


@dataclass
class Counter:
    """A shop with one listing and one order of three, and whoever works for it."""

    stall: SimulatedStall
    listing: str
    order: str
    hire: Callable[[str], Stranger]


@pytest.fixture
def counter(kind: type[Stranger], address_of: Callable[[str], str], home: Path) -> Counter:
    stall = SimulatedStall(address_of(kind.market), MARKETS[kind.market])
    shelf = [{"sku": "VAI-1KG", "name": "Vải thiều Thanh Hà, thùng 1 kg", "price_vnd": 55_000, "stock": 40}]
    (told,) = stall.do("seed", shop=stall.shop_id, listings=shelf)["listings"]
    order = stall.order(told["id"], quantity=3)
    return Counter(stall, told["id"], order, lambda secret: kind(stall, told["id"], secret, home))


def test_a_public_client_does_a_days_work(counter: Counter) -> None:
    client = counter.hire(counter.stall.market.secret)
    assert client.orders() == {counter.order}
    assert client.pieces(counter.order) == 3
    assert client.shelf()[1] == 40
    client.set_price(client.price)
    client.set_stock(31)
    assert client.shelf() == (client.price, 31)


def test_a_public_client_goes_on_with_the_tokens_it_renewed(counter: Counter) -> None:
    client = counter.hire(counter.stall.market.secret)
    counter.stall.expire()
    with pytest.raises(Refused):
        client.orders()
    client.renew()
    assert client.orders() == {counter.order}


def test_a_public_client_with_a_wrong_secret_is_refused_whatever_it_asks(counter: Counter) -> None:
    thief, owner = counter.hire("another"), counter.hire(counter.stall.market.secret)
    before, heard = owner.shelf(), {}
    for name, call in CALLS.items():
        with pytest.raises(Refused) as refused:
            call(thief, counter.order)
        heard[name] = str(refused.value)
    assert set(heard.values()) <= thief.no, heard
    assert owner.shelf() == before
    owner.renew()
    assert owner.orders() == {counter.order}


def test_at_the_root_the_other_paths_and_the_pages_for_people_stay(address_of: Callable[[str], str]) -> None:
    root = address_of("shopee")
    for path in ("/shopee/", "/lazada/", "/control/lazada/truth"):
        assert requests.get(root + path, timeout=120).status_code == 200, path
    for path in ("/api/v2/product/get_item_list", "/shopee/api/v2/product/get_item_list"):
        assert requests.get(root + path, timeout=120).json()["error"] == "error_param"
