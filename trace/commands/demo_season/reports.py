"""A weekly report of the office, and an address that is still to agree; no mail leaves the demonstration."""

from trace.commands.terminal import now as clock
from trace.db import transaction
from trace.records.account import Role
from trace.records.report import Rhythm, Span
from trace.services.admission import Actor
from trace.services.figures.asking import Dimension
from trace.services.mailing import addresses
from trace.services.mailing.addresses import AddressIn
from trace.services.office_reports import plans, runs, views
from trace.services.office_reports.plans import ReportIn
from trace.services.office_reports.views import View

OFFICE = Actor(None, Role.OFFICE)


def set_up_reports() -> None:
    """What sold by commune, and the form of Decision 1034; made once for looking at."""
    moment = clock()
    with transaction() as session:
        said = AddressIn(name="Chị Mẫu, Phòng Kinh tế", address="chi.mau@phong.example")
        reader = addresses.add_address(session, OFFICE, said, moment)
        given = ReportIn(
            title="Bán hàng trong tuần",
            span=Span.WEEK,
            rhythm=Rhythm.WEEK,
            as_xlsx=True,
            as_pdf=True,
            readers=(reader.public_id,),
        )
        report = plans.add_report(session, OFFICE, given, View("revenue", Dimension.COMMUNE), moment)
        plans.add_view(session, OFFICE, report.public_id, View(views.FORM_1034))
        runs.make_now(session, OFFICE, report.public_id, moment)
