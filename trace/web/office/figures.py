"""``/so/chi-tieu``: the 24 indicators, each with its formula, its table, why it changed, and the rows behind.

Every view is an address; the same address ends in ``.csv``, ``.xlsx``, ``.json`` for files.
"""

from dataclasses import replace
from itertools import islice
from typing import Any

from flask import Response, abort, render_template, request
from sqlmodel import Session

from trace.db import reading
from trace.errors import NotFound
from trace.services import recounting, sales_choices
from trace.services.admission import Act
from trace.services.figures import overview, tables, words
from trace.services.figures.answering import Answer, answer, check
from trace.services.figures.asking import IN_TIME, Ask, Dimension
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.counting import Quantile, Rows
from trace.services.figures.freshness import freshness
from trace.services.figures.measure import Measure
from trace.services.figures.row_listing import BEGINNING, PAGE, every_row, rows_behind
from trace.services.figures.tables import Line
from trace.services.figures.why import Why, why
from trace.services.tables import Table
from trace.texts.catalogs import t
from trace.web import row_files
from trace.web.asked import row_number
from trace.web.door import Door
from trace.web.office.figure_asking import FILTERS, Periods, address, periods_asked
from trace.web.office.figure_chart import chart
from trace.web.tables import as_csv, as_json, as_xlsx
from trace.web.visitor import actor, face_language, now

door = Door("figures", __name__, url_prefix="/so")

FORMS = {"csv": as_csv, "xlsx": as_xlsx}
MOST_ROWS = 1_000_000
"""Rows a file of rows carries: a sheet of a workbook has room for little more."""
TO_CUT_BY = (Dimension.COMMUNE, Dimension.COOPERATIVE, Dimension.MARKETPLACE, Dimension.VARIETY)
"""What a figure is cut by where the address does not say it: the first it knows."""
MOVES_SHOWN = 5


@door.page("/chi-tieu", Act.VIEW_FIGURES)
def index() -> str:
    """All indicators with the period before and the same days a year ago."""
    asked, lines = _lines()
    with reading() as session:
        offered = sales_choices.choices(session, actor())
        differ = recounting.standing(session)
    return _drawn("index", asked, lines=lines, offered=offered, differ=differ)


@door.page("/chi-tieu.<form>", Act.VIEW_FIGURES)
def index_file(form: str) -> Response:
    """The same as a file."""
    asked, lines = _lines()
    return _file(form, tables.overview(lines, face_language(), now()), "chi-tieu", asked.ask)


@door.page("/chi-tieu/<measure>", Act.VIEW_FIGURES)
def one(measure: str) -> str:
    """One figure: formula, chart, table by a dimension, why it changed."""
    found, asked = _measure(measure), periods_asked()
    asked = _cut(found, asked)
    with reading() as session:
        whole = [answer(session, actor(), found, replace(ask, by=None)).whole for ask in asked.all]
        parts = (
            [answer(session, actor(), found, ask) for ask in (asked.ask, asked.before)]
            if asked.ask.by
            else []
        )
        shown: dict[str, Any] = {"whole": whole, "chart": chart(session, actor(), found, asked.ask)}
        shown["differ"] = recounting.standing(session)
        shown["fresh"] = freshness(session, actor(), found, asked.ask)
        shown["why"] = why(session, actor(), found, *_without_cut(asked))
        offered = sales_choices.choices(session, actor())
    table = tables.by_part(parts, face_language()) if parts else None
    moves = _moves(shown["why"])
    links = _links(*parts) if parts else []
    cuts = [by for by in Dimension if by in found.dimensions]
    return _drawn(
        "one",
        asked,
        measure=found,
        cuts=cuts,
        table=table,
        links=links,
        moves=moves,
        offered=offered,
        **shown,
    )


@door.page("/chi-tieu/<measure>.<form>", Act.VIEW_FIGURES)
def one_file(measure: str, form: str) -> Response:
    """The figure's table as a file; where it can not be cut at all, its whole."""
    found = _measure(measure)
    asked = _cut(found, periods_asked())
    with reading() as session:
        both = [answer(session, actor(), found, ask) for ask in (asked.ask, asked.before)]
    return _file(form, tables.by_part(both, face_language()), measure, asked.ask)


@door.page("/chi-tieu/<measure>/dong", Act.VIEW_FIGURES)
def rows(measure: str) -> str:
    """A page of the rows behind a figure."""
    found, asked = _measure(measure), periods_asked()
    check(found, asked.ask)
    sources = _sources(found, asked.ask)
    chosen, after = _chosen(sources), request.args.get("sau", BEGINNING, type=row_number)
    page, table, total = None, None, None
    with reading() as session:
        if chosen is not None:
            page = rows_behind(session, actor(), chosen, asked.ask, after=after, limit=PAGE)
            table = tables.rows(found, chosen, page, face_language())
            total = _total(session, chosen, asked.ask)
    shown = {"measure": found, "sources": sources, "chosen": chosen, "page": page, "total": total}
    return _drawn("rows", asked, table=table, choice=_choice(sources, chosen), **shown)


