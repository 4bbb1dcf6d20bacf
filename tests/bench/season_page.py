"""The office's page of a season beside the same days a year before, all that ``/so`` asks for."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from tests.bench.sales_world import LAST, SEASON_DAYS
from trace.db import reading
from trace.records.account import Role
from trace.services import recounting, sales_choices
from trace.services.admission import Actor
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.board import board
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.commune_map import figure_map
from trace.services.statistics import Question, by_hand
from trace.services.sync_health import sync_health
from trace.services.work_lists import listing
from trace.services.work_lists.item import Look

OFFICE = Actor(1, Role.OFFICE)
NOW = datetime.combine(LAST, time(5), UTC)
SEASON = Ask(LAST - timedelta(days=SEASON_DAYS - 1), LAST)
YEAR = timedelta(days=365)
BEFORE = replace(SEASON, since=SEASON.since - YEAR, until=SEASON.until - YEAR)


def look() -> None:
    """One view, of the database in use."""
    with reading() as session:
        board(session, OFFICE, SEASON, BEFORE)
        figure_map(session, OFFICE, BY_NAME["harvested"], SEASON, BEFORE, Dimension.COMMUNE)
        sync_health(session, OFFICE, NOW)
        recounting.standing(session)
        sales_choices.choices(session, OFFICE)
        by_hand(session, OFFICE, Question(SEASON.since, SEASON.until))
        listing.counts(Look(session, OFFICE, NOW))
