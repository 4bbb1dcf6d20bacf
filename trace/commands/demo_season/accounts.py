"""Accounts of the demonstration: their random passwords lie in one file that only its owner can read."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from trace.records.account import Role

FILE = "accounts.txt"
_SYLLABLES = """
ao bay beo buoi cau chanh chin cho chuoi co cua dau dua dao de do dong gao gac gieng gio hat hoa hong
ken khe la lac lau lua mai man may mo mua na nang ngo ngoi nhan non nong oi quat quyt rau rom sen song
tam thoc thuyen thung trang trau tre trung to vai vuon xoai xoi yen
""".split()  # noqa: SIM905 - a word list reads better so; no marks, to be typed anywhere


@dataclass(frozen=True)
class AccountPlan:
    """A login, whom it stands for, its role and the cooperative (by code) or commune it is bound to."""

    login: str
    name: str
    role: Role
    coop: str = ""
    commune: str = ""
    page: str = "/htx"


ACCOUNTS = (
    AccountPlan("co-quan", "Chị Mai, cơ quan", Role.OFFICE, page="/so"),
    AccountPlan("co-quan-2", "Anh Hải, cơ quan", Role.OFFICE, page="/so"),
    AccountPlan("htx1", "Quản lý HTX Bờ Vườn", Role.COOP_MANAGER, coop="BV"),
    AccountPlan("htx2", "Quản lý HTX Nắng Sông", Role.COOP_MANAGER, coop="NS"),
    AccountPlan("nhanvien", "Nhân viên HTX Bờ Vườn", Role.COOP_STAFF, coop="BV"),
    AccountPlan("nonghoi", "Hộ nông dân BV-001", Role.FARMER, coop="BV"),
    AccountPlan("xa-thanh-ha", "Cán bộ xã Thanh Hà", Role.COMMUNE_OFFICER, commune="10813", page="/so"),
    AccountPlan("to-so", "Tổ công nghệ số xã Thanh Hà", Role.DIGITAL_TEAM, commune="10813"),
    AccountPlan("admin", "Quản trị", Role.ADMIN, page="/tai-khoan"),
)
"""The second office account is there because a recall is closed by two people."""


def new_password() -> str:
    """Five syllables and three digits, about 40 random bits: readable, for a demonstration."""
    words = "-".join(secrets.choice(_SYLLABLES) for _ in range(5))
    return f"{words}-{secrets.randbelow(900) + 100}"


def write_private(path: Path, text: str) -> None:
    """A file that nobody else may read, whole or not at all."""
    draft = path.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def write_accounts(folder: Path, passwords: dict[str, str]) -> None:
    """Login, blank, password: one account a line."""
    write_private(folder / FILE, "".join(f"{login} {password}\n" for login, password in passwords.items()))


def read_accounts(folder: Path) -> dict[str, str]:
    """What ``write_accounts`` wrote."""
    lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines)
