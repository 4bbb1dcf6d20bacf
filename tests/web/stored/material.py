"""What acts are done to that a thing bears once: each act has a thing of its own."""

import itertools
import re
from collections.abc import Callable
from datetime import UTC, datetime

from flask.testing import FlaskClient

from tests import world
from tests.web import grounds
from tests.web.grounds import Estate
from trace.db import transaction
from trace.records.lot import LotState
from trace.standards.local_time import local_day

_numbers = itertools.count(1)
Places = tuple[str, str]
"""Part of an address, and what stands there instead."""
Clients = Callable[[str], FlaskClient]
"""The browser of somebody, by the name of the role."""


def _lot(state: LotState) -> Callable[[Estate, Clients], Places]:
    def make(own: Estate, _clients: Clients) -> Places:
        with transaction() as session:
            code = f"CH-{next(_numbers)}"  # no code that harvesting or packing would give
            goods = own.coop.plot, own.coop.product
            lot = world.make_lot(session, datetime.now(UTC), *goods, state=state, code=code)
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
    with transaction() as session:
        number = grounds._plan(session, datetime.now(UTC), own.coop.org.commune_code)
    return "/so/ke-hoach/", f"/so/ke-hoach/{number}?"


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
    "office_problems.answer": _reported,
}


def plausible(endpoint: str) -> dict[str, str]:
    """What the grounds' own row of a form leaves out, or says for another page than the one that was read."""
    today = local_day(datetime.now(UTC)).strftime("%d/%m/%Y")
    told: dict[str, dict[str, str]] = {
        "training.add": {"title": "Tập huấn", "held_on": "12/03/2026"},
        "label_design_form.add": {"kind": "fruit"},
        "label_design_form.save": {"kind": "fruit", "rows": "product"},
        "office_personal.export": {"reason": "Trao dữ liệu theo đơn của chủ hộ"},
        "sites.status": {"since": today},
    }
    return told.get(endpoint, {})
