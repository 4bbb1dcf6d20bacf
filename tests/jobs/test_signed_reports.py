"""The PDF of a report: readable Vietnamese, and a signature that two strangers' programs accept."""

import re
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from tests.jobs.mail_world import MailWorld
from tests.signing_stand import (
    OFFICE,
    PASSWORD,
    Authority,
    by_openssl,
    by_poppler,
    signed_attributes,
    stamping,
)
from trace.db import reading, transaction
from trace.errors import NongsanError, NotAllowed, Refused
from trace.records.account import Role
from trace.records.report import SigningCertificate
from trace.services.admission import Actor
from trace.services.office_reports import certificates, contents, paper
from trace.services.office_reports.contents import Content
from trace.services.office_reports.views import View
from trace.services.tables import Column, Table

LATER = datetime(2036, 1, 1, tzinfo=UTC)
ADMIN = Actor(None, Role.ADMIN)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def keep(office: MailWorld, data: bytes, password: str = PASSWORD) -> None:
    with transaction() as session:
        certificates.keep_certificate(session, ADMIN, data, password, office.now)


def monday(office: MailWorld, **given: object) -> None:
    """A week's report with a PDF falls due."""
    office.order()
    office.report(office.address(), as_pdf=True, as_xlsx=False, view=View("orders", "marketplace"), **given)
    office.travel(days=2, hours=22)
    office.work()


def arrived(office: MailWorld, folder: Path) -> Path:
    """The PDF that the last mail brought."""
    _, message = office.stand.box.got[-1]
    (part,) = message.iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == (
        "application/pdf",
        "vai-tuan-2026-06-08-2026-06-14.pdf",
    )
    path = folder / "bao-cao.pdf"
    path.write_bytes(part.get_content())
    return path


def text_of(path: Path) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    return re.sub(r"\s+", " ", done.stdout)


def test_a_mailed_pdf_is_signed_and_two_other_programs_say_so(
    office: MailWorld, authority: Authority, tmp_path: Path
) -> None:
    keep(office, authority.pkcs12(LATER))
    monday(office)
    path = arrived(office, tmp_path)
    said = by_poppler(path)
    assert "Signature is Valid" in said
    assert "Signature Type: ETSI.CAdES.detached" in said
    assert f"Signer Certificate Common Name: {OFFICE}" in said
    assert "Total document signed" in said
    assert by_openssl(path, authority)[0]
    assert {"id-smime-aa-signingCertificateV2", "contentType", "messageDigest"} <= signed_attributes(path)
    assert f"ký số bởi {OFFICE}" in text_of(path)


def test_one_changed_letter_is_found_by_both(
    lite_office: MailWorld, authority: Authority, tmp_path: Path
) -> None:
    keep(lite_office, authority.pkcs12(LATER))
    monday(lite_office)
    path = arrived(lite_office, tmp_path)
    data = bytearray(path.read_bytes())
    place = data.index(b"/Title")
    data[place + 9] ^= 1
    path.write_bytes(bytes(data))
    assert "Signature is Valid" not in by_poppler(path)
    assert not by_openssl(path, authority)[0]


def test_another_authority_does_not_vouch_for_it(
    lite_office: MailWorld, authority: Authority, tmp_path: Path
) -> None:
    keep(lite_office, authority.pkcs12(LATER))
    monday(lite_office)
    other = Authority(tmp_path)
    found, why = by_openssl(arrived(lite_office, tmp_path), other)
    assert not found
    assert "certificate verify error" in why


def test_a_time_stamp_is_in_the_signature_where_a_service_is_set(
    lite_office: MailWorld, authority: Authority, tmp_path: Path
) -> None:
    office = lite_office
    keep(office, authority.pkcs12(LATER))
    with stamping(authority) as url:
        office.settings = office.settings.model_copy(update={"timestamp_url": url})
        monday(office)
    path = arrived(office, tmp_path)
    assert "Signature is Valid" in by_poppler(path)
    assert by_openssl(path, authority)[0]
    assert "id-smime-aa-timeStampToken" in signed_attributes(path)


def test_where_the_time_stamp_service_stays_silent_the_report_waits_and_then_goes_without(
    lite_office: MailWorld, authority: Authority, tmp_path: Path
) -> None:
    office = lite_office
    keep(office, authority.pkcs12(LATER))
    office.settings = office.settings.model_copy(update={"timestamp_url": "http://127.0.0.1:9/tsa"})
    monday(office)
    assert office.states() == []
    for _ in range(5):
        office.travel(minutes=15)
        office.work()
    path = arrived(office, tmp_path)
    assert "Signature is Valid" in by_poppler(path)
    assert "không có dấu thời gian" in office.stand.box.got[-1][1].get_body().get_content()


