"""Days and seconds of stored instants, the same on both databases."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class LocalDay(FunctionElement[str]):
    """The day in Vietnam of an instant, as ``2026-06-12``."""

    type = String()
    inherit_cache = True
    name = "local_day"


class LocalDate(FunctionElement[date]):
    """The day in Vietnam of an instant, as columns of days have it."""

    type = Date()
    inherit_cache = True
    name = "local_date"


class MonthOf(FunctionElement[date]):
    """The first of a day's month."""

    type = Date()
    inherit_cache = True
    name = "month_of"


class SecondsBetween(FunctionElement[int]):
    """Whole seconds from the second instant to the first."""

    type = Integer()
    inherit_cache = True
    name = "seconds_between"


@compiles(LocalDay, "sqlite")
def _day_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '+7 hours')"


@compiles(LocalDay, "postgresql")
def _day_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    at = compiler.process(element.clauses, **options)
    return f"to_char({at} AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD')"


@compiles(LocalDate, "sqlite")
def _date_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '+7 hours')"


@compiles(LocalDate, "postgresql")
def _date_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    at = compiler.process(element.clauses, **options)
    return f"CAST({at} AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date)"


@compiles(MonthOf, "sqlite")
def _month_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, 'start of month')"


@compiles(MonthOf, "postgresql")
def _month_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(date_trunc('month', {compiler.process(element.clauses, **options)}) AS date)"


@compiles(SecondsBetween, "sqlite")
def _seconds_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    last, first = (compiler.process(one, **options) for one in element.clauses)
    return f"(strftime('%s', {last}) - strftime('%s', {first}))"


@compiles(SecondsBetween, "postgresql")
def _seconds_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    last, first = (compiler.process(one, **options) for one in element.clauses)
    return " - ".join(f"floor(extract(epoch FROM {one}))::bigint" for one in (last, first)).join("()")


def local_day_of(at: Any) -> ColumnElement[str]:
    """The day in Vietnam of a column of instants."""
    return LocalDay(at)


def local_date_of(at: Any) -> ColumnElement[date]:
    """The day in Vietnam of a column of instants, to be stored as a day."""
    return LocalDate(at)


def month_of_day(day: Any) -> ColumnElement[date]:
    """The first of the month of a column of days."""
    return MonthOf(day)


def seconds_between(last: Any, first: Any) -> ColumnElement[int]:
    """Whole seconds between two columns of instants."""
    return SecondsBetween(last, first)
