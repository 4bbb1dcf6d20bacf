"""Label stock: what ships with the label room, and what a cooperative has measured itself.

Prints name stock by what ``labels.stock`` calls it, or by the public id of the cooperative's row.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from labels.errors import BadJob
from labels.stock import STOCKS, Stock, checked_stock
from trace.errors import FieldProblem, Invalid, Refused
from trace.records.label_stock import LabelStock, StockForm, StockShape
from trace.services.admission import Act, Actor, fetch, lock, own_org, visible
from trace.services.label_stock_given import StockIn
from trace.services.public_id import new_public_id
from trace.texts.catalogs import Term

MOST = 60
"""Stock in use in one cooperative."""


def checked(given: StockIn) -> Stock:
    """The stock as the label room knows it, when every label lies on its page.

    Raises:
        Invalid: the field that is too large, and the most it may be.
    """
    if given.form is StockForm.SHEET and given.rows is None:
        raise Invalid([FieldProblem("rows", "error.empty", "")])
    try:
        return checked_stock(_stock("preview", given.figures()))
    except BadJob as problem:
        raise Invalid([_problem(problem)]) from problem


def _problem(problem: BadJob) -> FieldProblem:
    """The label room's refusal of a figure: the most it may be, or the least (``">= 10"``)."""
    field = str(problem.params["field"]).replace("_mm", "_um")
    got, bound = problem.params["value"], problem.params["max"]
    unit = "mm" if field.endswith("_um") else ""
    if isinstance(bound, str) and bound.startswith(">= "):
        figures = {"value": got, "min": Decimal(bound.removeprefix(">= ")), "unit": unit}
        return FieldProblem(field, "label_stock.least", got, figures)
    return FieldProblem(field, "label_stock.most", got, {"value": got, "max": bound, "unit": unit})


def add_stock(session: Session, actor: Actor, given: StockIn, now: datetime) -> LabelStock:
    """Take stock into use in the actor's organisation.

    Raises:
        Invalid: a label does not lie on its page.
        Refused: ``label_gear.many``.
    """
    org_id = own_org(actor)
    mine = visible(actor, Act.MANAGE_PRINTING, LabelStock)
    checked(given)
    in_use = select(func.count()).select_from(LabelStock).where(mine, col(LabelStock.retired_at).is_(None))
    if session.execute(in_use).scalar_one() >= MOST:
        raise Refused("label_gear.many", max=MOST)
    return store(session, actor, org_id, given, None, now)


def open_row(session: Session, actor: Actor, public_id: str) -> LabelStock:
    """The row, held, while it is in use.

    Raises:
        NotFound: not theirs.
        Refused: ``label_gear.retired``.
    """
    row = fetch(session, actor, Act.MANAGE_PRINTING, LabelStock, public_id=public_id)
    lock(session, row)
    if row.retired_at is not None:
        raise Refused("label_gear.retired", name=row.name)
    return row


def own_stocks(session: Session, actor: Actor) -> Sequence[LabelStock]:
    """The organisation's own stock in use, by name."""
    mine = visible(actor, Act.MANAGE_PRINTING, LabelStock) & col(LabelStock.retired_at).is_(None)
    question = select(LabelStock).where(mine).order_by(col(LabelStock.name), col(LabelStock.id))
    return session.execute(question).scalars().all()


def stock_named(session: Session, actor: Actor, name: str) -> Stock:
    """Stock by the name a print gives it, retired or not: what was printed can be printed again.

    Raises:
        NotFound: neither built in nor theirs.
    """
    found = STOCKS.get(name)
    return found or as_stock(fetch(session, actor, Act.MANAGE_PRINTING, LabelStock, public_id=name))


def title_of(session: Session, name: str) -> Term | str:
    """What people call the stock of a print; a name that no stock has is itself."""
    if name in STOCKS:
        return Term(f"stock.{name}")
    asked = name.replace("\0", "\ufffd")
    row = session.execute(select(LabelStock).where(col(LabelStock.public_id) == asked)).scalar_one_or_none()
    return row.name if row else name


def as_stock(row: LabelStock) -> Stock:
    """A row as the label room knows it."""
    return _stock(row.public_id, row.model_dump())


def _stock(name: str, figures: dict[str, Any]) -> Stock:
    lengths = {
        f"{key.removesuffix('_um')}_mm": value / 1000 for key, value in figures.items() if key.endswith("_um")
    }
    grid = {key: figures[key] for key in ("form", "columns", "rows")}
    is_oval = figures["shape"] == StockShape.OVAL
    return Stock(name=name, measured=True, is_oval=is_oval, **grid, **lengths)


def store(
    session: Session, actor: Actor, org_id: int, given: StockIn, replaces: int | None, now: datetime
) -> LabelStock:
    """Write the row of checked figures; ``replaces`` is the row it stands in for."""
    row = LabelStock(
        org_id=org_id,
        public_id=new_public_id(),
        name=given.name,
        replaces_id=replaces,
        created_at=now,
        created_by=actor.account_id,
        **given.figures(),
    )
    session.add(row)
    session.flush()
    return row
