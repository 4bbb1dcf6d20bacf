"""What a cooperative reports of OCOP decisions it holds, from a sheet: each row as its form takes it."""

from typing import Any

from trace.records.product import OcopProposal, ProposalState
from trace.services.admission import own_org
from trace.services.importing import rating_rows
from trace.services.importing.columns import Kind, Layout
from trace.services.importing.farm_columns import ORG
from trace.services.importing.farm_memory import Task
from trace.services.importing.rating_rows import Decision, DecisionIn, RatingRows
from trace.services.importing.report import Draft, Report
from trace.services.ocop import RatingIn, propose_rating
from trace.standards.fault import Fault

COLUMNS = tuple(column for column in rating_rows.COLUMNS if column is not ORG)
KINDS = tuple(Kind("proposal", kind.needs, required=kind.required) for kind in rating_rows.KINDS)


class ProposalRows(RatingRows):
    """Takes the rows of a sheet of reports of the account's own cooperative.

    One that the office declined is told with its reason: a decision is reported once.
    """

    aside = ()
    thing = "proposal"
    kept = OcopProposal

    def __init__(self, task: Task, report: Report) -> None:
        super().__init__(task, report)
        self._org = own_org(task.actor)

    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """They are all of one cooperative."""
        draft.values["org"] = self._org
        return {}

    def doubt(self, stored: Decision, given: DecisionIn) -> Fault | None:
        """What is wrong with a row whose decision was reported: it says something else, or was declined."""
        if isinstance(stored, OcopProposal) and stored.state == ProposalState.DECLINED:
            return Fault("imp.proposal.declined", reason=stored.reason)
        return super().doubt(stored, given)

    def store(self, given: RatingIn) -> Decision:
        """Report a decision, by the act of its form."""
        return propose_rating(self.task.session, self.task.actor, given, self.task.now)
