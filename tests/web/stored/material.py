"""What acts are done to that a thing bears once: each act has a thing of its own."""

import io
import itertools
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from PIL import Image

from tests import world
from tests.web import grounds
from tests.web.grounds import Estate
from trace.db import transaction
from trace.records.lot import LotState
from trace.records.product import ProductImage
from trace.records.season_plan import SeasonPlan
from trace.standards.local_time import local_day

_numbers = itertools.count(1)
LINES = ["product", "cooperative", "serial"]
Places = tuple[str, str]
"""Part of an address, and what stands there instead."""
Clients = Callable[[str], FlaskClient]
"""The browser of somebody, by the name of the role."""


def _lot(state: LotState, is_fresh: bool = False) -> Callable[[Estate, Clients], Places]:
    def make(own: Estate, _clients: Clients) -> Places:
        with transaction() as session:
            code = f"CH-{next(_numbers)}"  # no code that harvesting or packing would give
            goods = own.coop.plot, own.coop.product
            today = local_day(datetime.now(UTC))
            days = {"harvested_on": today, "packed_on": today} if is_fresh else {}
            lot = world.make_lot(session, datetime.now(UTC), *goods, state=state, code=code, **days)
        return own.places["public_id"], lot.public_id

    return make


def _harvested(own: Estate, clients: Clients) -> Places:
    """A lot that somebody wrote down, with its event."""
    with transaction() as session:
        plot = world.make_plot(session, datetime.now(UTC), own.coop.household)  # no land bears many of them
    light = {"plot_id": str(plot.id), "weight_g": "10", "product": "", "request_id": grounds.request_id()}
    form = {**grounds.FORMS["lots.create"](own), **light}
    answer = clients("coop_manager").post("/htx/lo/moi", data=form)
    assert answer.status_code == 303
    return own.places["public_id"], str(answer.location).split("?")[0].rsplit("/", 1)[1]


def _held(own: Estate, clients: Clients) -> Places:
    """A lot that the office holds: the way to its hold."""
    was, lot = _lot(LotState.RELEASED)(own, clients)
    office = clients("office")
    reason = {"reason": "Chờ kết quả mẫu", "request_id": grounds.request_id()}
    office.post(f"/so/lo/{lot}/tam-giu", data=reason)
    found = re.search(rf"/so/lo/{lot}/bo-tam-giu/\d+", office.get(f"/so/lo/{lot}").text)
    assert found
    return f"/so/lo/{was}/bo-tam-giu/{own.places['hold_id']}", found[0]


def _planned(own: Estate, _clients: Clients) -> Places:
    """A plan in force."""
    with transaction() as session:
        number = grounds._plan(session, datetime.now(UTC), own.coop.org.commune_code)
        plan = session.get(SeasonPlan, number)
        assert plan is not None
        plan.confirmed_at = plan.recorded_at
    return "/so/ke-hoach/", f"/so/ke-hoach/{number}?"


def _pictured(own: Estate, clients: Clients) -> Places:
    """Goods of which a lot can be sold, with a picture that a marketplace takes."""
    _lot(LotState.RELEASED, is_fresh=True)(own, clients)
    with transaction() as session:
        image = session.get(ProductImage, own.places["image_id"])
        assert image is not None
        image.data, image.media_type = picture(), "image/png"
    return own.places["new_listings.product"], own.places["new_listings.product"]


def _reported(own: Estate, _clients: Clients) -> Places:
    with transaction() as session:
        number = grounds._problem(session, datetime.now(UTC), own.code)
    return own.places["office_problems.number"], number


OF_ITS_OWN: dict[str, Callable[[Estate, Clients], Places]] = {
    "lots.hold": _lot(LotState.RELEASED),
    "lots.destroy": _lot(LotState.RELEASED),
    "lots.recall": _lot(LotState.RELEASED),
    "lots.pack": _lot(LotState.OPEN),
    "lot_corrections.correct": _harvested,
    "lot_corrections.withdraw": _harvested,
    "office_lots.hold": _lot(LotState.RELEASED),
    "office_lots.lift": _held,
    "office_recalls.open_recall": _lot(LotState.RELEASED),
    "office_plans.correct": _planned,
    "new_listings.ask": _pictured,
    "office_problems.answer": _reported,
}


def picture() -> bytes:
    """A small picture with something on it, as fields for pictures ask for one."""
    out, shown = io.BytesIO(), Image.new("RGB", (640, 640), "#ffffff")
    shown.paste("#1f3d1a", (160, 160, 480, 480))
    shown.save(out, "PNG")
    return out.getvalue()


def plausible(endpoint: str) -> dict[str, Any]:
    """What the grounds' own row of a form leaves out, or says for another page than the one that was read."""
    today = local_day(datetime.now(UTC)).strftime("%d/%m/%Y")
    told: dict[str, dict[str, Any]] = {
        "training.add": {"title": "Tập huấn", "held_on": "12/03/2026"},
        "label_design_form.add": {"kind": "stamp", "rows": LINES},
        "label_design_form.save": {"kind": "stamp", "rows": LINES},
        "office_plans.correct": {"first_day": "20/05/2027", "last_day": "10/06/2027"},
        "lot_corrections.correct": {"weight_g": "490"},
        "office_personal.export": {"reason": "Trao dữ liệu theo đơn của chủ hộ"},
        "sites.status": {"since": today},
    }
    return told.get(endpoint, {})
