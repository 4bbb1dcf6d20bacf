"""``/htx``: papers and drills of a cooperative's own recalls."""

from trace.services.admission import Act
from trace.web import recall_pages
from trace.web.door import Door

door = Door("recalls", __name__, url_prefix="/htx")
recall_pages.hang(door, "cooperative", papers=Act.OPEN_RECALL, sheet=Act.TRACE)
