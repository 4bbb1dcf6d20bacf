"""Pages for sharing: a lot's story, a product, their pictures. The stamp's code never leads here or back."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import Response, current_app, request, url_for
from markupsafe import Markup

from trace.db import reading
from trace.services import public_pages
from trace.services.public_pages import LotPage, RecallNotice, is_food
from trace.services.where_to_buy import where_to_buy
from trace.standards.local_time import local_day
from trace.standards.province_map import marked
from trace.texts.catalogs import t, t_html
from trace.texts.languages import LANGUAGES, TABLE
from trace.texts.places import place_short, unit_said
from trace.web.door import Door, Open
from trace.web.link_notice import notices_here
from trace.web.page_tools import icon, request_is_demo
from trace.web.reader import consumer_language, kept_query
from trace.web.structured_data import json_ld, lot_data, product_data
from trace.web.verdict_words import (
    call_link,
    days_said,
    figure_tools,
    own_name,
    place_said,
    tel,
)
from trace.web.visitor import now, settings

door = Door("story", __name__)
PICTURES = {"image/jpeg", "image/png", "image/webp"}
A_YEAR = 31_536_000


@door.page("/lo/<public_id>", Open.PUBLIC)
def lot(public_id: str) -> str:
    """One lot's story."""
    with reading() as session:
        page = public_pages.lot_page(session, public_id, local_day(now()))
        lang = consumer_language()
        notes = notices_here(session, page.product.id if page.product else None, lang)
        is_out = not (page.is_recalled or page.is_destroyed or page.is_mistake)
        product_id = page.product.id if page.product and is_out else None
        on_sale = where_to_buy(session, product_id, now())
    product = own_name(page.product, lang) if page.product is not None else page.code
    picked = days_said(lang, *(page.story.picked or (page.harvested_on, page.harvested_on)))
    figures = {
        "product": product,
        "lot": page.code,
        "coop": own_name(page.cooperative, lang),
        "place": place_short(lang, page.story.place.commune, page.story.place.province),
        "date": picked,
    }
    return rendered(
        "consumer/lot.html",
        lang,
        f"/lo/{page.public_id}",
        page=page,
        notes=notes,
        story=page.story,
        **_said(page, lang, figures),
        on_sale=on_sale,
        picture_of=product,
        product=product,
        picked=picked,
        coop=figures["coop"],
        place=place_said(lang, page.story.place),
        map=marked(page.story.place.code),
        commune=unit_said(lang, page.story.place.commune),
        coop_place=place_short(lang, page.coop_place.commune, page.coop_place.province),
        recall=notice_said(page.recall, lang),
        banner="verdict.recall.banner" if is_food(page.product) else "verdict.recall.banner.not_food",
        image=page.story.image,
        structured=json_ld(lot_data(page, product, str(figures["coop"]), on_sale)),
    )


@door.page("/sp/<public_id>", Open.PUBLIC)
def product(public_id: str) -> str:
    """One product."""
    with reading() as session:
        page = public_pages.product_page(session, public_id, local_day(now()))
        lang = consumer_language()
        notes = notices_here(session, page.product.id, lang)
        on_sale = where_to_buy(session, page.product.id, now())
    name, coop = own_name(page.product, lang), own_name(page.cooperative, lang)
    place = place_short(lang, page.place.commune, page.place.province)
    return rendered(
        "consumer/product.html",
        lang,
        f"/sp/{page.product.public_id}",
        page=page,
        notes=notes if page.product.is_active else (*notes, t(lang, "link.notice.retired")),
        story=page,
        title=name,
        on_sale=on_sale,
        picture_of=name,
        about=t(lang, "consumer.product.about", product=name, coop=coop, place=place),
        coop=coop,
        place=place_said(lang, page.place),
        recalls=[(notice, notice_said(notice, lang)) for notice in page.recalls],
        image=page.pictures[0] if page.pictures else None,
        structured=json_ld(product_data(page, name, coop, on_sale)),
    )


@door.page("/anh/<sha256>", Open.PUBLIC)
def picture(sha256: str) -> Response:
    """A picture by its content's hash, kept by browsers for a year: other content has another name."""
    with reading() as session:
        data, media_type = public_pages.picture(session, sha256)
    return _kept(
        Response(data, content_type=media_type if media_type in PICTURES else "application/octet-stream")
    )


@door.page("/anh/<sha256>/nho.jpg", Open.PUBLIC)
def small_picture(sha256: str) -> Response:
    """The same in small, as pages show it."""
    return _kept(Response(_small(sha256), content_type="image/jpeg"))


@lru_cache(maxsize=256)
def _small(sha256: str) -> bytes:
    with reading() as session:
        return public_pages.small_picture(session, sha256)


def _kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return answer


def rendered(template: str, lang: str, path: str, **more: Any) -> str:
    """A page for the public in one language, with its addresses in all of them."""
    home = settings().public_url
    own = f"?lang={lang}" if request.args.get("lang") == lang else ""
    page = current_app.jinja_env.get_template(template)
    return page.render(
        lang=lang,
        html_lang=TABLE[lang].tag,
        t=lambda key, **figures: t_html(lang, key, **figures),
        text=lambda key, **figures: t(lang, key, **figures),
        icon=icon,
        is_demo=request_is_demo(),
        kept=kept_query(),
        url_for=url_for,
        canonical=home + path + own,
        neutral=home + path,
        alternates=[(TABLE[code].tag, f"{home}{path}?lang={code}") for code in LANGUAGES],
        home=home,
        phone=settings().contact_phone,
        tel=tel,
        call_link=call_link,
        **figure_tools(lang),
        **more,
    )


def _said(page: LotPage, lang: str, figures: Mapping[str, object]) -> dict[str, str]:
    """What cards of a shared link say: a recall first, wherever the link was shared before."""
    kind = "recalled" if page.is_recalled and page.recall is not None else "story"
    if page.recall is not None:
        figures = {**figures, "date": local_day(page.recall.since)}
    return {part: t(lang, f"consumer.{kind}.{part}", **figures) for part in ("title", "about")}


def notice_said(notice: RecallNotice | None, lang: str) -> dict[str, Any] | None:
    """A recall's reason in the reader's language, else as it was written and marked so."""
    if notice is None:
        return None
    in_english = lang != "vi" and bool(notice.reason_en)
    reason = Markup('<span lang="{}">{}</span>').format(
        "en" if in_english else "vi", notice.reason_en if in_english else notice.reason
    )
    return {"reason": reason, "date": local_day(notice.since), "phone": notice.phone}
