"""``/so/phan-anh``: reports of problems with stamps, and the answers to them."""

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from trace.services.admission import Act
from trace.web import problem_desk
from trace.web.door import Door
from trace.web.problem_desk import Answer

FACE = "office_problems"
door = Door(FACE, __name__, url_prefix="/so/phan-anh")


@door.page("", Act.SEE_PROBLEMS)
def index() -> str:
    """What waits for an answer, or what was answered."""
    return problem_desk.listed(FACE)


@door.page("/<number>", Act.SEE_PROBLEMS)
def show(number: str) -> str:
    """One report."""
    return problem_desk.shown(FACE, number)


@door.page("/<number>", Act.ANSWER_PROBLEMS, methods=["POST"])
def answer(number: str) -> Answer:
    """Answer it."""
    return problem_desk.answered(FACE, number)


@door.page("/<number>/quen", Act.ANSWER_PROBLEMS, methods=["POST"])
def forget(number: str) -> AnyResponse:
    """Forget how to reach who reported."""
    return problem_desk.forgotten(FACE, number)


@door.page("/<number>/anh.jpg", Act.SEE_PROBLEMS)
def photo(number: str) -> Response:
    """The picture that came with it."""
    return problem_desk.picture(number)
