"""Sales figures: tables, every view an address, the same address as CSV, XLSX, JSON."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, abort, render_template, request

from trace.db import reading
from trace.errors import FieldProblem, Invalid
from trace.services import sales_choices
from trace.services.admission import Act
from trace.services.statistics import Answer, Dimension, Figures, Question, Row, by_hand, sales
from trace.services.sync_health import sync_health
from trace.services.tables import Column, Table
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.texts.formats import Money
from trace.web.asked import day_asked
from trace.web.charts import Point, bars
from trace.web.door import Door
from trace.web.tables import as_csv, as_json, as_xlsx
from trace.web.visitor import actor, face_language, now

door = Door("sales", __name__, url_prefix="/so")

SEASON_DAYS = 90
FORMS = {"csv": as_csv, "xlsx": as_xlsx}
KINDS = {
    "orders": "number",
    "transactions": "number",
    "quantity": "number",
    "weight": "weight_kg",
    "revenue": "money",
}


@dataclass(frozen=True)
class View:
    """What a page shows: the question, its answer, the same as a table."""

    answer: Answer
    table: Table


@door.page("/ban-hang", Act.VIEW_FIGURES)
def table() -> str:
    """One table with its filters."""
    question = _question()
    with reading() as session:
        answer = sales(session, actor(), question)
        typed = by_hand(session, actor(), question)
        offered = sales_choices.choices(session, actor())
        health = sync_health(session, actor(), now())
    lang = face_language()
    return render_template(
        "office/sales.html",
        view=View(answer, as_table(answer, lang)),
        question=question,
        by_hand=typed,
        offered=offered,
        marketplaces=[(key, t(lang, f"marketplace.{key}")) for key in offered.marketplaces],
        chart=_chart(answer) if question.by is Dimension.DAY else None,
        health=health,
    )


@door.page("/ban-hang.<form>", Act.VIEW_FIGURES)
def table_file(form: str) -> Response:
    """Exactly the table on the screen, as a file."""
    if form not in {*FORMS, "json"}:
        abort(404)
    with reading() as session:
        answer = sales(session, actor(), _question())
        typed = by_hand(session, actor(), answer.question)
    made = as_table(answer, face_language(), typed)
    if form == "json":
        return as_json(made)
    question = answer.question
    name = f"ban-hang-{question.by.value}-{question.since.isoformat()}-{question.until.isoformat()}"
    return FORMS[form](made, name)


def _question() -> Question:
    """The question in the address; a value that does not fit is said, never guessed."""
    today = local_day(now())
    problems: list[FieldProblem] = []
    until = day_asked("den", today, problems)
    since = day_asked("tu", until - timedelta(days=SEASON_DAYS - 1), problems)
    by = request.args.get("nhom", Dimension.DAY.value)
    if by not in set(Dimension):
        problems.append(FieldProblem("nhom", "error.value", by, {"expected": ", ".join(Dimension)}))
    if not problems and since > until:
        problems.append(FieldProblem("tu", "sales.order", since.isoformat(), {"until": until}))
    if problems:
        raise Invalid(problems)
    chosen = {name: request.args.get(said) or None for name, said in FILTERS.items()}
    return Question(since, until, Dimension(by), **chosen)


FILTERS = {"marketplace": "san", "cooperative": "htx", "commune": "xa", "product": "sp"}


def as_table(answer: Answer, lang: str, typed: Figures | None = None) -> Table:
    """The rows and the total under the headings of one language; a note says what people ``typed`` in."""
    by = answer.question.by
    first = Column(by.value, t(lang, f"sales.by.{by.value}"), "day" if by is Dimension.DAY else "text")
    # Only where orders wait for a rate or a right to be seen: most installations never have one.
    kinds = {**KINDS, "unpriced": "number"} if answer.total.unpriced else KINDS
    columns = [first, *(Column(name, t(lang, f"sales.{name}"), kind) for name, kind in kinds.items())]
    rows = [[_label(row, by, lang), *_cells(row.figures)[: len(kinds)]] for row in answer.rows]
    rows.append([t(lang, "sales.total"), *_cells(answer.total)[: len(kinds)]])
    notes = [t(lang, "sales.definition")]
    if typed is not None and (typed.orders or typed.revenue_vnd):
        told = {"orders": typed.orders, "revenue": Money(typed.revenue_vnd)}
        notes.append(t(lang, "file.total.share", **told))
    return Table(t(lang, "sales.title"), columns, rows, notes)


def _label(row: Row, by: Dimension, lang: str) -> Any:
    if by is Dimension.DAY:
        return date.fromisoformat(row.key)
    if by is Dimension.MARKETPLACE:
        return t(lang, f"marketplace.{row.key}")
    return row.name or t(lang, "sales.unmapped")


def _cells(figures: Figures) -> list[int | float]:
    return [
        figures.orders,
        figures.transactions,
        figures.quantity,
        figures.weight_g / 1000,
        figures.revenue_vnd,
        figures.unpriced,
    ]


def _chart(answer: Answer) -> Any:
    """Revenue by day in millions of đồng, days without sales included."""
    lang = face_language()
    by_day = {row.key: row.figures for row in answer.rows}
    question = answer.question
    days = [question.since + timedelta(days=n) for n in range((question.until - question.since).days + 1)]
    points = []
    for day in days[-366:]:
        figures = by_day.get(day.isoformat(), Figures())
        said = t(lang, "sales.bar", day=day, orders=figures.orders, revenue=Money(figures.revenue_vnd))
        points.append(Point(day.strftime("%d/%m"), round(figures.revenue_vnd / 1_000_000, 3), said))
    return bars(lang, points, t(lang, "sales.chart"), t(lang, "figures.tick.millions", n="{}"))
