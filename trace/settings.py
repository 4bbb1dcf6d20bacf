"""What an installation may choose: ``nongsan.toml`` in the instance folder, then the environment.

Every name is documented in ``docs/settings.md``. An unknown name or a wrong value is one clear
line and exit status 2 (``SettingsError``), never a silent default.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from marketplaces.by_file import BY_FILE
from trace.settings_outside import (
    CarrierSettings,
    MailSettings,
    MarketplaceSettings,
    OpenIdSettings,
    ReportServerSettings,
    is_name,
    is_network,
)

REMINDER_DAYS = (90, 30, 7)
"""So many days before an OCOP rating ends people are reminded."""
ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {
    "NONGSAN_INSTANCE": "instance",
    "DATABASE_URL": "database_url",
    "NONGSAN_PUBLIC_URL": "public_url",
    "NONGSAN_MASTER_KEY_FILE": "master_key_file",
    "NONGSAN_MARKS_FILE": "marks_file",
    "RATELIMIT_STORAGE_URI": "ratelimit_storage_uri",
    "HOST": "host",
    "PORT": "port",
    "TLS": "tls",
    "NONGSAN_PRINTER_HOSTS": "printer_hosts",
}
ORIGIN = re.compile(r"https://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?", re.ASCII)
CUPS_QUEUE = re.compile(r"cups://[A-Za-z0-9][A-Za-z0-9_.-]{0,126}", re.ASCII)


class SettingsError(Exception):
    """One line a person can act on."""


class Settings(BaseModel):
    """All settings, validated. Paths left empty lie in the instance folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    instance: Path = ROOT / "instance"
    database_url: str = Field(default="", repr=False)
    public_url: str = "http://127.0.0.1:8000"
    master_key_file: Path | None = None
    marks_file: Path | None = None
    ratelimit_storage_uri: str = "memory://"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    tls: bool = False
    contact_phone: str = "0220 000 0000"
    sao_m2: int = Field(default=360, gt=0)
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    forgery_budget: int = Field(default=60, gt=0)
    forgery_window_s: int = Field(default=600, gt=0)
    scan_marks_days: int = Field(default=35, gt=30)
    problem_answer_days: int = Field(default=7, gt=0, le=90)
    problem_contact_days: int = Field(default=90, gt=0, le=366)
    problem_budget: int = Field(default=10, gt=0)
    session_days: int = Field(default=14, gt=0)
    second_factor: Literal["required", "offered"] | date = "required"
    sync_every_s: int = Field(default=300, ge=5)
    job_lease_s: int = Field(default=60, ge=2, le=3600)
    sync_first_days: int = Field(default=90, gt=0, le=400)
    rate_days: int = Field(default=10, gt=0, le=366)
    ocop_reminder_days: tuple[Annotated[int, Field(gt=0, le=366)], ...] = Field(
        default=REMINDER_DAYS, min_length=1, max_length=6
    )
    upload_mb: int = Field(default=20, gt=0, le=100)
    printer_hosts: tuple[str, ...] = ()
    epcis_hosts: tuple[str, ...] = ()
    print_children: int = Field(default=2, gt=0, le=16)
    printers_at_once: int = Field(default=3, gt=0, le=32)
    prints_open: int = Field(default=3, gt=0, le=1_000)
    prints_a_day: int = Field(default=2_000_000, gt=0, le=10**9)
    print_files_days: int = Field(default=30, gt=0, le=3_650)
    marketplaces: dict[str, MarketplaceSettings] = Field(default_factory=dict)
    carriers: dict[str, CarrierSettings] = Field(default_factory=dict)
    shipment_silent_h: int = Field(default=24, ge=1, le=720)
    open_data_publisher: str = Field(default="", max_length=160)
    open_data_licence: str = Field(default="", max_length=240)
    open_data_least: int = Field(default=5, ge=5, le=1_000)
    closed_months_proof_days: int = Field(default=7, ge=1, le=366)
    file_marketplaces: tuple[str, ...] = ("postmart",)
    drop_folder: Path | None = None
    checkpoint_folder: Path | None = None
    report_servers: dict[str, ReportServerSettings] = Field(default_factory=dict)
    mail: MailSettings | None = None
    timestamp_url: str = ""
    openid: OpenIdSettings | None = None
    practice_url: str = ""
    frame_hosts: tuple[str, ...] = ()

    @field_validator("report_servers")
    @classmethod
    def _of_shops(cls, servers: dict[str, ReportServerSettings]) -> dict[str, ReportServerSettings]:
        for name in servers:
            marketplace, _, number = name.partition("-")
            if marketplace not in BY_FILE or not re.fullmatch("[1-9][0-9]{0,15}", number):
                raise ValueError(f"{name!r} is no shop kept by files, such as {min(BY_FILE)}-7")
        return servers

    @field_validator("file_marketplaces")
    @classmethod
    def _by_file(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in BY_FILE:
                raise ValueError(f"{name!r} is kept by no files; known: {', '.join(sorted(BY_FILE))}")
        return names

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, url: str) -> str:
        if not url.lower().startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return url.rstrip("/")

    @field_validator("practice_url", "timestamp_url")
    @classmethod
    def _stamps(cls, url: str) -> str:
        if url and not url.lower().startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return url

    @field_validator("open_data_licence")
    @classmethod
    def _an_address(cls, url: str) -> str:
        if url and not url.lower().startswith(("http://", "https://")):
            raise ValueError("must be the address of a licence, or empty where none was chosen")
        return url

    @field_validator("ratelimit_storage_uri")
    @classmethod
    def _in_memory(cls, uri: str) -> str:
        if uri != "memory://":
            raise ValueError("must be memory://; the limiter counts in each process")
        return uri

    @field_validator("printer_hosts", "epcis_hosts", mode="before")
    @classmethod
    def _listed(cls, given: Any) -> Any:
        return (
            [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given
        )

    @field_validator("frame_hosts")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin such as https://app.example.vn")
        return origins

    @field_validator("printer_hosts")
    @classmethod
    def _printers(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not is_name(host) and not is_network(host) and not CUPS_QUEUE.fullmatch(host):
                raise ValueError(f"{host!r} is no name, network such as 192.168.1.0/24, or queue cups://NAME")
        return tuple(host if CUPS_QUEUE.fullmatch(host) else host.lower() for host in hosts)

    @field_validator("epcis_hosts")
    @classmethod
    def _receivers(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not is_name(host) and not is_network(host):
                raise ValueError(f"{host!r} is no name and no network such as 192.168.1.0/24")
        return tuple(host.lower() for host in hosts)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL: SQLite in the instance folder unless one is given."""
        return self.database_url or f"sqlite:///{self.instance / 'nongsan.sqlite3'}"

    @property
    def master_key(self) -> Path:
        """Where the master key lies (mode 0600)."""
        return self.master_key_file or self.instance / "master.key"

    @property
    def key_folder(self) -> Path:
        """Where wrapped stamp keys lie beside the database, outside its backups."""
        return self.instance / "keys"

    @property
    def marks(self) -> Path:
        """The high-water mark file of stamp allocation."""
        return self.marks_file or self.instance / "stamp-marks.log"

    @property
    def prints(self) -> Path:
        """Where made files of stamps lie; with several machines a path they share."""
        return self.instance / "prints"

    @property
    def drops(self) -> Path:
        """Where order reports may be dropped: a folder for each shop kept by files."""
        return self.drop_folder or self.instance / "drops"

    @property
    def log_key(self) -> Path:
        """What signs the log's checkpoints (mode 0600); its public half lies beside it."""
        return self.instance / "log.key"

    @property
    def checkpoints(self) -> Path:
        """Where signed checkpoints of the log go; best on another machine."""
        return self.checkpoint_folder or self.instance / "checkpoints"

    def demands_factor(self, today: date) -> bool:
        """Whether roles that need a second factor are let in no further without one."""
        since = self.second_factor
        return since <= today if isinstance(since, date) else since == "required"

    @property
    def openid_secret(self) -> Path:
        """What shows the other service that we ask (mode 0600)."""
        given = self.openid.secret_file if self.openid else None
        return given or self.instance / "openid.secret"

    @property
    def openid_name(self) -> str:
        """What people call the other service whose accounts open accounts here; empty where there is none."""
        return (self.openid.name or urlsplit(self.openid.issuer).hostname or "") if self.openid else ""

    @property
    def is_https(self) -> bool:
        """Whether cookies may be Secure and ``__Host-``."""
        return self.public_url.lower().startswith("https://")


def load_settings(environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Read file and environment; ``given`` wins over both.

    Raises:
        SettingsError: an unknown name or a wrong value, naming the place it came from.
    """
    environ = os.environ if environ is None else environ
    found = {name: environ[var] for var, name in ENVIRONMENT.items() if environ.get(var)}
    unknown = sorted(v for v in environ if v.startswith("NONGSAN_") and v not in ENVIRONMENT)
    if unknown:
        raise SettingsError(f"unknown setting {unknown[0]}; known: {', '.join(sorted(ENVIRONMENT))}")
    instance = Path(given.get("instance") or found.get("instance") or ROOT / "instance").resolve()
    values = {**_read_file(instance / "nongsan.toml"), **found, **given, "instance": instance}
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(_one_line(error, instance)) from None


def _read_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not readable as TOML: {error}") from None


def _one_line(error: ValidationError, instance: Path) -> str:
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    secret = any(part in name for part in ("secret", "password", "database_url", "storage_uri"))
    whole = isinstance(first.get("input"), (dict, BaseModel))  # a table, with whatever secrets are in it
    got = "" if secret or whole else f", got {first.get('input')!r}"
    if first["type"] == "extra_forbidden":
        return f"unknown setting {name!r} in {instance / 'nongsan.toml'}; see docs/settings.md"
    return f"setting {name!r}: {first['msg']}{got}; see docs/settings.md"
