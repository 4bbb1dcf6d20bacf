"""``/so/lo/…/tai``: any lot with all that went into it, for programs outside."""

from werkzeug.wrappers import Response as AnyResponse

from trace.services.admission import Act
from trace.web import export_pages
from trace.web.door import Door

door = Door("office_exports", __name__, url_prefix="/so")


@door.page("/lo/<public_id>/tai/<exporter>", Act.LIFT_HOLD)
def file(public_id: str, exporter: str) -> AnyResponse:
    """One lot's file."""
    return export_pages.file(public_id, exporter)
