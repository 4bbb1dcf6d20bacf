"""``/so``: the season on one page, for a desk, a phone and the wall of an operations centre.

The same address with ``.csv``, ``.xlsx``, ``.json`` after ``/so/bang`` carries every figure of it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from flask import Flask, Response, abort, current_app, make_response, render_template, request
from sqlmodel import Session

from trace.db import reading
from trace.services import recounting, sales_choices
from trace.services.admission import Act, may
from trace.services.figures import words
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.board import Board, Seen, board
from trace.services.figures.board_tables import curve_table, whole_table
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.commune_map import FigureMap, figure_map
from trace.services.statistics import Question, by_hand
from trace.services.sync_health import sync_health
from trace.services.work_lists import listing
from trace.services.work_lists.item import Look
from trace.standards.local_time import local_day
from trace.web.door import Door
from trace.web.memory import Memory
from trace.web.office.board_asking import Chosen, same_but, season_asked, seasons
from trace.web.office.figure_asking import FILTERS, Periods, address
from trace.web.office.figure_map import DEFAULT
from trace.web.office.map_drawing import CARD, drawn
from trace.web.office.season_curve import season_curve
from trace.web.spark import portion, spark, spread
from trace.web.tables import as_csv, as_json, as_xlsx
from trace.web.visitor import actor, face_language, now

door = Door("board", __name__, url_prefix="/so")

FORMS = {"csv": as_csv, "xlsx": as_xlsx}
WALL = "lon"
"""``man-hinh``: large, without menus, drawn anew every ``ANEW_S`` seconds."""
ANEW_S = 300
KEPT = 16
"""Seasons and filters that are remembered for a minute."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Told:
    """Everything the page says, as it was found at one moment (``taken_at``)."""

    taken_at: datetime
    board: Board
    communes: FigureMap | None
    shown: dict[str, Any]


@door.page("/", Act.VIEW_FIGURES, strict_slashes=False, endpoint="home")
@door.page("/bang", Act.VIEW_FIGURES)
def show() -> Response:
    """The page, as it was at most a minute ago: it says when, and what is done here draws it anew."""
    chosen = season_asked()
    told = _told(chosen.periods)
    is_wall = request.args.get("man-hinh") == WALL
    answer = make_response(_drawn(chosen, told, is_wall=is_wall))
    if is_wall:
        answer.headers["Refresh"] = str(ANEW_S)
    return answer


def _told(asked: Periods) -> Told:
    """What the page says to whoever reaches as far, in this minute."""
    memory: Memory[Told] = current_app.extensions["season_page"]
    minute = now().replace(second=0, microsecond=0)
    days = tuple((one.since, one.until, frozenset(one.only.items())) for one in asked.all)
    return memory.told((replace(actor(), account_id=None), days, minute), lambda: _found(asked))


def _found(asked: Periods) -> Told:
    taken_at = now()
    with reading() as session:
        found = board(session, actor(), asked.ask, asked.last_year)
        communes = _map(session, asked)
        shown = {
            "health": sync_health(session, actor(), now()),
            "differ": recounting.standing(session),
            "offered": sales_choices.choices(session, actor()),
            "by_hand": by_hand(session, actor(), _question(asked.ask)),
            "work": _work(session),
        }
    return Told(taken_at, found, communes, shown)


@door.after_app_request
def _forget(answer: Response) -> Response:
    """Whoever did something sees it: what this process remembers is of before."""
    if request.method not in SAFE and answer.status_code < 400:
        current_app.extensions["season_page"].forget()
    return answer


@door.page("/bang.<form>", Act.VIEW_FIGURES)
def file(form: str) -> Response:
    """Every figure of the page as a file."""
    if form not in {*FORMS, "json"}:
        abort(404)
    asked = season_asked().periods
    with reading() as session:
        found = board(session, actor(), asked.ask, asked.last_year)
    made = whole_table(found, face_language())
    if form == "json":
        return as_json(made)
    return FORMS[form](made, f"bang-{asked.ask.since.isoformat()}-{asked.ask.until.isoformat()}")


def _map(session: Session, asked: Periods) -> FigureMap | None:
    """Harvest on the map; none under a filter that harvests do not know."""
    measure = BY_NAME[DEFAULT]
    if asked.ask.dimensions - measure.dimensions:
        return None
    return figure_map(session, actor(), measure, asked.ask, asked.last_year, Dimension.COMMUNE)


def _work(session: Session) -> dict[str, int]:
    """How many items wait in each work list; none for whoever sees no such lists."""
    return listing.counts(Look(session, actor(), now())) if may(actor(), Act.SEE_WORK) else {}


def _question(ask: Ask) -> Question:
    """The same question of the sales tables, which know what a person typed in."""
    named = ask.only.get
    return Question(
        ask.since,
        ask.until,
        marketplace=named(Dimension.MARKETPLACE),
        cooperative=named(Dimension.COOPERATIVE),
        commune=named(Dimension.COMMUNE),
        product=named(Dimension.PRODUCT),
    )


def _drawn(chosen: Chosen, told: Told, *, is_wall: bool) -> str:
    found, communes = told.board, told.communes
    lang, today = face_language(), local_day(now())
    curve = season_curve(found.curve, lang) if found.curve else None
    table = curve_table(found.curve, lang) if found.curve and curve else None
    return render_template(
        "office/board/index.html",
        chosen=chosen,
        seasons=list(seasons(today)),
        board=found,
        figures=found.figures,
        ask=found.ask,
        address=address,
        replace=replace,
        own_query=same_but,
        dimension=Dimension,
        filters=FILTERS,
        words=words,
        lang=lang,
        now=now(),
        year_ago=str(found.last_year.until.year),
        today=today,
        curve=curve,
        map=drawn(communes, lang, CARD) if communes else None,
        found=communes,
        curve_table=table,
        way=_way,
        spread=spread,
        portion=portion,
        tonnes=lambda grams: words.short(lang, BY_NAME[DEFAULT], Fraction(grams)),
        taken_at=told.taken_at,
        is_wall=is_wall,
        most=listing.MOST_COUNTED,
        **told.shown,
    )


def _way(seen: Seen) -> Any:
    """The figure's way over the period."""
    return spark([float(part.value or 0) for part in seen.parts])


def prepare(app: Flask) -> None:
    """Hang the page's memory into the app."""
    app.extensions["season_page"] = Memory[Told](KEPT)
