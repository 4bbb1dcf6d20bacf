"""The words of a box label for export, each fact with its name; only wordings that are sure are printed."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.lot import Lot, LotKind
from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea, PackingHouse, Plot, SiteStatus
from trace.records.product import Product
from trace.services.company_prefixes import owns
from trace.services.lineage import ancestors
from trace.services.papers import Ground
from trace.services.phones import from_abroad
from trace.services.site_standing import status_on
from trace.standards.digital_link import DigitalLink
from trace.standards.fault import Fault
from trace.texts.catalogs import t
from trace.texts.formats import day as written
from trace.texts.formats import kilograms, number

LANG = "en"
ABROAD = ("zh", "ja")


def grounds_of(session: Session, lot: Lot) -> frozenset[Ground]:
    """The plots and growing areas that the goods of a lot came from."""
    question = (
        select(col(Lot.plot_id), col(Lot.growing_area_id), col(Plot.growing_area_id))
        .outerjoin(Plot, col(Plot.id) == col(Lot.plot_id))
        .where(col(Lot.id).in_(ancestors(session, lot.id)), col(Lot.kind) == LotKind.HARVEST)
    )
    return frozenset((plot, area or plot_area) for plot, area, plot_area in session.execute(question))


def export_words(
    session: Session, org: Organisation, product: Product | None, lot: Lot | None, public_url: str, day: date
) -> dict[str, Any]:
    """Rows of a box label that differ from a stamp's; a site's code is printed only while it stands."""
    facts: dict[str, str] = {
        "packing_house": _house(session, lot, day),
        "growing_area": _areas(session, lot, day),
    }
    if lot:
        facts |= {"lot": lot.code}
    words: dict[str, Any] = {name: _fact(LANG, name, said) for name, said in facts.items() if said}
    abroad = {f"{name}:zh": _fact("zh", name, said) for name, said in facts.items() if said}
    if lot:
        abroad["lot:ja"] = _fact("ja", "lot", lot.code)
        words["harvest"] = f"{t(LANG, 'box.harvest')}\t{written(LANG, lot.harvested_on)}"
        if lot.packed_on:
            words["packed"] = f"{t(LANG, 'box.packed')}\t{written(LANG, lot.packed_on)}"
    if product and lot:
        words["net_weight"] = _fact(LANG, "net_weight", f"{number(LANG, kilograms(product.unit_g))} kg")
    words |= _of_org(org)
    words["origin"] = t("vi", "box.origin")
    abroad |= {f"origin:{lang}": t(lang, "box.origin") for lang in (LANG, *ABROAD)}
    if product:
        names = {"en": product.name_en, "zh": product.name_zh, "ja": product.name_ja}
        abroad |= {f"product:{lang}": name for lang, name in names.items() if name}
    words |= {
        "scan": t(LANG, "box.qr"),
        "serial": t(LANG, "stamp.serial", serial="{serial}"),
        "abroad": abroad,
    }
    return words | _link(session, org, product, lot, public_url, day)


def _of_org(org: Organisation) -> dict[str, str]:
    """Who grew, who exports and whom to call.

    A design has the exporter's row only where its cooperative exports under its own name: no
    other exporter is known here. The phone is the one the organisation gives to consumers.
    """
    name = org.name_en or org.name
    words = {"cooperative": _fact(LANG, "producer", name), "exporter": _fact(LANG, "exporter", name)}
    return words | ({"hotline": _fact(LANG, "phone", from_abroad(org.phone))} if org.phone else {})


def _fact(lang: str, name: str, said: str) -> str:
    return f"{t(lang, f'box.{name}')}\t{said}"


def _areas(session: Session, lot: Lot | None, day: date) -> str:
    """Codes of the growing areas that were active on the day, in their order."""
    if lot is None:
        return ""
    numbers = {area for _, area in grounds_of(session, lot)} - {None}
    question = select(GrowingArea).where(col(GrowingArea.id).in_(numbers)).order_by(col(GrowingArea.code))
    areas = session.execute(question).scalars()
    return ", ".join(one.code for one in areas if status_on(session, one, day) == SiteStatus.ACTIVE)


def _house(session: Session, lot: Lot | None, day: date) -> str:
    house = session.get(PackingHouse, lot.packing_house_id) if lot and lot.packing_house_id else None
    return house.code if house and status_on(session, house, day) == SiteStatus.ACTIVE else ""


def _link(
    session: Session, org: Organisation, product: Product | None, lot: Lot | None, public_url: str, day: date
) -> dict[str, str]:
    """The GS1 Digital Link of the item; scheme and host in capitals, which a symbol packs closer.

    Printed only while the number is known to be the organisation's own.
    """
    if product is None or product.gtin is None or not owns(session, org.id, product.gtin, day):
        return {}
    try:
        link = DigitalLink(product.gtin, lot=lot.code if lot else None)
    except Fault:  # a lot's code may hold signs that GS1 does not allow
        link = DigitalLink(product.gtin)
    return {"link": link.uri(public_url.upper()), "link_name": f"GTIN {link.gtin}"}
