"""``/thung/<name>``: what scanning the label of a box or pallet shows."""

from flask import url_for

from trace.db import reading
from trace.services.admission import actor_of
from trace.services.unit_page import unit_page, way_in
from trace.texts.catalogs import t
from trace.web.door import Door, Open
from trace.web.reader import consumer_language
from trace.web.story_pages import notice_said, rendered
from trace.web.verdict_words import own_name
from trace.web.visitor import account

door = Door("units", __name__)
ON = {"sent": "consignments.show", "arrival": "arrivals.show"}


@door.page("/thung/<public_id>", Open.PUBLIC)
def unit(public_id: str) -> str:
    """One box or pallet; its sender and its receiver are led on to their own page when signed in."""
    lang, who = consumer_language(), account()
    with reading() as session:
        page = unit_page(session, public_id)
        way = way_in(session, actor_of(who), page.unit) if who is not None else None
    return rendered(
        "consumer/unit.html",
        lang,
        f"/thung/{page.unit.public_id}",
        page=page,
        title=t(lang, f"unit_page.title.{page.unit.kind}", number=page.unit.number),
        coop=own_name(page.org, lang),
        recalls=[notice_said(one, lang) for one in page.recalls],
        onward=url_for(ON[way.side], public_id=way.public_id) if way else None,
    )
