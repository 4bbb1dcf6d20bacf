"""``/htx/thu-hoi``: papers and drills of a cooperative's own recalls."""

from werkzeug.wrappers import Response as AnyResponse

from trace.services.admission import Act
from trace.web import recall_pages
from trace.web.door import Door

door = Door("recalls", __name__, url_prefix="/htx")


@door.page("/lo/<public_id>/danh-sach-goi", Act.OPEN_RECALL)
def contacts(public_id: str) -> str:
    """Whom to call."""
    return recall_pages.contacts("cooperative", public_id)


@door.page("/lo/<public_id>/danh-sach-goi.<form>", Act.OPEN_RECALL)
def contacts_file(public_id: str, form: str) -> AnyResponse:
    """Whom to call, as a file."""
    return recall_pages.contacts_file(public_id, form)


@door.page("/lo/<public_id>/bang-24h.<form>", Act.TRACE)
def sheet_file(public_id: str, form: str) -> AnyResponse:
    """The 24-hour sheet."""
    return recall_pages.sheet_file(public_id, form)


@door.page("/dien-tap", Act.OPEN_RECALL)
def drills() -> str:
    """All drills."""
    return recall_pages.drill_list("cooperative")


@door.page("/lo/<public_id>/dien-tap", Act.OPEN_RECALL, methods=["POST"])
def begin_drill(public_id: str) -> AnyResponse:
    """Begin a drill on a lot."""
    return recall_pages.begin_drill("recalls.drill", public_id)


@door.page("/dien-tap/<drill>", Act.OPEN_RECALL, endpoint="drill")
def show_drill(drill: str) -> str:
    """One drill."""
    return recall_pages.drill("cooperative", drill)


@door.page("/dien-tap/<drill>/xong", Act.OPEN_RECALL, methods=["POST"])
def finish_drill(drill: str) -> AnyResponse:
    """End a drill."""
    return recall_pages.finish_drill("recalls.drill", drill)
