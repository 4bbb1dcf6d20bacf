"""Reporting a problem without an account or a script, and the desk that answers."""

import io
import re
from html import unescape

import pytest
from flask import Flask
from PIL import Image
from sqlmodel import select

from tests import world
from tests.web.consumers import Stamps, settle, stamps, visitor
from trace.db import reading, transaction
from trace.records.account import Role
from trace.records.problem_report import ProblemPhoto, ProblemReport
from trace.web import problem_pages

__all__ = ["stamps"]


def filed() -> list[ProblemReport]:
    with reading() as session:
        return list(session.exec(select(ProblemReport).order_by(ProblemReport.id)))


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "#3f7d3a").save(out, "PNG")
    return out.getvalue()


def mark(page: str) -> str:
    found = re.search(r'name="request_id" value="([^"]+)"', page)
    assert found
    return found[1]


def test_from_the_stamp_to_the_answer(app: Flask, stamps: Stamps) -> None:
    code, buyer = stamps.code(stamps.block.first), visitor(app)
    assert f'href="/bao/{code}"' in buyer.get(f"/{code}").text
    settle(app)
    page = buyer.get(f"/bao/{code}").text
    sent = {"text": "Tem rách", "place": "Chợ", "contact": "0912 345 678", "request_id": mark(page)}
    files = lambda: {"image": (io.BytesIO(picture()), "anh.png")}  # noqa: E731 - a file is read once
    done = [buyer.post(f"/bao/{code}", data={**sent, **files()}) for _ in range(2)]
    assert [one.status_code for one in done] == [303, 303]
    assert len({one.location for one in done}) == 1
    (row,) = filed()
    with reading() as session:
        assert session.get(ProblemPhoto, row.id).data.startswith(b"\xff\xd8")
    follow = buyer.get(done[0].location)
    assert "Đã nhận" in follow.text
    assert follow.headers["X-Robots-Tag" if "X-Robots-Tag" in follow.headers else "Content-Type"]
    with transaction() as session:
        boss = world.make_account(
            session, stamps.coop.org.created_at, Role.COOP_MANAGER, org_id=stamps.coop.org.id
        )
    desk = world.sign_in(app.test_client(), boss)
    assert "Tem rách" in desk.get("/htx/phan-anh?lang=vi").text
    assert desk.get(f"/htx/phan-anh/{row.public_id}/anh.jpg").headers["Cache-Control"] == "private, no-store"
    assert "0912 345 678" in desk.get(f"/htx/phan-anh/{row.public_id}").text
    answer = {"answer": "Xin lỗi, mời đổi hàng.", "request_id": "tra-loi-1"}
    assert desk.post(f"/htx/phan-anh/{row.public_id}", data=answer).status_code == 303
    assert "Xin lỗi, mời đổi hàng." in unescape(buyer.get(done[0].location).text)
    assert (
        desk.post(
            f"/htx/phan-anh/{row.public_id}", data={"answer": "Khác", "request_id": "tra-loi-2"}
        ).status_code
        == 409
    )


@pytest.mark.parametrize("lang", ["vi", "en", "ja", "zh"])
def test_what_is_wrong_is_said_and_what_was_typed_stays(app: Flask, stamps: Stamps, lang: str) -> None:
    code, buyer = stamps.code(stamps.block.first), visitor(app)
    sent = {"text": " ", "place": "Chợ Bắc Qua", "request_id": "yeu-cau-9"}
    answer = buyer.post(f"/bao/{code}?lang={lang}", data={**sent, "image": (io.BytesIO(b"GIF89a"), "a.gif")})
    assert answer.status_code == 422
    assert "Chợ Bắc Qua" in answer.text
    assert 'id="e-text"' in answer.text
    picked = buyer.post(
        f"/bao/{code}?lang={lang}", data={**sent, "text": "Lạ", "image": (io.BytesIO(b"GIF89a"), "a.gif")}
    )
    assert (picked.status_code, 'id="e-image"' in picked.text) == (422, True)
    assert filed() == []


def test_a_report_tells_nobody_whether_a_code_is_real(app: Flask, stamps: Stamps) -> None:
    real = stamps.code(stamps.block.first)
    from tests.web.test_consumer import wrong_tag

    ghost = wrong_tag(real)
    shown = []
    for code in (real, ghost):
        buyer = visitor(app)
        page = buyer.get(f"/bao/{code}").text
        done = buyer.post(f"/bao/{code}", data={"text": "Lạ", "request_id": mark(page)})
        number = done.location.rsplit("/", 1)[1]
        after = buyer.get(done.location).text.replace(number, "SO").replace(number.upper(), "SO")
        shown.append((done.status_code, re.sub(r"[0-9:/]+ ?", "", after)))
    assert shown[0] == shown[1]
    assert [row.code for row in filed()] == ["", ghost]
    assert visitor(app).get("/bao/ABCDE-ABCDE-ABCDE-ABCDE").status_code == 404


def test_a_network_that_sends_too_much_waits_and_guessing_numbers_is_slow(app: Flask, stamps: Stamps) -> None:
    code = stamps.code(stamps.block.first)
    for n in range(app.extensions["settings"].problem_budget):
        sent = {"text": f"Lần {n}", "request_id": f"yeu-cau-{n}"}
        assert visitor(app, 1).post(f"/bao/{code}", data=sent).status_code == 303
    wait = visitor(app, 1).post(f"/bao/{code}", data={"text": "Nữa", "request_id": "yeu-cau-x"})
    assert (wait.status_code, "Nữa" in wait.text) == (429, True)
    assert (
        visitor(app, 300).post(f"/bao/{code}", data={"text": "Nữa", "request_id": "y-mang-2"}).status_code
        == 303
    )
    problem_pages.prepare(app)
    sent = {"text": "Lạ", "request_id": "anh-hong"}
    broken = lambda: {"image": (io.BytesIO(b"GIF89a"), "a.gif")}  # noqa: E731 - a file is read once
    tries = app.extensions["settings"].problem_budget * problem_pages.PICTURES_A_REPORT
    seen = [
        visitor(app, 1).post(f"/bao/{code}", data={**sent, **broken()}).status_code for _ in range(tries + 1)
    ]
    assert seen == [422] * tries + [429]
    assert visitor(app, 1).post(f"/bao/{code}", data=sent).status_code == 303
    problem_pages.prepare(app)
    guesses = [visitor(app, 1).get(f"/bao/theo-doi/khongco{n:03}").status_code for n in range(11)]
    assert guesses == [404] * 10 + [429]
