"""``/so/truy-xuat``: any lot, stamp or plot of the registry, both ways."""

from werkzeug.wrappers import Response as AnyResponse

from trace.services.admission import Act
from trace.web import trace_pages
from trace.web.door import Door

door = Door("office_tracing", __name__, url_prefix="/so")


@door.page("/truy-xuat", Act.LIFT_HOLD)
def show() -> trace_pages.Answer:
    """A trace over all organisations."""
    return trace_pages.show("office", "office_tracing.show")


@door.page("/truy-xuat.<form>", Act.LIFT_HOLD)
def file(form: str) -> AnyResponse:
    """The same as a file."""
    return trace_pages.file(form)
