"""What marketplaces sold: sums of listings and shops by day, and the orders and lines they follow."""

from typing import Any

from sqlmodel import SQLModel, col

from trace.records.market_order import MarketOrder, MarketOrderLine, SalesDay, ShopDay
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services.figures.asking import Dimension
from trace.services.figures.fact import Cell, Fact, calendar
from trace.services.figures.facts.placing import of_organisation, of_product


def table(record: type[SQLModel]) -> Any:
    """A record's table, for joins."""
    return record.__table__  # type: ignore[attr-defined]


_SHOP = col(Organisation.id) == col(Shop.org_id)
_PRODUCT = col(Product.id) == col(Listing.product_id)
_OF_SHOP = {**of_organisation(), Dimension.MARKETPLACE: col(Shop.marketplace)}
_OF_LISTING = {**_OF_SHOP, **of_product()}
_LINE_OF = col(MarketOrder.id) == col(MarketOrderLine.order_id)

_ORDER_CELLS = (
    Cell("order", "text", col(MarketOrder.ext_order_id)),
    Cell("day", "day", col(MarketOrder.day)),
    Cell("marketplace", "text", col(Shop.marketplace)),
    Cell("shop", "text", col(Shop.name)),
    Cell("cooperative", "text", col(Organisation.name)),
    Cell("status", "text", col(MarketOrder.status)),
)

ORDERS = Fact(
    name="orders",
    source=table(MarketOrder)
    .join(table(Shop), col(Shop.id) == col(MarketOrder.shop_id))
    .join(table(Organisation), _SHOP),
    id=col(MarketOrder.id),
    day=col(MarketOrder.day),
    keys={**calendar(col(MarketOrder.day)), **_OF_SHOP},
    cells=_ORDER_CELLS,
)
LINES = Fact(
    name="lines",
    source=table(MarketOrderLine)
    .join(table(MarketOrder), _LINE_OF)
    .join(table(Listing), col(Listing.id) == col(MarketOrderLine.listing_id))
    .join(table(Shop), col(Shop.id) == col(MarketOrder.shop_id))
    .join(table(Organisation), _SHOP)
    .outerjoin(table(Product), _PRODUCT),
    id=col(MarketOrderLine.id),
    day=col(MarketOrder.day),
    keys={**calendar(col(MarketOrder.day)), **_OF_LISTING},
    cells=(
        *_ORDER_CELLS,
        Cell("listing", "text", col(Listing.ext_name)),
        Cell("product", "text", col(Product.name)),
        Cell("pieces", "number", col(MarketOrderLine.net_quantity)),
        Cell("unit_g", "number", col(Listing.unit_g)),
        Cell("revenue", "money", col(MarketOrderLine.revenue_vnd)),
    ),
)
LISTING_DAYS = Fact(
    name="listing_days",
    source=table(SalesDay)
    .join(table(Listing), col(Listing.id) == col(SalesDay.listing_id))
    .join(table(Shop), col(Shop.id) == col(Listing.shop_id))
    .join(table(Organisation), _SHOP)
    .outerjoin(table(Product), _PRODUCT),
    id=col(SalesDay.listing_id),
    day=col(SalesDay.day),
    keys={**calendar(col(SalesDay.day)), **_OF_LISTING},
    cells=(),
)
SHOP_DAYS = Fact(
    name="shop_days",
    source=table(ShopDay)
    .join(table(Shop), col(Shop.id) == col(ShopDay.shop_id))
    .join(table(Organisation), _SHOP),
    id=col(ShopDay.shop_id),
    day=col(ShopDay.day),
    keys={**calendar(col(ShopDay.day)), **_OF_SHOP},
    cells=(),
)
