"""``/anh-hang``: pictures of listings for marketplaces that fetch them by address; nobody signs in."""

from flask import Response

from trace.db import reading
from trace.services import new_listings
from trace.web.door import Door, Open

door = Door("listing_picture", __name__)

A_YEAR = 31_536_000


@door.page("/anh-hang/<sha256>.jpg", Open.PUBLIC)
def show(sha256: str) -> Response:
    """A picture by its content's hash: other content has another name."""
    with reading() as session:
        data = new_listings.public_picture(session, sha256)
    answer = Response(data, content_type="image/jpeg")
    answer.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return answer
