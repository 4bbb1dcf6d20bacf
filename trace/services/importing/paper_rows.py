"""Certificates from a sheet: each row is a paper as the form takes it, what it covers named by codes."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from trace.errors import Invalid
from trace.records.certificate import Certificate, CertificateScope, Scheme
from trace.records.plot import GrowingArea, Plot
from trace.records.product import Product
from trace.services.admission import own_org
from trace.services.certificates import CertificateIn, add_certificate, check_paper
from trace.services.importing import cells
from trace.services.importing.columns import Column, Kind, Layout
from trace.services.importing.farm_memory import Task
from trace.services.importing.model_rows import ModelRows
from trace.services.importing.report import Draft, Report
from trace.services.lineage import portions
from trace.services.registering import own_code
from trace.services.sites import site_code
from trace.standards import quantity
from trace.standards.fault import Fault

ISSUER = Column("issuer", ("noi cap", "co quan cap", "to chuc cap", "to chuc chung nhan", "noi cong nhan"),
                example="Trung tâm chứng nhận")  # fmt: skip
COLUMNS = (
    Column("scheme", ("loai chung nhan", "chung nhan", "loai giay", "tieu chuan"), required=True,
           example="VietGAP", choices=tuple(Scheme), labels="scheme."),
    Column("paper_number", ("so chung nhan", "so giay", "so giay chung nhan", "ma so chung nhan",
                            "certificate number"), required=True, example="VietGAP-TT-12-34-56"),
    ISSUER,
    Column("valid_from", ("co gia tri tu", "tu ngay", "ngay cap", "hieu luc tu", "valid from"), required=True,
           example="01/03/2026"),
    Column("valid_to", ("den het ngay", "den ngay", "het han", "ngay het han", "hieu luc den", "valid to"),
           required=True, example="28/02/2029"),
    Column("covered_plots", ("ma vuon duoc chung nhan", "ma vuon", "ma thua", "plots"),
           example="V-0001; V-0002"),
    Column("covered_areas", ("ma vung trong duoc chung nhan", "ma so vung trong", "ma vung trong", "ma vung",
                             "growing areas")),
    Column("covered_products", ("ma san pham duoc chung nhan", "ma san pham", "ma sp", "products")),
)  # fmt: skip
_REQUIRED = ("scheme", "paper_number", "valid_from", "valid_to")
KINDS = (Kind("certificate", ("scheme", "paper_number"), required=_REQUIRED),)
_COVERED: dict[str, tuple[str, Callable[[str], str]]] = {
    "covered_plots": ("plot_ids", own_code),
    "covered_areas": ("growing_area_ids", site_code),
    "covered_products": ("products", own_code),
}
"""Column of codes -> field of the form, and how a code is read."""
_BY_COLUMN = {column.name: column for column in COLUMNS}
_MOST_COVERED = 500
Scope = frozenset[tuple[str, int]]
"""What a paper covers: the column that names it, and its number."""


class PaperRows(ModelRows[CertificateIn]):
    """Takes the rows of a sheet of certificates of the account's own cooperative.

    A paper is never edited: one that is there and says something else is refused.
    """

    model = CertificateIn
    marked = "paper_number"
    aside = tuple(_COVERED)
    fields = {"paper_number": "number"}  # noqa: RUF012 - declared where it is inherited

    def __init__(self, task: Task, report: Report) -> None:
        super().__init__(task, report)
        self._org = own_org(task.actor)
        self._papers: dict[tuple[str, str], tuple[Certificate, Scope]] = {}
        self._things: dict[str, dict[str, list[tuple[int, Any]]]] = {name: {} for name in _COVERED}

    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """The codes of what it covers, apart by commas or semicolons."""
        for name, (_, rule) in _COVERED.items():
            cell = row.get(name, "")
            try:
                codes = [one for one in re.split(r"[,;\n]+", cells.text(cell)) if one.strip()]
                if len(codes) > _MOST_COVERED:
                    raise Fault("field.range", min=0, max=_MOST_COVERED, unit="")
                draft.values[name] = list(dict.fromkeys(rule(cells.code(one.strip())) for one in codes))
            except Fault as fault:
                self.blame(layout, draft, name, cell, fault)
        return {}

    def typed(self, layout: Layout, name: str, cell: Any) -> Any:
        """Days of any year; the scheme by its name."""
        if name in ("valid_from", "valid_to"):
            return quantity.day(cells.text(cell), self.task.setting.today).isoformat()
        return _BY_COLUMN["scheme"].choice(cells.text(cell)) if name == "scheme" else cells.text(cell)

    def learn(self, batch: Sequence[tuple[Draft, CertificateIn]]) -> None:
        """The cooperative's papers of these numbers, and what the codes name."""
        self._learn_papers({given.number for _, given in batch})
        self._learn("covered_plots", Plot, "code", "id", batch)
        self._learn("covered_areas", GrowingArea, "code", "id", batch)
        self._learn("covered_products", Product, "sku", "public_id", batch)

    def _learn_papers(self, numbers: set[str]) -> None:
        scopes: dict[int, set[tuple[str, int]]] = {}
        papers: dict[int, Certificate] = {}
        for some in portions(numbers):
            mine = (col(Certificate.org_id) == self._org, col(Certificate.number).in_(some))
            papers |= {
                row.id: row for row in self.task.session.execute(select(Certificate).where(*mine)).scalars()
            }
            within = col(CertificateScope.certificate_id).in_(select(col(Certificate.id)).where(*mine))
            for scope in self.task.session.execute(select(CertificateScope).where(within)).scalars():
                scopes.setdefault(scope.certificate_id, set()).add(_named(scope))
        self._papers = {
            (row.scheme, row.number): (row, frozenset(scopes.get(row.id, ()))) for row in papers.values()
        }

    def _learn(
        self, name: str, table: Any, code: str, told: str, batch: Sequence[tuple[Draft, CertificateIn]]
    ) -> None:
        """Code -> number of a row, and what the form calls it; a growing area has a row for each market."""
        found: dict[str, list[tuple[int, Any]]] = {}
        columns = getattr(table, code), table.id, getattr(table, told)
        for some in portions({one for draft, _ in batch for one in _codes(draft, name)}):
            question = select(*columns).where(table.org_id == self._org, columns[0].in_(some))
            for said, number, form in self.task.session.execute(question.order_by(table.id)):
                found.setdefault(said, []).append((number, form))
        self._things[name] = found

    def write(self, layout: Layout, draft: Draft, given: CertificateIn) -> None:
        """Store a paper, or find that it is there."""
        self.is_first(layout, draft, "paper_number", given.number, given.scheme)
        try:
            check_paper(given)
        except Invalid as invalid:
            self.blame_fields(layout, draft, {}, invalid)
        covered = self._covered(layout, draft)
        stored = self._papers.get((given.scheme, given.number))
        scope = frozenset((name, number) for name, rows in covered.items() for number, _ in rows)
        if stored is not None and not draft.problems and not _says(stored, given, scope):
            self.blame(layout, draft, "paper_number", given.number, Fault("imp.paper.other"))
        if draft.problems:
            return
        self.report.count("certificate", created=stored is None, same=stored is not None)
        if self.task.writes and stored is None:
            told = {_COVERED[name][0]: tuple(form for _, form in rows) for name, rows in covered.items()}
            row = add_certificate(
                self.task.session, self.task.actor, given.model_copy(update=told), self.task.now
            )
            self.task.note_act("certificate", row.id, draft.row)

    def _covered(self, layout: Layout, draft: Draft) -> dict[str, list[tuple[int, Any]]]:
        found: dict[str, list[tuple[int, Any]]] = {}
        for name in _COVERED:
            known = self._things[name]
            for code in _codes(draft, name):
                if code not in known:
                    self.blame(layout, draft, name, code, Fault(f"imp.link.{name}"))
                found.setdefault(name, []).extend(known.get(code, ()))
        return found


def _codes(draft: Draft, name: str) -> Sequence[str]:
    codes: Any = draft.values.get(name, ())
    return codes if isinstance(codes, list) else ()


def _named(scope: CertificateScope) -> tuple[str, int]:
    """What one line of a paper's cover names."""
    columns = {
        "covered_plots": scope.plot_id,
        "covered_areas": scope.growing_area_id,
        "covered_products": scope.product_id,
    }
    return next((name, number) for name, number in columns.items() if number is not None)


def _says(stored: tuple[Certificate, Scope], given: CertificateIn, scope: Scope) -> bool:
    """Whether the paper that is there says what the row says; empty cells say nothing."""
    row, covers = stored
    said = given.model_dump(include={"issuer", "valid_from", "valid_to"}, exclude_unset=True)
    return all(getattr(row, name) == value for name, value in said.items()) and scope in (frozenset(), covers)
