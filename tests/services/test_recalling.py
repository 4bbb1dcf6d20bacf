"""Recalls: everything downstream, at once and for good; two people close."""

import json
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event as watching
from sqlmodel import select

from tests import world
from tests.services import farm
from tests.services.lot_world import bare, link
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotAllowed, NotFound, Refused
from trace.records.event import Event, EventTerm, LogLeaf
from trace.records.lot import Lot, LotKind, LotState
from trace.records.recall import RecallLot
from trace.services import lineage, packing, recalling
from trace.services.admission import Actor, actor_of
from trace.services.identifiers import lot_uris
from trace.standards.canonical_json import dumps
from trace.standards.event_hash import event_hash

WORDS = recalling.RecallIn(reason="Nghi còn thuốc trên quả", phone="0220 000 0000")


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def officer(now: datetime) -> Actor:
    with transaction() as session:
        return actor_of(world.make_office(session, now))


def tree(coop: world.Coop, now: datetime) -> list[Lot]:
    """Two harvests pooled, the pool packed twice, and a lot that has nothing to do with it."""
    with transaction() as session:
        lots = [farm.harvest(session, coop, now, kg=100) for _ in range(3)]
        pool = packing.pack_lot(session, coop.hand, farm.pack_in(*lots[:2], units=200, kind="pool"), now)
        packs = [packing.pack_lot(session, coop.hand, farm.pack_in(pool, units=100), now) for _ in range(2)]
    return [*lots, pool, *packs]


def test_a_recall_reaches_everything_made_from_the_lot_and_nothing_else(
    coop: world.Coop, now: datetime
) -> None:
    one, two, alone, pool, *packs = tree(coop, now)
    with transaction() as session:
        recall = recalling.open_recall(session, coop.boss, one.public_id, WORDS, now)
    with reading() as session:
        states = {lot.id: session.get_one(Lot, lot.id).state for lot in (one, two, alone, pool, *packs)}
        assert {number for number, state in states.items() if state == "recalled"} == {
            one.id, pool.id, *(pack.id for pack in packs),
        }  # fmt: skip
        assert farm.count(session, RecallLot) == 4
        acts = session.exec(select(Event).where(Event.act == "recall")).all()
        assert len(acts) == 4
    assert recall.number == f"TH-2026-{recall.id:04}"


def test_each_recalled_lot_gets_a_new_version(coop: world.Coop, now: datetime) -> None:
    one, *_ = tree(coop, now)
    with transaction() as session:
        recalling.open_recall(session, coop.boss, one.public_id, WORDS, now)
        assert session.get_one(Lot, one.id).version == one.version + 1


