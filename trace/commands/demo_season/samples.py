"""A stamp for every answer: fresh, seen, out of date, copied, not sold yet, withdrawn, recalled, leaked.

Most stand on goods of the last weeks, so that each is there whatever the month. A second key is made
twelve days ago and the first one's leak is dated to that moment: what the old key brought out before
stays valid, and only a roll of it that was activated afterwards is in doubt.
"""

import secrets
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session

from trace.commands.demo_season.cast import Batch, Cast, Coop, Sample, Stamped
from trace.commands.demo_season.days import at
from trace.commands.demo_season.stamps import code_of, look, reader_of
from trace.services import stamp_activating, stamp_keys, stamp_printing, stamp_voiding, stamping
from trace.services.stamping import BlockOrder
from trace.services.verdicts import State
from trace.standards import stamp_code
from trace.standards.stamp_code import StampKey

KEY_CHANGED_AGO, OLD_ROLL_USED_AGO, LEAK_TOLD_AGO = 12, 11, 10
COPIED_DEVICES, COPIED_NETWORKS = 9, 5
ROLL, USED = 200, 60
"""Stamps of a roll, and how many of them are activated."""
FRESH = ("VS-500", "CR-2KG", "BDX-300")
"""Goods whose newest lot shows untouched stamps, the best story first."""
CAKE, CARROT, EARLY_LYCHEE = "BDX-300", "CR-2KG", "UH-1KG"
OLD_ROLL, NEW_ROLL = "mau-cuon-cu", "mau-cuon-moi"


def plan_samples(cast: Cast) -> None:
    """All samples, and the two keys behind one of them."""
    for sku in FRESH:
        for place in range(2):
            _keep(cast, State.FIRST, _of(cast, sku)[-1:], place)
    cakes = _of(cast, CAKE)
    cast.agenda.add(cast.days.now - timedelta(hours=9), partial(_visit, cast, cakes[-1], 3, b""))
    _keep(cast, State.SEEN, cakes[-1:], 3)
    _keep(cast, State.EXPIRED, _of(cast, CARROT)[1:2], 0)
    _plan_copied(cast, cakes[-2])
    _keep(cast, State.RECALLED, _of(cast, EARLY_LYCHEE)[:1], 0)
    _plan_rolls(cast, cakes[-1].coop, cast.unstamped[CAKE])
    _plan_keys(cast)
    _plan_strangers(cast)


def _of(cast: Cast, sku: str) -> list[Stamped]:
    """The stamped lots of a product, oldest first."""
    return sorted((one for one in cast.stamped if one.sku == sku), key=lambda one: one.batch.day)


def _keep(cast: Cast, state: State, lots: list[Stamped], place: int) -> None:
    """One of the first stamps of the lot, where there is one, is a sample; its code is read at the end."""
    for stamped in lots:
        sample = Sample(state.value, f"{stamped.sku}, {stamped.coop.plan.name}")
        cast.samples.append(sample)
        cast.agenda.add(cast.days.now, partial(_write_code, sample, stamped, place))


def _write_code(sample: Sample, stamped: Stamped, place: int, session: Session, _now: datetime) -> None:
    sample.code = code_of(session, stamped.kid, stamped.first + place)


def _visit(cast: Cast, stamped: Stamped, place: int, network: bytes, session: Session, now: datetime) -> None:
    code = code_of(session, stamped.kid, stamped.first + place)
    look(session, code, reader_of(cast.dice, network), now)


def _plan_copied(cast: Cast, stamped: Stamped) -> None:
    """Nine telephones in five networks within four days: more than one cake box meets."""
    networks = [cast.dice.randbytes(3) for _ in range(COPIED_NETWORKS)]
    for visit in range(COPIED_DEVICES):
        moment = cast.days.now - timedelta(hours=100 - 11 * visit)
        network = networks[visit % COPIED_NETWORKS]
        cast.agenda.add(moment, partial(_visit, cast, stamped, 4, network))
    _keep(cast, State.CLONE_SUSPECT, [stamped], 4)


def _plan_rolls(cast: Cast, coop: Coop, lot: Batch) -> None:
    """Two rolls printed ahead for one lot: of the old key, used after its leak; of the new key, some torn."""
    old, new = Stamped(coop, CAKE, lot, ROLL), Stamped(coop, CAKE, lot, ROLL)
    days, add = cast.days, cast.agenda.add
    add(at(days.ago(KEY_CHANGED_AGO + 3), 9), partial(_roll, cast, old, OLD_ROLL))
    add(at(days.ago(OLD_ROLL_USED_AGO), 9), partial(_use, old))
    add(at(days.ago(LEAK_TOLD_AGO - 2), 9), partial(_roll, cast, new, NEW_ROLL))
    add(at(days.ago(LEAK_TOLD_AGO - 3), 9), partial(_use, new))
    add(at(days.ago(LEAK_TOLD_AGO - 3), 10), partial(_tear, new))
    _keep(cast, State.KEY_SUSPECT, [old], 0)
    _keep(cast, State.NOT_ACTIVATED, [new], USED + 10)
    _keep(cast, State.VOIDED, [new], ROLL - 1)


def _roll(cast: Cast, roll: Stamped, request_id: str, session: Session, now: datetime) -> None:
    order = BlockOrder(ROLL, request_id, product=roll.coop.products[roll.sku])
    block = stamping.issue_block(session, roll.coop.hand, order, cast.places, now)
    roll.kid, roll.first, roll.block = block.kid, block.first, block.public_id
    stamp_printing.hand_out_codes(session, roll.coop.manager, block.public_id, now)


def _use(roll: Stamped, session: Session, now: datetime) -> None:
    stamp_activating.activate(
        session,
        roll.coop.hand,
        roll.block,
        roll.first,
        roll.first + USED - 1,
        roll.batch.public_id,
        "mau-kich-hoat",
        now,
    )


def _tear(roll: Stamped, session: Session, now: datetime) -> None:
    last = roll.first + ROLL - 1
    stamp_voiding.void_range(session, roll.coop.hand, roll.block, last - 4, last, "torn", "mau-tem-rach", now)


def _plan_keys(cast: Cast) -> None:
    changed = at(cast.days.ago(KEY_CHANGED_AGO), 8)
    cast.agenda.add(changed, partial(_change_key, cast))
    told = at(cast.days.ago(LEAK_TOLD_AGO), 8)
    cast.agenda.add(told, partial(_tell_leak, cast, changed))


def _change_key(cast: Cast, session: Session, now: datetime) -> None:
    stamp_keys.rotate(session, cast.admin, cast.places, now)


def _tell_leak(cast: Cast, since: datetime, session: Session, now: datetime) -> None:
    """The first key is the one of number 0: the instance was made with it."""
    stamp_keys.compromise(session, cast.admin, 0, since, cast.places, now)


def _plan_strangers(cast: Cast) -> None:
    """Codes nobody issued: one well spelled that no key of ours made, one with a letter mistaken."""
    forged = stamp_code.encode(StampKey(1, secrets.token_bytes(32), secrets.token_bytes(32)), 7)
    slip = stamp_code.ALPHABET[(stamp_code.ALPHABET.index(forged[4]) + 1) % 32]
    cast.samples.append(Sample("NOT_FOUND", "–", forged))
    cast.samples.append(Sample(State.TYPO.value, "–", forged[:4] + slip + forged[5:]))
