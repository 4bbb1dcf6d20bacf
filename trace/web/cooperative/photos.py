"""Photos of harvest lots and diary entries: with their form, on their page, or from a phone's queue."""

from flask import Response, flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import FieldProblem, Invalid
from trace.records.lot import Lot
from trace.services import diary_reading, field_photos
from trace.services.admission import Act
from trace.services.field_photos import Shot, Subject
from trace.services.intake import read
from trace.services.request_keys import KeyIn
from trace.texts.catalogs import t
from trace.web.door import Door
from trace.web.once import leads_to, once, stop_repeated
from trace.web.visitor import actor, face_language, now

door = Door("photos", __name__, url_prefix="/htx")


def developed() -> list[Shot]:
    """The photos a form came with, in our form. To be asked before the transaction: it takes a while.

    Raises:
        Invalid: one of them is no picture, or too large.
        Repeated: the form was sent before.
    """
    sent = [file for file in request.files.getlist("image") if file.filename]
    if not sent:
        return []
    stop_repeated()
    return [field_photos.develop(file.read()) for file in sent[: field_photos.MOST + 1]]


def _chosen() -> list[Shot]:
    """The same, of a form that is about nothing else.

    Raises:
        Invalid: no photo was chosen, or as ``developed``.
    """
    shots = developed()
    if not shots:
        raise Invalid([FieldProblem("image", "photo.needed", None)])
    return shots


@door.page("/anh", Act.WRITE_FARM, methods=["POST"])
def send() -> AnyResponse:
    """From a phone's queue: a photo of what the form with the id ``of`` wrote down."""
    mark = read(KeyIn, {"request_id": request.form.get("of", "")}).request_id
    with reading() as session:
        field_photos.written_by(session, actor(), mark)
    shots = _chosen()
    with once() as session:
        subject = field_photos.written_by(session, actor(), mark)
        field_photos.add_photos(session, actor(), subject, shots, now())
        return _leads_to(subject)


@door.page("/lo/<public_id>/anh", Act.WRITE_FARM, methods=["POST"])
def add_to_lot(public_id: str) -> AnyResponse:
    """Photos of a lot that is there."""
    with reading() as session:
        field_photos.lot_of(session, actor(), public_id)
    shots = _chosen()
    with once() as session:
        subject = field_photos.lot_of(session, actor(), public_id)
        field_photos.add_photos(session, actor(), subject, shots, now())
        return _leads_to(subject)


@door.page("/nhat-ky/<int:entry_id>/anh", Act.WRITE_FARM, methods=["POST"])
def add_to_entry(entry_id: int) -> AnyResponse:
    """Photos of what a diary entry says."""
    with reading() as session:
        field_photos.entry_of(session, actor(), entry_id)
    shots = _chosen()
    with once() as session:
        subject = field_photos.entry_of(session, actor(), entry_id)
        field_photos.add_photos(session, actor(), subject, shots, now())
        return _leads_to(subject)


@door.page("/nhat-ky/<int:entry_id>", Act.VIEW_FARM)
def entry(entry_id: int) -> str:
    """One diary entry with its photos."""
    with reading() as session:
        found = diary_reading.seen_entry(session, actor(), entry_id)
        plot = diary_reading.plot_of(session, found)
        photos = field_photos.photos_of(session, found)
    most = field_photos.MOST
    return render_template("cooperative/diary/entry.html", entry=found, plot=plot, photos=photos, most=most)


@door.page("/anh/<int:photo_id>.jpg", Act.VIEW_FARM)
def whole(photo_id: int) -> Response:
    """A photo as it is kept."""
    return _jpeg(photo_id, small=False)


@door.page("/anh/<int:photo_id>/nho.jpg", Act.VIEW_FARM)
def small(photo_id: int) -> Response:
    """A photo for a list."""
    return _jpeg(photo_id, small=True)


@door.page("/anh/<int:photo_id>/bo", Act.WRITE_FARM, methods=["POST"])
def remove(photo_id: int) -> AnyResponse:
    """Take a photo away."""
    with once() as session:
        answer = _leads_to(field_photos.remove_photo(session, actor(), photo_id, now()))
    flash(t(face_language(), "photo.removed"), "ok")
    return answer


def _jpeg(photo_id: int, *, small: bool) -> Response:
    with reading() as session:
        data = field_photos.photo_bytes(session, actor(), photo_id, small=small)
    answer = Response(data, content_type="image/jpeg")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def _leads_to(subject: Subject) -> AnyResponse:
    if isinstance(subject, Lot):
        return leads_to("lots.show", public_id=subject.public_id, _anchor="anh")
    return leads_to("photos.entry", entry_id=subject.id)
