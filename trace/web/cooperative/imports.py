"""``/htx/nhap``: what a cooperative has, does and holds papers of, from a spreadsheet."""

from trace.services.admission import Act
from trace.web import import_pages
from trace.web.desk import Desk
from trace.web.door import Door

door = Door("imports", __name__, url_prefix="/htx/nhap")

_AFTER = {
    "farms": "farms.index",
    "products": "products.index",
    "lots": "lots.index",
    "packs": "lots.index",
    "diary": "diary.index",
    "houses": "sites.index",
    "certificates": "certificates.index",
    "proposals": "products.index",
}
import_pages.hang(Desk(door, "cooperative", _AFTER), Act.IMPORT_REGISTRY)
