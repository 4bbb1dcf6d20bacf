"""Opening a shop that is kept by files: nobody is called, a person says that it is there."""

from flask import flash, render_template
from werkzeug.wrappers import Response as AnyResponse

from marketplaces.by_file import BY_FILE
from trace.errors import Invalid, NotFound, Refused
from trace.services.admission import Act
from trace.services.file_exchange import opening
from trace.services.intake import read
from trace.texts.catalogs import t
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now, settings

door = Door("file_shops", __name__, url_prefix="/htx/gian-hang/bang-tep")


@door.page("/<by_file>", Act.MANAGE_SHOP)
def new(by_file: str) -> str:
    """What to say to open one."""
    return _new(by_file, blank())


def _new(by_file: str, form: FormState) -> str:
    if by_file not in BY_FILE:
        raise NotFound()
    return render_template("cooperative/files/open.html", marketplace=by_file, form=form)


@door.page("/<by_file>", Act.MANAGE_SHOP, methods=["POST"])
def open_shop(by_file: str) -> str | AnyResponse | tuple[str, int]:
    """Open it."""
    values = typed(("number", "name", "seen"))
    try:
        if by_file not in BY_FILE:
            raise NotFound()
        given = read(opening.OpenIn, values)
        with once() as session:
            allowed = settings().file_marketplaces
            shop = opening.open_shop(session, actor(), by_file, given, allowed, now())
            answer = leads_to("shops.show", shop_id=shop.id)
    except (Invalid, Refused) as error:
        return _new(by_file, kept(error, values)), error.status
    flash(t(face_language(), "file.opened", shop=given.name), "ok")
    return answer
