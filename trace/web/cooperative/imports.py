"""``/htx/nhap``: households, land and products from a spreadsheet."""

from trace.services.admission import Act
from trace.web import import_pages
from trace.web.desk import Desk
from trace.web.door import Door

door = Door("imports", __name__, url_prefix="/htx/nhap")

import_pages.hang(
    Desk(door, "cooperative", {"farms": "farms.index", "products": "products.index"}),
    Act.IMPORT_REGISTRY,
)
