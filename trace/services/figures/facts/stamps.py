"""Blocks of stamps, what became of their serials, and the scans of them."""

from typing import Any

from sqlalchemy import BigInteger, and_, cast, false, literal
from sqlmodel import col

from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.scan import GhostDay, Scan, StampSeen
from trace.records.stamp import SERIALS, StampActivation, StampBlock
from trace.services.figures.asking import Dimension
from trace.services.figures.fact import Cell, Fact, calendar, calendar_at, table
from trace.services.figures.facts.placing import COOPERATIVE, of_organisation, of_product

OF_STAMP = {**of_organisation(), **of_product()}
_PRODUCT = Cell("product", "text", col(Product.name))
_LOT = Cell("lot", "text", col(Lot.code))


def _owned(source: Any, org_id: Any, product_id: Any) -> Any:
    return source.join(table(Organisation), col(Organisation.id) == org_id).outerjoin(
        table(Product), col(Product.id) == product_id
    )


BLOCKS = Fact(
    name="blocks",
    source=_owned(table(StampBlock), col(StampBlock.org_id), col(StampBlock.product_id)),
    id=col(StampBlock.id),
    at=col(StampBlock.created_at),
    keys={**calendar_at(col(StampBlock.created_at)), **OF_STAMP},
    cells=(
        Cell("block", "text", col(StampBlock.public_id)),
        Cell("created", "moment", col(StampBlock.created_at)),
        COOPERATIVE,
        _PRODUCT,
        Cell("stamps", "number", col(StampBlock.count)),
    ),
    written=col(StampBlock.created_at),
)
ACTIVATIONS = Fact(
    name="activations",
    source=_owned(
        table(StampActivation).join(table(Lot), col(Lot.id) == col(StampActivation.lot_id)),
        col(Lot.org_id),
        col(Lot.product_id),
    ),
    id=col(StampActivation.id),
    at=col(StampActivation.activated_at),
    keys={**calendar_at(col(StampActivation.activated_at)), **OF_STAMP},
    cells=(
        _LOT,
        Cell("activated", "moment", col(StampActivation.activated_at)),
        COOPERATIVE,
        _PRODUCT,
        Cell("first", "number", col(StampActivation.first)),
        Cell("last", "number", col(StampActivation.last)),
    ),
    written=col(StampActivation.activated_at),
)
_SCANNED = _owned(
    table(Scan)
    .outerjoin(
        table(StampSeen),
        and_(col(StampSeen.kid) == col(Scan.kid), col(StampSeen.serial) == col(Scan.serial)),
    )
    .outerjoin(table(Lot), col(Lot.id) == col(Scan.lot_id)),
    col(Scan.org_id),
    col(Lot.product_id),
)
_SCAN_KEYS = {**calendar_at(col(Scan.scanned_at)), **OF_STAMP, Dimension.SCANNED_IN: col(Scan.province)}
_STAMP = (Cell("key", "code", col(Scan.kid)), Cell("serial", "code", col(Scan.serial)))
SCANS = Fact(
    name="scans",
    source=_SCANNED,
    id=col(Scan.id),
    at=col(Scan.scanned_at),
    keys=_SCAN_KEYS,
    cells=(
        *_STAMP,
        Cell("scanned", "moment", col(Scan.scanned_at)),
        COOPERATIVE,
        _LOT,
        Cell("verdict", "verdict", col(Scan.state)),
    ),
    written=col(Scan.scanned_at),
)
STAMPS_SCANNED = Fact(
    name="stamps_scanned",
    source=_SCANNED,
    id=cast(col(Scan.kid), BigInteger) * literal(SERIALS, BigInteger) + col(Scan.serial),
    at=col(Scan.scanned_at),
    keys=_SCAN_KEYS,
    cells=(*_STAMP, Cell("scanned", "moment", col(Scan.scanned_at)), COOPERATIVE, _LOT),
    written=col(Scan.scanned_at),
    is_split=True,
)
GHOSTS = Fact(
    name="ghosts",
    source=table(GhostDay).outerjoin(table(Organisation), false()),  # nobody's: only who sees all sees them
    id=col(GhostDay.id),
    day=col(GhostDay.day),
    keys=calendar(col(GhostDay.day)),
    cells=(Cell("day", "day", col(GhostDay.day)), Cell("kind", "ghost", col(GhostDay.state))),
)
