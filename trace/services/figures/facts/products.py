"""Products, and those with a place on a shop's shelf."""

from sqlmodel import col

from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services.figures.asking import Dimension
from trace.services.figures.fact import Cell, Fact, table
from trace.services.figures.facts.placing import COOPERATIVE, of_organisation, of_product, stars

_OWNED = table(Product).join(table(Organisation), col(Organisation.id) == col(Product.org_id))
_KEYS = {**of_organisation(), **of_product()}
_CELLS = (
    Cell("product", "text", col(Product.name)),
    Cell("sku", "text", col(Product.sku)),
    COOPERATIVE,
    Cell("stars", "number", stars()),
)

PRODUCTS = Fact(
    name="products",
    source=_OWNED,
    id=col(Product.id),
    keys=_KEYS,
    cells=_CELLS,
    written=col(Product.created_at),
)
ON_SHELVES = Fact(
    name="products",
    source=_OWNED.join(table(Listing), col(Listing.product_id) == col(Product.id)).join(
        table(Shop), col(Shop.id) == col(Listing.shop_id)
    ),
    id=col(Product.id),
    keys={**_KEYS, Dimension.MARKETPLACE: col(Shop.marketplace)},
    cells=_CELLS,
    written=col(Listing.updated_at),
    is_split=True,
)
