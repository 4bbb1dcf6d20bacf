"""``/htx/vung-trong/vung/…/thua``: which plots lie in a growing area, with their days."""

from flask import flash
from werkzeug.wrappers import Response as AnyResponse

from trace.errors import NongsanError
from trace.services import area_plots
from trace.services.admission import Act
from trace.services.area_plots import AreaPlotEnd, AreaPlotIn
from trace.services.intake import read
from trace.web.cooperative.sites import site_again
from trace.web.door import Door
from trace.web.form_state import typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import bare, say, with_days
from trace.web.visitor import actor, now

door = Door("area_plots", __name__, url_prefix="/htx/vung-trong/vung")
Answer = str | AnyResponse | tuple[str, int]


@door.page("/<int:site_id>/thua", Act.MANAGE_REGISTRY, methods=["POST"])
def put(site_id: int) -> Answer:
    """A plot lies in the area."""
    values = typed(("plot_id", "plot_since", "request_id"))
    try:
        given = read(AreaPlotIn, bare(with_days(values, "plot_since")))
        with once() as session:
            area_plots.put_plot(session, actor(), site_id, given, now())
            answer = leads_to("sites.site", kind="vung", site_id=site_id)
    except NongsanError as error:
        return site_again(site_id, error, values)
    flash(say("area_plot.put"), "ok")
    return answer


@door.page("/<int:site_id>/thua/<int:row_id>", Act.MANAGE_REGISTRY, methods=["POST"])
def end(site_id: int, row_id: int) -> Answer:
    """A plot has left the area."""
    values = typed(("plot_until", "request_id"))
    try:
        given = read(AreaPlotEnd, bare(with_days(values, "plot_until")))
        with once() as session:
            area_plots.end_plot(session, actor(), site_id, row_id, given, now())
            answer = leads_to("sites.site", kind="vung", site_id=site_id)
    except NongsanError as error:
        return site_again(site_id, error, values)
    flash(say("area_plot.ended"), "ok")
    return answer
