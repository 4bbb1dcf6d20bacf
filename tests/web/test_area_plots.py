"""The page of a growing area: its plots, their codes of other markets, and their days."""

from datetime import UTC, datetime

from flask import Flask
from sqlmodel import select

from tests import world
from tests.services import consignment_world as export
from tests.services import farm
from tests.web.test_consignments import post, text_of
from trace.db import reading, transaction
from trace.records.plot import PlotArea

NOW = datetime.now(UTC)


def test_plots_are_put_in_and_leave_by_the_page(app: Flask) -> None:
    with transaction() as session:
        coop = farm.found(session, NOW)
        china = export.area(session, NOW, coop, "CN", code="CN-HD-01")
        japan = world.make_growing_area(session, NOW, coop.org, market="JP", code="JP-HD-01")
    hand = world.sign_in(app.test_client(), coop.staff)
    page = f"/htx/vung-trong/vung/{japan.id}"
    assert "Thửa trong vùng này: 0" in text_of(hand.get(page))
    form = {"plot_id": str(coop.plot.id), "plot_since": "01/06/2026"}
    assert post(hand, f"{page}/thua", **form).status_code == 303
    shown = text_of(hand.get(page))
    for words in (
        "Thửa trong vùng này: 1",
        coop.plot.code,
        "từ 01/06/2026",
        "Cũng có mã CN-HD-01, Trung Quốc",
    ):
        assert words in shown, words
    again = post(hand, f"{page}/thua", **form)
    assert again.status_code == 422
    assert "đã thuộc vùng JP-HD-01" in text_of(again)
    with reading() as session:
        row = session.exec(select(PlotArea).where(PlotArea.growing_area_id == japan.id)).one()
    assert post(hand, f"{page}/thua/{row.id}", plot_until="31/05/2026").status_code == 422
    assert post(hand, f"{page}/thua/{row.id}", plot_until="30/06/2026").status_code == 303
    assert "đến hết 30/06/2026" in text_of(hand.get(page))
    assert "Cũng có mã JP-HD-01" in text_of(hand.get(f"/htx/vung-trong/vung/{china.id}"))
