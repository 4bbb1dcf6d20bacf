"""``/so/ke-hoach/nhap``: season plans from a spreadsheet."""

from trace.services.admission import Act
from trace.web import import_pages
from trace.web.desk import Desk
from trace.web.door import Door

door = Door("office_plan_imports", __name__, url_prefix="/so/ke-hoach/nhap")

import_pages.hang(Desk(door, "office", {"plans": "office_plans.index"}), Act.PLAN_SEASONS)
