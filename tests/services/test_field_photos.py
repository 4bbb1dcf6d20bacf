"""Photos of lots and diary entries: small, without the camera's data, once each, gone with the people."""

import io
from datetime import datetime
from functools import cache

import pytest
from PIL import Image
from sqlmodel import Session, col, func, select

from tests import world
from tests.services import farm
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotAllowed, NotFound, Refused
from trace.records.account import Role
from trace.records.event import LogLeaf
from trace.records.field_photo import FieldPhoto
from trace.services import diary, erasing, field_photos, harvesting, personal_export
from trace.services.admission import Actor, actor_of
from trace.services.field_photos import Shot
from trace.services.product_images import Picture


@cache
def taken(shade: int = 200) -> bytes:
    """A large photo as a telephone takes it, with where it was taken."""
    noise = Image.effect_noise((2600, 1900), 90).convert("RGB")
    noise.paste((shade, 30, 40), (0, 0, 900, 900))
    exif = Image.Exif()
    exif[0x010F] = "Hãng máy"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()


def shot(number: int) -> Shot:
    """A photo in our form already; nothing here looks into it."""
    return Shot(Picture(3, 2, b"whole %d" % number), b"small %d" % number)


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def kept(session: Session) -> int:
    return session.execute(select(func.count(col(FieldPhoto.id)))).scalar_one()


def leaves(session: Session) -> list[str]:
    question = select(col(LogLeaf.body)).where(col(LogLeaf.kind) == "field_photo")
    return list(session.execute(question.order_by(col(LogLeaf.id))).scalars())


def test_a_photo_is_made_small_and_says_nothing_of_the_camera() -> None:
    made = field_photos.develop(taken())
    assert len(made.whole.data) <= 300_000
    assert len(made.small) <= field_photos.SMALL_BYTES
    whole, small = Image.open(io.BytesIO(made.whole.data)), Image.open(io.BytesIO(made.small))
    assert (whole.format, max(whole.size)) == ("JPEG", max(made.whole.width, made.whole.height))
    assert max(small.size) <= field_photos.SMALL_SIDE
    assert not whole.getexif()
    assert not small.getexif()


@pytest.mark.parametrize("given", [b"", b"<svg onload=alert(1)>", b"GIF89a" + bytes(40), taken()[:900]])
def test_what_is_no_photo_is_refused(given: bytes) -> None:
    with pytest.raises(Invalid):
        field_photos.develop(given)


def test_a_photo_finds_the_lot_by_the_form_that_wrote_it_and_is_kept_once(
    coop: world.Coop, now: datetime
) -> None:
    given = farm.lot_in(coop.plot)
    with transaction() as session:
        lot = harvesting.register_lot(session, coop.hand, given, now)
    for _ in range(2):
        with transaction() as session:
            found = field_photos.written_by(session, coop.hand, given.request_id)
            field_photos.add_photos(session, coop.hand, found, [shot(1)], now)
    with reading() as session:
        (one,) = field_photos.photos_of(session, lot)
        assert field_photos.photo_bytes(session, coop.hand, one.id, small=False) == b"whole 1"
        assert field_photos.photo_bytes(session, coop.boss, one.id, small=True) == b"small 1"
        (leaf,) = leaves(session)
    assert one.sha256 in leaf


def test_another_account_of_the_cooperative_does_not_hang_photos_onto_forms_of_others(
    coop: world.Coop, now: datetime
) -> None:
    given = farm.lot_in(coop.plot)
    with transaction() as session:
        harvesting.register_lot(session, coop.hand, given, now)
        with pytest.raises(Refused, match=r"photo\.not_there"):
            field_photos.written_by(session, coop.boss, given.request_id)


def test_a_diary_entry_has_six_photos_at_most(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        entry = diary.write_entry(session, coop.hand, farm.spray_in(coop.plot, farm.DAY), now).entry
        field_photos.add_photos(session, coop.hand, entry, [shot(n) for n in range(field_photos.MOST)], now)
        with pytest.raises(Invalid) as refused:
            field_photos.add_photos(session, coop.hand, entry, [shot(99)], now)
        assert field_photos.counted(session, [entry.id, 0]) == {entry.id: field_photos.MOST}
    assert refused.value.problems[0].key == "photo.many"


def test_a_photo_taken_away_stays_in_the_log(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = harvesting.register_lot(session, coop.hand, farm.lot_in(coop.plot), now)
        field_photos.add_photos(session, coop.hand, lot, [shot(1)], now)
    with transaction() as session:
        (one,) = field_photos.photos_of(session, lot)
        assert field_photos.remove_photo(session, coop.hand, one.id, now).id == lot.id
    with reading() as session:
        assert kept(session) == 0
        assert ['"add"' in leaf for leaf in leaves(session)] == [True, False]


def test_nobody_else_sees_or_takes_away_a_photo(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        lot = harvesting.register_lot(session, coop.hand, farm.lot_in(coop.plot), now)
        field_photos.add_photos(session, coop.hand, lot, [shot(1)], now)
        (one,) = field_photos.photos_of(session, lot)
        for stranger in (other.boss, other.hand, far(session, now)):
            with pytest.raises(NotFound):
                field_photos.photo_bytes(session, stranger, one.id, small=True)
            with pytest.raises(NotFound):
                field_photos.remove_photo(session, stranger, one.id, now)
            with pytest.raises(NotFound):
                field_photos.lot_of(session, stranger, lot.public_id)
        with pytest.raises(NotAllowed):
            field_photos.remove_photo(session, Actor(None, Role.OFFICE), one.id, now)


def far(session: Session, now: datetime) -> Actor:
    """A digital team of another commune."""
    return actor_of(world.make_account(session, now, Role.DIGITAL_TEAM, commune_code="00001"))


def test_what_the_digital_team_photographs_is_marked_as_done_for_the_household(
    coop: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        commune = coop.household.commune_code
        team = actor_of(world.make_account(session, now, Role.DIGITAL_TEAM, commune_code=commune))
        lot = harvesting.register_lot(session, coop.hand, farm.lot_in(coop.plot), now)
        with pytest.raises(Refused):
            field_photos.add_photos(session, team, lot, [shot(1)], now)
        farm.agree_to_help(session, coop, now)
        seen = field_photos.lot_of(session, team, lot.public_id)
        field_photos.add_photos(session, team, seen, [shot(1)], now)
        assert field_photos.photos_of(session, lot)[0].acted_for


def test_photos_go_with_the_household_that_is_erased(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = harvesting.register_lot(session, coop.hand, farm.lot_in(coop.plot), now)
        field_photos.add_photos(session, coop.hand, lot, [shot(1)], now)
        told = personal_export.personal_export(session, coop.boss, coop.household.id, now)
        assert len(told["photos"]) == 1
        erasing.erase_household(session, coop.boss, coop.household.id, "Hộ đề nghị xóa dữ liệu", now)
        assert kept(session) == 0
