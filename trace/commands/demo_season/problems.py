"""Two reports of buyers: one with a picture that waits, one the office answered."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from trace.commands.demo_season.cast import Cast
from trace.commands.demo_season.stamps import code_of
from trace.db import transaction
from trace.records.account import Account, Role
from trace.services import problem_answers, problem_reports
from trace.services.admission import Actor
from trace.services.problem_reports import ProblemIn

TORN = "Tem bị bóc ra dán lại, mép tem nhăn. Quả bên trong bị dập, mùi chua."
PLACE = "Chợ Bắc Qua, Hà Nội"
TWICE = "Tôi quét thì trang báo tem đã được xem nhiều lần. Hàng có phải của hợp tác xã không?"
ANSWER = (
    "Cảm ơn anh chị. Chúng tôi đã hỏi hợp tác xã: hàng là thật, tem được quét nhiều lần ở quầy giới thiệu."
)
CONTACT = "0220 000 0000"


def report_problems(cast: Cast) -> None:
    """On two stamps of the first cooperative's newest goods, whose manager can sign in."""
    now = cast.days.now
    goods = max((one for one in cast.stamped if one.coop.plan.code == "BV"), key=lambda one: one.batch.day)
    photo = next(iter(cast.pictures.values())).data
    first = select(col(Account.id)).where(col(Account.role) == Role.OFFICE).order_by(col(Account.id)).limit(1)
    with transaction() as session:
        codes = [code_of(session, goods.kid, goods.first + place) for place in (5, 6)]
        asked = ProblemIn(text=TWICE, contact=CONTACT, request_id="demo-bao-1")
        old, _ = problem_reports.file_report(session, codes[0], asked, None, "vi", now - timedelta(days=3))
        clerk = Actor(session.execute(first).scalar_one(), Role.OFFICE)
        problem_answers.answer(session, clerk, old.public_id, ANSWER, now - timedelta(days=2))
        torn = ProblemIn(text=TORN, place=PLACE, contact=CONTACT, request_id="demo-bao-2")
        problem_reports.file_report(session, codes[1], torn, photo, "vi", now - timedelta(hours=5))
