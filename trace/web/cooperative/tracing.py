"""``/htx/truy-xuat``: where a cooperative's goods came from, and where they went."""

from werkzeug.wrappers import Response as AnyResponse

from trace.services.admission import Act
from trace.web import trace_pages
from trace.web.door import Door

door = Door("tracing", __name__, url_prefix="/htx")


@door.page("/truy-xuat", Act.TRACE)
def show() -> trace_pages.Answer:
    """A trace of the cooperative's own lots."""
    return trace_pages.show("cooperative", "tracing.show")


@door.page("/truy-xuat.<form>", Act.TRACE)
def file(form: str) -> AnyResponse:
    """The same as a file."""
    return trace_pages.file(form)
