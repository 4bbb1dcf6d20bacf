"""What the settings say of those outside: marketplaces, carriers, servers of reports and of mail; names of
hosts.
"""

import ipaddress
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from marketplaces.report_server.host_keys import read_host_key

HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.ASCII)


class MarketplaceSettings(BaseModel):
    """How one marketplace is reached: its base URL, our application's id and secret there.

    ``auth_url`` is where tokens are asked for when that is another host; ``cooperative`` is the public id of
    the only one that may connect there, needed where the application's keys open one shop by themselves;
    ``options`` are the choices that the marketplace's page in ``docs/marketplaces`` names.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str
    app_id: str
    app_secret: str = Field(repr=False)
    push_secret: str = Field(default="", repr=False)
    auth_url: str = ""
    cooperative: str = ""
    options: dict[str, str] = Field(default_factory=dict)


class CarrierSettings(BaseModel):
    """How one carrier is reached; each cooperative has its own account there.

    ``push_from`` are the networks its pushes come from, with blanks between; empty is anywhere.
    ``options`` are the choices that the carrier's page in ``docs/marketplaces`` names.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str
    push_from: str = ""
    options: dict[str, str] = Field(default_factory=dict)

    @field_validator("push_from")
    @classmethod
    def _networks(cls, said: str) -> str:
        for one in said.split():
            if not is_network(one):
                raise ValueError(f"{one!r} is no network such as 203.0.113.0/24")
        return said


class ReportServerSettings(BaseModel):
    """The SFTP server that one shop's order reports are fetched from.

    ``host_keys`` are the public keys it may show; we sign in with ``key_file`` (no passphrase) or with
    ``password``. ``names`` says which files are reports (``*`` and ``?``); with ``remove``, what was fetched
    is removed there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    port: int = Field(default=22, ge=1, le=65535)
    user: str = Field(min_length=1)
    folder: str = Field(default=".", min_length=1)
    names: str = Field(default="*", min_length=1)
    host_keys: tuple[str, ...] = Field(min_length=1)
    key_file: Path | None = None
    password: str = Field(default="", repr=False)
    remove: bool = False

    @field_validator("host")
    @classmethod
    def _host(cls, host: str) -> str:
        if not HOST_NAME.fullmatch(host.lower()) and not is_address(host):
            raise ValueError("is no name such as sftp.example.vn and no address")
        return host

    @field_validator("host_keys")
    @classmethod
    def _keys(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        for line in lines:
            read_host_key(line)
        return lines

    @model_validator(mode="after")
    def _one_way_in(self) -> "ReportServerSettings":
        if bool(self.key_file) == bool(self.password):
            raise ValueError("must have either key_file or password")
        return self


class MailSettings(BaseModel):
    """The server that takes our mail, and whom it comes from.

    ``security`` is ``starttls`` (port 587), ``tls`` from the first byte (port 465), or ``none`` (port 25),
    which only this machine's own server may be, without a password. ``ca_file`` names certificates to trust
    beside the machine's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    security: Literal["starttls", "tls", "none"] = "starttls"
    port: int = Field(default=0, ge=0, le=65535)
    user: str = ""
    password: str = Field(default="", repr=False)
    sender: str
    sender_name: str = Field(default="", max_length=80)
    ca_file: Path | None = None
    timeout_s: int = Field(default=60, ge=1, le=600)

    @field_validator("host")
    @classmethod
    def _host(cls, host: str) -> str:
        if not HOST_NAME.fullmatch(host.lower()) and not is_address(host):
            raise ValueError("is no name such as smtp.example.vn and no address")
        return host.lower()

    @field_validator("sender")
    @classmethod
    def _sender(cls, sender: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", sender, re.ASCII):
            raise ValueError("is no address such as bao-cao@so.example.vn")
        return sender

    @model_validator(mode="after")
    def _kept_secret(self) -> "MailSettings":
        if bool(self.user) != bool(self.password):
            raise ValueError("must have both user and password, or neither")
        if self.security == "none" and (self.user or not is_this_machine(self.host)):
            raise ValueError("may have security = none only at this machine's own server, without a password")
        return self

    @property
    def at_port(self) -> int:
        """The port, where none is said the usual one."""
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]


class OpenIdSettings(BaseModel):
    """Another service whose accounts open accounts here (OpenID Connect).

    ``claim`` names who somebody is there. ``hosts`` are those beside the issuer's that its addresses may
    name. ``acr`` is a list of which the answer must hold one, ``amr`` one of which it must hold all; with
    ``is_second_factor`` an answer that does stands for a second factor here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str
    client_id: str = Field(min_length=1)
    client_auth: Literal["basic", "post", "none"] = "basic"
    secret_file: Path | None = None
    ca_file: Path | None = None
    name: str = Field(default="", max_length=60)
    scopes: tuple[str, ...] = ("openid",)
    claim: str = Field(default="sub", min_length=1)
    hosts: tuple[str, ...] = ()
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()
    is_second_factor: bool = False

    @field_validator("issuer")
    @classmethod
    def _issuer(cls, issuer: str) -> str:
        read = urlsplit(issuer)
        is_local = read.scheme == "http" and is_this_machine(read.hostname or "")
        if not read.hostname or read.query or read.fragment or not (read.scheme == "https" or is_local):
            raise ValueError("is no address such as https://dang-nhap.example.vn, without ? and #")
        return issuer

    @field_validator("hosts")
    @classmethod
    def _hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not is_name(host):
                raise ValueError(f"{host!r} is no name such as khoa.example.vn")
        return tuple(host.lower() for host in hosts)

    @model_validator(mode="after")
    def _whole(self) -> "OpenIdSettings":
        if "openid" not in self.scopes:
            raise ValueError("must have openid among its scopes")
        if self.is_second_factor and not (self.acr or self.amr):
            raise ValueError("may have is_second_factor only with acr or amr to tell it by")
        return self


def is_this_machine(host: str) -> bool:
    """Whether it is a name or an address of the loopback."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)


def is_name(host: str) -> bool:
    """Whether it is the name of a host, and no address."""
    return HOST_NAME.fullmatch(host.lower()) is not None and not host[-1].isdecimal()


def is_address(text: str) -> bool:
    """Whether it is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_network(text: str) -> bool:
    """Whether it is a network such as 203.0.113.0/24."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