@pytest.mark.parametrize(
    ("until", "why"),
    [(None, "chưa có chứng thư"), (datetime(2026, 6, 13, tzinfo=UTC), "đã hết hạn")],
)
def test_without_a_certificate_that_holds_the_report_goes_unsigned_and_says_so_everywhere(
    office: MailWorld, authority: Authority, tmp_path: Path, until: datetime | None, why: str
) -> None:
    if until is not None:
        keep(office, authority.pkcs12(until))
    monday(office)
    path = arrived(office, tmp_path)
    assert "does not contain any signatures" in by_poppler(path)
    assert why in text_of(path)
    body = office.stand.box.got[-1][1].get_body().get_content()
    assert why in body


def test_a_report_that_must_be_signed_is_held_back_without_a_certificate(office: MailWorld) -> None:
    office.order()
    report = office.report(office.address(), as_pdf=True, signed_only=True)
    office.travel(days=2, hours=22)
    office.work()
    (run,) = office.runs(report)
    assert (run.state, run.problem) == ("failed", "report.problem.unsigned")
    assert office.states() == []


def test_the_key_is_kept_sealed_and_forgotten_with_the_next(office: MailWorld, authority: Authority) -> None:
    keep(office, authority.pkcs12(LATER))
    keep(office, authority.pkcs12(LATER))
    with reading() as session:
        first, second = session.exec(select(SigningCertificate).order_by(SigningCertificate.id)).all()
        assert (first.pkcs12_sealed, first.ended_at) == (None, office.now)
        assert OFFICE.encode() not in second.pkcs12_sealed
        assert PASSWORD.encode() not in second.pkcs12_sealed
        found = certificates.seal_now(session, office.now)
    assert found.subject == OFFICE
    with pytest.raises(NotAllowed), transaction() as session:
        certificates.keep_certificate(session, office.actor, b"", "", office.now)
    with transaction() as session:
        assert certificates.end_certificate(session, ADMIN, office.now) == 1
        assert certificates.seal_now(session, office.now) == certificates.NO_CERTIFICATE


def test_a_certificate_that_can_not_sign_is_refused(lite_office: MailWorld, authority: Authority) -> None:
    yesterday = lite_office.now - timedelta(days=1)
    wrongs: list[tuple[bytes, str, str]] = [
        (b"nothing", PASSWORD, "sign.open"),
        (authority.pkcs12(LATER), "sai", "sign.open"),
        (authority.pkcs12(yesterday), PASSWORD, "sign.over"),
        (authority.pkcs12(LATER, bits=1024), PASSWORD, "sign.weak"),
        (authority.pkcs12(LATER, signs=False), PASSWORD, "sign.usage"),
    ]
    for data, password, key in wrongs:
        with pytest.raises(Refused) as refused:
            keep(lite_office, data, password)
        assert refused.value.key == key
    with pytest.raises(NongsanError), transaction() as session:
        certificates.keep_certificate(session, Actor(None, Role.OFFICE), b"", "", lite_office.now)


# --- the paper itself -------------------------------------------------------------------------------


def content(rows: int) -> Content:
    day = date(2026, 6, 12)
    columns = [
        Column("name", "Hợp tác xã"),
        Column("kg", "Sản lượng (kg)", "weight_kg"),
        Column("share", "Tỷ lệ", "share"),
    ]
    lines = [[f"Hợp tác xã Đường Quýt & Vải <số {n}>", 1_234_567.5, 0.125] for n in range(1, rows + 1)]
    table = Table(
        "Sản lượng theo hợp tác xã", columns, [*lines, ["Tất cả", None, 1.0]], ["Cách tính: ghi chú."]
    )
    figure = contents.Figure("Sản lượng", "12,5 tấn", "Tổng các lô. Phiên bản công thức 1", "hôm nay 09:30")
    made = datetime(2026, 6, 12, 2, 30, tzinfo=UTC)
    return Content(
        "Vải thiều Thanh Hà", "vi", (day, day), (day, day), made, [figure], [table], [table], False
    )


def test_text_is_found_as_it_is_written_and_every_font_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(paper.pdf(content(3), "Văn bản này chưa ký số."))
    text = text_of(path)
    for said in (
        "Vải thiều Thanh Hà",
        "Hợp tác xã Đường Quýt & Vải <số 2>",
        "1.234.567,5",
        "12,5%",
        "Phiên bản công thức 1",
        "hôm nay 09:30",
        "Văn bản này chưa ký số.",
        "Trang 1/2",
    ):
        assert said in text.replace("\u00a0", " "), said
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
    rows = fonts.splitlines()[2:]
    assert rows
    assert all("BeVietnamPro" in row and re.search(r"yes yes yes", row) for row in rows), fonts


def test_a_long_table_repeats_its_heads_on_every_page_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(paper.pdf(content(1_200), "x"))
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    pages = int(re.search(r"Pages:\s+(\d+)", info)[1])
    text = text_of(path)
    assert pages > 20
    assert text.count("Sản lượng (kg)") == pages - 1
    assert f"Trang {pages}/{pages}" in text
    assert "1.000 trong 1.201 dòng" in text.replace("\u00a0", " ")
    assert "Tất cả" in text
