"""``…/cot``: which column of a shop's order report is what."""

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, Refused
from trace.records.file_exchange import Direction, FileLayout
from trace.services.admission import Act
from trace.services.file_exchange import layouts, opening
from trace.services.file_exchange.headings import REPORT_WORDS, ReportField, is_of_a_buyer
from trace.services.importing.reading import opened
from trace.texts.catalogs import t
from trace.web.cooperative.file_reports import uploaded
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now

door = Door("file_layouts", __name__, url_prefix="/htx/gian-hang/<int(max=9007199254740991):shop_id>/cot")
Answer = str | AnyResponse | tuple[str, int]


@door.page("", Act.MANAGE_SHOP)
def show(shop_id: int) -> str:
    """The headings of the last sample and what each is."""
    return _show(shop_id, blank())


def _show(shop_id: int, form: FormState) -> str:
    with reading() as session:
        shop = opening.own_shop(session, actor(), Act.MANAGE_SHOP, shop_id)
        layout = layouts.layout_of(session, shop.id, Direction.REPORT)
    return render_template(
        "cooperative/files/columns.html",
        shop=shop,
        layout=layout,
        columns=_columns(layout),
        choices=layouts.choices_of(layout) if layout else layouts.ReportChoices(),
        fields=[field.value for field in ReportField],
        form=form,
    )


def _columns(layout: FileLayout | None) -> list[tuple[int, str, str, bool]]:
    """Place, heading, field, and whether it is a buyer's; columns without a heading are left out."""
    if layout is None:
        return []
    chosen = layouts.columns_of(layout)
    return [
        (place, heading, chosen.get(place, ""), is_of_a_buyer(heading))
        for place, heading in enumerate(layouts.headings_of(layout))
        if heading
    ]


@door.page("/mau", Act.MANAGE_SHOP, methods=["POST"])
def sample(shop_id: int) -> Answer:
    """Read the headings of a report, and nothing else of it."""
    try:
        with reading() as session:
            opening.open_own_shop(session, actor(), shop_id)
        with uploaded() as (path, name), opened(path, name) as book:
            head = layouts.find_head(book, REPORT_WORDS, name)
        with once() as session:
            shop = opening.held_shop(session, actor(), shop_id)
            layouts.start_report_layout(session, shop.id, head, name, actor().account_id, now())
            answer = leads_to("file_layouts.show", shop_id=shop_id)
    except Refused as error:
        return _show(shop_id, kept(error, {})), 422
    return answer


@door.page("", Act.MANAGE_SHOP, methods=["POST"])
def save(shop_id: int) -> Answer:
    """Keep what a person says the columns are."""
    try:
        with once() as session:
            shop = opening.held_shop(session, actor(), shop_id)
            layout = layouts.uploaded_layout(session, shop.id, Direction.REPORT)
            columns = _sent(len(layouts.headings_of(layout)))
            layouts.confirm_report_layout(session, layout, columns, _choices(), actor().account_id, now())
            answer = leads_to("file_reports.index", shop_id=shop_id)
    except (Invalid, Refused) as error:
        return _show(shop_id, kept(error, dict(request.form))), error.status
    flash(t(face_language(), "file.columns.saved"), "ok")
    return answer


def _sent(width: int) -> dict[int, str]:
    known = {field.value for field in ReportField}
    sent = {place: request.form.get(f"column-{place}", "") for place in range(width)}
    return {place: field for place, field in sent.items() if field in known}


def _choices() -> layouts.ReportChoices:
    return layouts.ReportChoices(
        is_full=request.form.get("kind") == "full",
        month_first=request.form.get("order") == "month",
        takes_alone=request.form.get("takes_alone") == "1",
    )
