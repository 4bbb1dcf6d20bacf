"""``/htx/ho/.../du-lieu``: what is held of a household's people, for handing out and for erasing."""

from trace.services.admission import Act
from trace.web import personal_pages
from trace.web.door import Door

door = Door("personal", __name__, url_prefix="/htx/ho")

personal_pages.hang(door, "cooperative", Act.VIEW_PERSONAL, "/<int:household_id>/du-lieu")
