"""The designs a block can be printed in: those for its product, which fit the stock, which comes first."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from labels.design import StampDesign, StampTexts
from labels.errors import LabelError
from labels.job import PrintJob
from labels.stock import Stock
from trace.errors import NotFound
from trace.records.label_design import LabelDesign
from trace.records.stamp import ON_PAPER, PrintRun, StampBlock
from trace.services.admission import Act, Actor, fetch, visible
from trace.services.instance_facts import is_demo
from trace.services.label_defaults import usual_choice
from trace.services.label_design_given import STANDARD
from trace.services.label_designs import design_at, design_named, full_name, own_designs
from trace.services.stamp_printing import LIST
from trace.services.stamp_words import words_of
from trace.texts.catalogs import Term


@dataclass(frozen=True)
class DesignChoice:
    """A design to choose: the name a print gives it, what people call it, and whether it fits the stock."""

    name: str
    title: Term | str
    is_usual: bool
    fits: bool


def designs_for(session: Session, actor: Actor, product_id: int | None) -> list[LabelDesign]:
    """One's own designs in use that are for all products or for this one."""
    return [row for row in own_designs(session, actor) if row.product_id in (None, product_id)]


def first_design(
    session: Session, actor: Actor, block: StampBlock, stock: str, in_use: Collection[str]
) -> str:
    """The design a print of this block on this stock begins with where none is named yet.

    What the block was last printed in; else what was chosen when it was taken; else, whichever is
    newer, what its product was last printed in (if still ``in_use``) or what was made usual.
    """
    prints = visible(actor, Act.SEE_CODES, PrintRun) & (col(PrintRun.stock) == stock)
    own = _last(session, prints & (col(PrintRun.block_id) == block.id))
    if own is not None:
        return own.design
    if block.design != STANDARD:
        return block.design
    same = col(StampBlock.product_id).is_not_distinct_from(block.product_id)
    last = _last(session, prints & same)
    usual = usual_choice(session, block.org_id or 0, stock, block.product_id)
    name = last.design.partition(".")[0] if last else ""
    if last and name in {STANDARD, *in_use} and (usual is None or last.asked_at > usual[1]):
        return name
    return usual[0].partition(".")[0] if usual else STANDARD


def _last(session: Session, rules: ColumnElement[bool]) -> PrintRun | None:
    question = (
        select(PrintRun)
        .join(StampBlock, col(StampBlock.id) == col(PrintRun.block_id))
        .where(rules, col(PrintRun.state).in_(ON_PAPER), col(PrintRun.format) != LIST)
        .order_by(col(PrintRun.id).desc())
        .limit(1)
    )
    found: PrintRun | None = session.execute(question).scalar_one_or_none()
    return found


def design_choices(
    session: Session,
    actor: Actor,
    block: StampBlock,
    stock: Stock,
    chosen: str,
    public_url: str,
    now: datetime,
) -> tuple[str, list[DesignChoice]]:
    """The name to go on with, ``chosen`` or the first one, and all there is to choose.

    That is: the newest versions of one's own, the standard, and what is gone on with where it is
    none of these; nothing to choose for those without designs of their own.
    """
    rows = designs_for(session, actor, block.product_id)
    if not rows:
        return chosen, []
    newest = {full_name(row): row.public_id for row in rows}
    named = chosen or first_design(session, actor, block, stock.name, newest.values())
    named = newest.get(named, named)
    usual = usual_choice(session, block.org_id or 0, stock.name, block.product_id)
    usual_name = newest.get(usual[0], "") if usual else STANDARD
    words = _Words(session, block, public_url, now)
    found = [
        DesignChoice(name, title, name == usual_name, words.fit(design, stock))
        for name, title, design in _offered(session, actor, rows, named)
    ]
    return named, found


def _offered(
    session: Session, actor: Actor, rows: list[LabelDesign], named: str
) -> Iterator[tuple[str, Term | str, StampDesign]]:
    for row in rows:
        yield row.public_id, row.name, design_at(session, row, row.version)
    yield STANDARD, Term("label_design.standard"), StampDesign()
    if named == STANDARD or any(named == row.public_id for row in rows):
        return
    try:
        full, design = design_named(session, actor, named)
    except NotFound:
        return
    public_id, _, version = full.partition(".")
    row = fetch(session, actor, Act.MANAGE_PRINTING, LabelDesign, public_id=public_id)
    yield named, Term("desk.design.version", {"name": row.name, "n": version}), design


class _Words:
    """A block's words for each kind of label, read once."""

    def __init__(self, session: Session, block: StampBlock, public_url: str, now: datetime) -> None:
        self._session, self._block, self._public_url, self._now = session, block, public_url, now
        self._said: dict[str, StampTexts] = {}

    def fit(self, design: StampDesign, stock: Stock) -> bool:
        """Whether a stamp of the block in this design fits the stock."""
        if design.kind not in self._said:
            demo = is_demo(self._session)
            self._said[design.kind] = words_of(
                self._session, self._block, self._public_url, self._now, is_demo=demo, kind=design.kind
            )
        prefix = f"{self._public_url}/".upper()
        try:
            PrintJob(tuple, prefix, self._said[design.kind], stock, design).prepared()
        except LabelError:
            return False
        return True
