"""``/so``: papers and drills of any cooperative's recalls."""

from trace.services.admission import Act
from trace.web import recall_pages
from trace.web.door import Door

door = Door("office_recall_papers", __name__, url_prefix="/so")
recall_pages.hang(door, "office", papers=Act.CLOSE_RECALL, sheet=Act.LIFT_HOLD)
