"""OCOP ratings from a sheet: each row is a decision as the office's form takes it."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from sqlalchemy import select
from sqlmodel import col

from trace.errors import Invalid, Refused
from trace.records.product import OcopLevel, OcopProposal, OcopRating, Product
from trace.records.rules import OcopRule
from trace.services.importing import cells
from trace.services.importing.columns import Column, Kind, Layout, fold_heading
from trace.services.importing.farm_columns import ORG
from trace.services.importing.farm_memory import Task
from trace.services.importing.model_rows import ModelRows, decimal_text
from trace.services.importing.paper_rows import ISSUER
from trace.services.importing.report import Draft, Report, org_of
from trace.services.intake import line
from trace.services.lineage import portions
from trace.services.ocop import RatingIn, checked_rule, rate_product
from trace.services.rules import all_rules
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi

_LEVELS = tuple(level for level in OcopLevel if level)
COLUMNS = (
    ORG,
    Column("rated_product", ("san pham", "ten san pham", "ma san pham", "ma sp", "sku", "product"),
           required=True, example="VT-2KG"),
    Column("stars", ("so sao", "sao", "hang", "hang sao", "xep hang"), required=True, example="4",
           choices=("3", "4", "5")),
    Column("score", ("diem", "so diem", "diem danh gia", "tong diem"), required=True, example="82,5"),
    Column("decision_number", ("so quyet dinh", "quyet dinh", "qd cong nhan", "so qd", "decision"),
           required=True, example="QĐ 1234/QĐ-UBND"),
    Column("level", ("cap cong nhan", "cap", "cap danh gia"), choices=_LEVELS, labels="ocop.level."),
    ISSUER,
    Column("decided_on", ("ngay quyet dinh", "ngay cong nhan", "ngay ky", "ngay", "decided on"),
           required=True, example="20/12/2025"),
)  # fmt: skip
_REQUIRED = tuple(column.name for column in COLUMNS if column.required)
KINDS = (Kind("rating", ("rated_product", "decision_number"), required=_REQUIRED),)
_BY_COLUMN = {column.name: column for column in COLUMNS}
Decision = OcopRating | OcopProposal
"""A decision as the office wrote it down, or as a cooperative reports it."""


class DecisionIn(RatingIn):
    """A decision whose product is named by its code or its name."""

    product: Annotated[str, line(160, 1)]


class RatingRows(ModelRows[DecisionIn]):
    """Takes the rows of a sheet of decisions.

    A decision is never edited: one that is there and says something else is refused.
    """

    model = DecisionIn
    marked = "decision_number"
    aside: ClassVar[tuple[str, ...]] = ("org",)
    thing: ClassVar[str] = "rating"
    kept: ClassVar[type[OcopRating] | type[OcopProposal]] = OcopRating
    """Where decisions of this file are."""
    fields = {"rated_product": "product"}  # noqa: RUF012 - declared where it is inherited

    def __init__(self, task: Task, report: Report) -> None:
        super().__init__(task, report)
        self._rules = all_rules(task.session, OcopRule)
        self._by_code: dict[tuple[int, str], Product] = {}
        self._by_name: dict[tuple[int, str], list[Product]] = {}
        self._ratings: dict[tuple[int, str], Decision] = {}

    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """Whose product it is."""
        self.owner(layout, draft, row)
        return {}

    def typed(self, layout: Layout, name: str, cell: Any) -> Any:
        """Text; "4 sao" are four stars, a level is told by its name."""
        if name == "decided_on":
            return cells.day(cell, self.task.setting.today).isoformat()
        if name == "stars":
            return fold_heading(decimal_text(cell)).removesuffix("sao").strip()
        if name == "level":
            return _BY_COLUMN["level"].choice(cells.text(cell))
        return decimal_text(cell) if name == "score" else cells.text(cell)

    def learn(self, batch: Sequence[tuple[Draft, DecisionIn]]) -> None:
        """The products of the organisations named, and their decisions of these numbers."""
        session = self.task.session
        self._by_code, self._by_name, self._ratings = {}, {}, {}
        for some in portions({org_of(draft) for draft, _ in batch}):
            goods = select(Product).where(col(Product.org_id).in_(some)).order_by(col(Product.id))
            for row in session.execute(goods).scalars():
                self._by_code[row.org_id, row.sku] = row
                if row.is_active:
                    self._by_name.setdefault((row.org_id, fold_vi(row.name)), []).append(row)
        for numbers in portions({given.decision_number for _, given in batch}):
            question: Any = select(self.kept).where(col(self.kept.decision_number).in_(numbers))
            found = session.execute(question)
            self._ratings |= {(row.product_id, row.decision_number): row for row in found.scalars()}

    def write(self, layout: Layout, draft: Draft, given: DecisionIn) -> None:
        """Store a decision, or find that it is there."""
        product = self._product(layout, draft, given.product)
        self._check(layout, draft, given)
        if product is None or draft.problems:
            return
        stored = self._ratings.get((product.id, given.decision_number))
        doubt = self.doubt(stored, given) if stored is not None else None
        if doubt is not None:
            self.blame(layout, draft, "decision_number", given.decision_number, doubt)
        if not self.is_first(layout, draft, "decision_number", given.decision_number, product.id):
            return
        if draft.problems:
            return
        self.report.count(self.thing, created=stored is None, same=stored is not None)
        if self.task.writes and stored is None:
            whole = RatingIn(**{**given.model_dump(), "product": product.public_id})
            self.task.note_act(self.thing, self.store(whole).id, draft.row)

    def doubt(self, stored: Decision, given: DecisionIn) -> Fault | None:
        """What is wrong with a row whose decision is there: it says something else."""
        said = given.model_dump(exclude={"product"}, exclude_unset=True)
        is_other = any(getattr(stored, name) != value for name, value in said.items())
        return Fault("imp.rating.other") if is_other else None

    def store(self, given: RatingIn) -> Decision:
        """Write a decision down, by the act of its form."""
        return rate_product(self.task.session, self.task.actor, given, self.task.now)

    def _product(self, layout: Layout, draft: Draft, said: str) -> Product | None:
        """The organisation's product of this code, else the one of this name."""
        org = org_of(draft)
        named = self._by_name.get((org, fold_vi(said)), [])
        found = self._by_code.get((org, "".join(said.split()).upper())) or (
            named[0] if len(named) == 1 else None
        )
        if found is None:
            key = "imp.link.product.several" if named else "imp.link.product"
            self.blame(layout, draft, "rated_product", said, Fault(key))
        return found

    def _check(self, layout: Layout, draft: Draft, given: DecisionIn) -> None:
        """The rules of the form: stars and score agree by the rule of the decision's day."""
        try:
            checked_rule(self._rules, given, self.task.now)
        except Invalid as invalid:
            self.blame_fields(layout, draft, {}, invalid)
        except Refused as refused:
            self.blame(layout, draft, "decided_on", given.decided_on, Fault(refused.key, **refused.params))