def test_a_recall_reaches_lots_in_every_state_and_moves_each_once(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        root = bare(session, now, coop, LotKind.HARVEST, 100_000, packed_on=None)
        below = [bare(session, now, coop, LotKind.PACK, 1_000, state=state) for state in LotState]
        for lot in below:
            link(session, root, lot, 1_000)
        held = next(lot for lot in below if lot.state == LotState.HOLD)
        held.state_before_hold = LotState.OPEN
    with transaction() as session:
        recalling.open_recall(session, coop.boss, root.public_id, WORDS, now)
    with reading() as session:
        for lot in below:
            found = session.get_one(Lot, lot.id)
            moved = 0 if lot.state == LotState.RECALLED else 1
            assert (found.state, found.state_before_hold) == (LotState.RECALLED, None)
            assert found.version == lot.version + moved


def test_each_recalled_lot_has_an_event_that_is_found_by_it(coop: world.Coop, now: datetime) -> None:
    one, _two, _alone, *made = tree(coop, now)
    with transaction() as session:
        recalling.open_recall(session, coop.boss, one.public_id, WORDS, now)
    with reading() as session:
        uris = lot_uris(session, [one, *made])
        question = select(Event, EventTerm).join(EventTerm).where(Event.act == "recall")
        found = session.exec(question.where(EventTerm.role == "class")).all()
        assert {event.subject_id: term.value for event, term in found} == uris
        for event, term in found:
            body = json.loads(event.body)
            (goods,) = body["quantityList"]
            version = session.get_one(Lot, event.subject_id).version
            assert body["nongsan:lotVersion"] == str(version)
            assert (goods["epcClass"], goods["quantity"]) == (term.value, term.quantity)
            assert event.event_id == event.hash == body["eventID"] == event_hash(body)
            assert event.body == dumps(body).decode()


def test_a_recalled_lot_never_comes_back(coop: world.Coop, now: datetime) -> None:
    one, *_ = tree(coop, now)
    with transaction() as session:
        recalling.open_recall(session, coop.boss, one.public_id, WORDS, now)
        with pytest.raises(Refused) as refused:
            packing.pack_lot(session, coop.hand, farm.pack_in(one), now)
    assert refused.value.key == "gate.recalled"


def test_opening_twice_with_the_same_words_is_once(coop: world.Coop, now: datetime) -> None:
    one, *_ = tree(coop, now)
    with transaction() as session:
        first = recalling.open_recall(session, coop.boss, one.public_id, WORDS, now)
        assert recalling.open_recall(session, coop.boss, one.public_id, WORDS, now).id == first.id
        other = WORDS.model_copy(update={"reason": "lý do khác"})
        with pytest.raises(Refused):
            recalling.open_recall(session, coop.boss, one.public_id, other, now)


def test_the_typed_number_of_lots_must_be_right(coop: world.Coop, now: datetime) -> None:
    one, *_ = tree(coop, now)
    wrong = WORDS.model_copy(update={"lots": 3})
    with pytest.raises(Invalid), transaction() as session:
        recalling.open_recall(session, coop.boss, one.public_id, wrong, now)
    with transaction() as session:
        right = WORDS.model_copy(update={"lots": 4})
        recalling.open_recall(session, coop.boss, one.public_id, right, now)


def test_staff_open_no_recall_and_neighbours_see_no_lot(coop: world.Coop, now: datetime) -> None:
    one, *_ = tree(coop, now)
    with transaction() as session:
        other = world.make_coop(session, now)
        with pytest.raises(NotAllowed):
            recalling.open_recall(session, coop.hand, one.public_id, WORDS, now)
        answers = []
        for name in (one.public_id, "khongco000"):
            with pytest.raises(NotFound) as refused:
                recalling.open_recall(session, other.boss, name, WORDS, now)
            answers.append((refused.value.key, refused.value.params))
    assert answers[0] == answers[1]


def test_two_people_of_the_office_close_neither_of_them_the_opener(coop: world.Coop, now: datetime) -> None:
    one, *_ = tree(coop, now)
    opener, first, second = (officer(now) for _ in range(3))
    with transaction() as session:
        number = recalling.open_recall(session, opener, one.public_id, WORDS, now).number
        with pytest.raises(Refused) as refused:
            recalling.close(session, second, number, now)
        assert refused.value.key == "recall.not_proposed"
        recalling.propose_close(session, first, number, now)
        for same in (first, opener):
            with pytest.raises(Refused) as refused:
                recalling.close(session, same, number, now)
            assert refused.value.key == "recall.same_person"
        with pytest.raises(NotAllowed):
            recalling.close(session, coop.boss, number, now)
        with pytest.raises(Refused):
            recalling.close(session, farm.OFFICE, number, now)
        assert recalling.close(session, second, number, now).closed_at == now
        assert session.get_one(Lot, one.id).state == LotState.RECALLED


def test_a_drill_counts_and_changes_nothing(coop: world.Coop, now: datetime) -> None:
    one, *_ = tree(coop, now)
    with reading() as session:
        leaves = farm.count(session, LogLeaf)
        reach = recalling.reach_of(session, coop.boss, one.public_id)
        assert (len(reach.lots), reach.weight_g) == (4, 200_000)
        assert farm.count(session, LogLeaf) == leaves
        assert {lot.state for lot in reach.lots} & {"recalled"} == set()


def test_a_recall_that_no_single_question_takes_is_asked_in_parts(
    coop: world.Coop, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, *_ = tree(coop, now)
    monkeypatch.setattr(lineage, "PORTION", 2)
    with transaction() as session:
        reach = recalling.reach_of(session, coop.boss, one.public_id)
        recall = recalling.open_recall(session, coop.boss, one.public_id, WORDS, now)
    with reading() as session:
        _recall, lots = recalling.recall_numbered(session, coop.boss, recall.number)
    assert [lot.id for lot in reach.lots] == [lot.id for lot in lots]
    assert {lot.state for lot in lots} == {"recalled"}
    assert (len(lots), reach.weight_g) == (4, 200_000)


def test_lots_are_recalled_without_a_question_for_each(
    database: Database, coop: world.Coop, now: datetime
) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    counts = []
    for packs in (2, 9):
        with transaction() as session:
            lot = farm.harvest(session, coop, now, kg=100)
            for _ in range(packs):
                packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=5), now)
        asked.clear()
        watching.listen(database.writer, "before_cursor_execute", note)
        with transaction() as session:
            recalling.open_recall(session, coop.boss, lot.public_id, WORDS, now)
        watching.remove(database.writer, "before_cursor_execute", note)
        counts.append(sum(statement.startswith(("SELECT", "WITH")) for statement in asked))
    assert counts[0] == counts[1] > 0
