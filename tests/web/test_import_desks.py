"""The places where files are brought in: each shows whoever is there what may be brought in, and no more."""

import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlmodel import col

from tests import world
from tests.services import sheets
from trace.db import reading, transaction
from trace.records.account import Role
from trace.records.import_run import ImportRun
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse
from trace.services.importing.runs import NOUNS

ORGS = [
    ("Loại đơn vị", "Tên đơn vị", "Xã"),
    ("Hợp tác xã", "HTX Từ Tệp", "xã Thanh Hà"),
    ("", "HTX Hỏng", ""),
]
HOUSES = [
    ("Mã số cơ sở đóng gói", "Thị trường", "Tên cơ sở đóng gói"),
    ("VN-HDPH-012", "CN", "Cơ sở Thanh Hà"),
]


def signed_in(app: Flask, now: datetime, role: Role) -> FlaskClient:
    with transaction() as session:
        org = {"org_id": world.make_org(session, now).id} if role is Role.COOP_MANAGER else {}
        account = world.make_account(session, now, role, **org)
    return world.sign_in(app.test_client(), account)


def send(client: FlaskClient, path: str, noun: str, folder: Path, rows: Sequence[Sequence[Any]]) -> Any:
    file = sheets.xlsx(folder / "tep.xlsx", A=rows)
    return client.post(path, data={"loai": noun, "file": (io.BytesIO(file.read_bytes()), "tep.xlsx")})


def many(table: Any, *rules: Any) -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(table).where(*rules)).scalar_one()


@pytest.mark.parametrize(
    ("role", "path", "nouns"),
    [
        (
            Role.COOP_MANAGER,
            "/htx/nhap",
            {"farms", "products", "lots", "packs", "diary", "houses", "certificates", "proposals"},
        ),
        (Role.OFFICE, "/htx/nhap", {"farms", "products"}),
        (Role.OFFICE, "/so/ocop/nhap", {"ratings"}),
        (Role.OFFICE, "/so/don-vi/nhap", {"organisations"}),
    ],
)
def test_a_desk_offers_what_the_visitor_may_bring_in_and_answers_no_other(
    app: Flask, now: datetime, tmp_path: Path, role: Role, path: str, nouns: set[str]
) -> None:
    client = signed_in(app, now, role)
    page = client.get(path).text
    for noun in NOUNS:
        is_offered = noun in nouns
        assert (f'value="{noun}"' in page) is is_offered
        for form in ("xlsx", "csv"):
            assert client.get(f"{path}/mau/{noun}.{form}").status_code == (200 if is_offered else 404)
        if not is_offered:
            assert send(client, path, noun, tmp_path, HOUSES).status_code == 404


def test_organisations_are_checked_written_and_undone_by_the_office(
    app: Flask, now: datetime, tmp_path: Path
) -> None:
    office = signed_in(app, now, Role.OFFICE)
    before = many(Organisation)
    location = send(office, "/so/don-vi/nhap", "organisations", tmp_path, ORGS).location
    page = office.get(location).text
    assert "2 dòng đã kiểm: 1 dòng tốt, 1 dòng cần sửa" in page
    assert "Dòng 3, cột “Loại đơn vị”: Ô trống." in page
    assert many(Organisation) == before
    for _ in range(2):
        assert office.post(location).status_code == 303
    assert many(Organisation) == before + 1
    assert "HTX Từ Tệp" in office.get("/so/don-vi").text
    with reading() as session:
        number = session.execute(select(col(ImportRun.id))).scalar_one()
    assert "Dòng 2 · Đơn vị HTX Từ Tệp" in office.get(f"/so/don-vi/nhap/da-nhap/{number}").text
    assert office.get(f"/so/ocop/nhap/da-nhap/{number}").status_code == 404
    assert office.post(f"/so/don-vi/nhap/da-nhap/{number}").status_code == 303
    assert many(Organisation) == before


def test_packing_houses_lead_to_the_list_of_sites(app: Flask, now: datetime, tmp_path: Path) -> None:
    boss = signed_in(app, now, Role.COOP_MANAGER)
    location = send(boss, "/htx/nhap", "houses", tmp_path, HOUSES).location
    answer = boss.post(location)
    assert answer.location.endswith("/htx/vung-trong")
    assert "VN-HDPH-012" in boss.get(answer.location).text
    assert many(PackingHouse) == 1
