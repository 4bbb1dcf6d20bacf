"""What marketplaces sold: orders, their lines, totals that were typed, and the lots goods came from."""

from typing import Any

from sqlmodel import col

from trace.records.allocation import Allocation
from trace.records.file_exchange import DayTotal
from trace.records.lot import Lot
from trace.records.market_order import MarketOrder, MarketOrderLine
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services.figures.asking import Dimension
from trace.services.figures.fact import Cell, Fact, calendar, table
from trace.services.figures.facts.placing import COOPERATIVE, of_organisation, of_product

OWNER = col(Organisation.id) == col(Shop.org_id)
ITS_PRODUCT = col(Product.id) == col(Listing.product_id)
OF_SHOP = {**of_organisation(), Dimension.MARKETPLACE: col(Shop.marketplace)}
OF_LISTING = {**OF_SHOP, **of_product()}
_WHOSE = (
    Cell("marketplace", "marketplace", col(Shop.marketplace)),
    Cell("shop", "text", col(Shop.name)),
    COOPERATIVE,
)
_ORDER_CELLS = (
    Cell("order", "text", col(MarketOrder.ext_order_id)),
    Cell("day", "day", col(MarketOrder.day)),
    *_WHOSE,
    Cell("status", "order.state", col(MarketOrder.status)),
)
_PRODUCT_CELL = Cell("product", "text", col(Product.name))


def _of_shop(record: Any, shop_id: Any) -> Any:
    """A table joined to its shop and that one's organisation."""
    return table(record).join(table(Shop), col(Shop.id) == shop_id).join(table(Organisation), OWNER)


def _with_lines(orders: Any) -> Any:
    """Orders with their lines, listings and products; those without lines stay."""
    return (
        orders.outerjoin(table(MarketOrderLine), col(MarketOrderLine.order_id) == col(MarketOrder.id))
        .outerjoin(table(Listing), col(Listing.id) == col(MarketOrderLine.listing_id))
        .outerjoin(table(Product), ITS_PRODUCT)
    )


_ORDERS = _of_shop(MarketOrder, col(MarketOrder.shop_id))
_ORDER_DAYS = calendar(col(MarketOrder.day))
ORDERS = Fact(
    name="orders",
    source=_ORDERS,
    id=col(MarketOrder.id),
    day=col(MarketOrder.day),
    keys={**_ORDER_DAYS, **OF_SHOP},
    cells=_ORDER_CELLS,
    is_sold=True,
    finer=Fact(
        name="orders",
        source=_with_lines(_ORDERS),
        id=col(MarketOrder.id),
        day=col(MarketOrder.day),
        keys={**_ORDER_DAYS, **OF_LISTING},
        cells=_ORDER_CELLS,
        is_split=True,
    ),
)
LINES = Fact(
    name="lines",
    source=table(MarketOrderLine)
    .join(table(MarketOrder), col(MarketOrder.id) == col(MarketOrderLine.order_id))
    .join(table(Listing), col(Listing.id) == col(MarketOrderLine.listing_id))
    .join(table(Shop), col(Shop.id) == col(MarketOrder.shop_id))
    .join(table(Organisation), OWNER)
    .outerjoin(table(Product), ITS_PRODUCT),
    id=col(MarketOrderLine.id),
    day=col(MarketOrder.day),
    keys={**_ORDER_DAYS, **OF_LISTING},
    cells=(
        *_ORDER_CELLS,
        Cell("listing", "text", col(Listing.ext_name)),
        _PRODUCT_CELL,
        Cell("pieces", "number", col(MarketOrderLine.net_quantity)),
        Cell("unit_g", "number", col(Listing.unit_g)),
        Cell("revenue", "money", col(MarketOrderLine.revenue_vnd)),
    ),
    is_sold=True,
    lasting=ORDERS,
)
TYPED = Fact(
    name="typed",
    source=_of_shop(DayTotal, col(DayTotal.shop_id))
    .join(table(Listing), col(Listing.id) == col(DayTotal.listing_id))
    .outerjoin(table(Product), ITS_PRODUCT),
    id=col(DayTotal.id),
    day=col(DayTotal.day),
    keys={**calendar(col(DayTotal.day)), **OF_LISTING},
    cells=(
        Cell("day", "day", col(DayTotal.day)),
        *_WHOSE,
        Cell("pieces", "number", col(DayTotal.quantity)),
        Cell("revenue", "money", col(DayTotal.revenue_vnd)),
        Cell("entered", "moment", col(DayTotal.entered_at)),
    ),
    is_sold=True,
)
ALLOCATIONS = Fact(
    name="allocations",
    source=table(Allocation)
    .join(table(MarketOrder), col(MarketOrder.id) == col(Allocation.order_id))
    .join(table(Shop), col(Shop.id) == col(MarketOrder.shop_id))
    .join(table(Organisation), OWNER)
    .join(table(Product), col(Product.id) == col(Allocation.product_id))
    .outerjoin(table(Lot), col(Lot.id) == col(Allocation.lot_id)),
    id=col(Allocation.id),
    day=col(MarketOrder.day),
    keys={**_ORDER_DAYS, **OF_LISTING},
    cells=(
        *_ORDER_CELLS,
        _PRODUCT_CELL,
        Cell("lot", "text", col(Lot.code)),
        Cell("pieces", "number", col(Allocation.pieces)),
        Cell("unit_g", "number", col(Allocation.unit_g)),
    ),
    is_sold=True,
    lasting=ORDERS,
)