@door.page("/chi-tieu/<measure>/dong.<form>", Act.VIEW_FIGURES)
def rows_file(measure: str, form: str) -> Response:
    """All those rows as a file."""
    found, ask = _measure(measure), periods_asked().ask
    check(found, ask)
    chosen = _chosen(_sources(found, ask))
    if chosen is None:
        raise NotFound()
    if form not in row_files.FORMS:
        abort(404)
    lang, cells = face_language(), chosen.fact.cells
    with reading() as session:
        every = every_row(session, actor(), chosen, replace(ask, known=None))
        rows = tables.told(cells, islice(every, MOST_ROWS), lang)

        def notes() -> list[str]:
            return [t(lang, "figures.rows.most", n=MOST_ROWS) for _ in islice(every, 1)]

        listed = row_files.Listed(
            tables.rows_title(found, lang), tables.row_columns(cells, lang), rows, notes
        )
        return row_files.as_file(form, _file_name(f"{measure}-dong", ask), listed)


def _lines() -> tuple[Periods, list[Line]]:
    asked = periods_asked()
    asked = Periods(*(replace(ask, by=None) for ask in asked.all))
    with reading() as session:
        return asked, overview.lines(session, actor(), asked.all)


def _measure(name: str) -> Measure:
    found = BY_NAME.get(name)
    if found is None:
        raise NotFound()
    return found


def _cut(measure: Measure, asked: Periods) -> Periods:
    """Cut as the address says, else by the first dimension the figure knows."""
    by = asked.ask.by or next((one for one in TO_CUT_BY if one in measure.dimensions), None)
    return Periods(*(replace(ask, by=by) for ask in asked.all))


def _without_cut(asked: Periods) -> tuple[Ask, Ask]:
    return replace(asked.ask, by=None), replace(asked.before, by=None)


def _moves(found: Why) -> list[tuple[Dimension, list[Any]]]:
    """The largest moves of each dimension, those first that tell parts apart."""
    order = dict.fromkeys(move.dimension for move in found.moves)
    moves = [(by, list(found.of(by)[:MOVES_SHOWN])) for by in order]
    return sorted(moves, key=lambda one: len(one[1]) == 1)


def _links(found: Answer, before: Answer) -> list[str]:
    """Where a part leads: the same figure of that part alone; days lead nowhere."""
    by = found.ask.by
    if by is None or by in IN_TIME:
        return []
    plain = replace(found.ask, by=None)
    parts = tables.parts_of_both(found, before)
    return [address(replace(plain, only={**plain.only, by: part.key})) for part, _ in parts]


def _sources(measure: Measure, ask: Ask) -> list[tuple[str, Rows]]:
    """Every kind of rows behind a figure: ``top`` or ``bottom``, and the rows."""
    sides = zip(("top", "bottom"), measure.counts, strict=False)
    return [(side, one) for side, count in sides for one in count.behind(ask)]


def _chosen(sources: list[tuple[str, Rows]]) -> Rows | None:
    """The rows the address names by their place; the first without a name."""
    place = request.args.get("nguon", 0, type=int)
    if not sources:
        return None
    return sources[place][1] if 0 <= place < len(sources) else sources[0][1]


def _choice(sources: list[tuple[str, Rows]], chosen: Rows | None) -> int:
    return next((place for place, (_, one) in enumerate(sources) if one is chosen), 0)


def _total(session: Session, chosen: Rows, ask: Ask) -> int | None:
    """What the rows make together; a level among rows is no sum."""
    if isinstance(chosen, Quantile):
        return None
    plain = replace(ask, by=None)
    return chosen.read(chosen.gathered(session, actor(), plain, None).get(""))


def _file(form: str, made: Table, name: str, ask: Ask) -> Response:
    if form not in {*FORMS, "json"}:
        abort(404)
    if form == "json":
        return as_json(made)
    return FORMS[form](made, _file_name(name, ask))


def _file_name(name: str, ask: Ask) -> str:
    cut = f"-{ask.by.value}" if ask.by else ""
    return f"{name}{cut}-{ask.since.isoformat()}-{ask.until.isoformat()}"


def _drawn(view: str, asked: Periods, **shown: Any) -> str:
    lang = face_language()
    chosen = [(name, key, asked.ask.only[name]) for name, key in FILTERS.items() if name in asked.ask.only]
    return render_template(
        f"office/figures/{view}.html",
        asked=asked,
        ask=asked.ask,
        address=address,
        replace=replace,
        words=words,
        now=now(),
        filters=FILTERS,
        chosen_filters=chosen,
        lang=lang,
        **shown,
    )
