"""An SFTP server on a real socket of this machine: well behaved, or hanging, lying and changing its key."""

import contextlib
import os
import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paramiko import SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface

USER, PASSWORD = "htx", "mat-khau-that-dai"


def new_key(path: Path) -> paramiko.Ed25519Key:
    """A private key in a file of mode 0600."""
    form = serialization.PrivateFormat.OpenSSH
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    path.chmod(0o600)
    return paramiko.Ed25519Key.from_private_key_file(str(path))


def entry(name: str | bytes, size: int = 3, mode: int = stat.S_IFREG | 0o644, modified: int = 1_700_000_000):
    told = SFTPAttributes()
    told.filename, told.longname = name, "-"
    told.st_size, told.st_mode, told.st_mtime, told.st_atime = size, mode, modified, modified
    return told


class Stand:
    """The server and what it does wrong; ``folder`` is what its user sees as ``bao-cao``."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "may-chu"
        self.folder.mkdir()
        self.host_key = new_key(root / "host")
        self.user_key = new_key(root / "user")
        self.user_key_file = root / "user"
        self.more_entries: list[SFTPAttributes] = []
        self.more_host_keys: list[paramiko.PKey] = []
        self.hangs_at = ""
        self.grows = False
        self.opened: list[str] = []
        self.visits = 0
        self.asked_in = 0
        self.over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._transports: list[paramiko.Transport] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def host_line(self) -> str:
        return f"{self.host_key.get_name()} {self.host_key.get_base64()}"

    def put(self, name: str, content: bytes = b"x" * 70_000, age_s: float = 3600) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        at = time.time() - age_s
        os.utime(path, (at, at))
        return path

    def wait_if(self, place: str) -> None:
        if self.hangs_at == place:
            self.over.wait(60)

    def close(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for transport in self._transports:
            transport.close()

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                wire, _ = self._listening.accept()
            except OSError:
                return
            self.visits += 1
            threading.Thread(target=self._welcome, args=(wire,), daemon=True).start()

    def _welcome(self, wire: socket.socket) -> None:
        if self.hangs_at in {"banner", "drip", "noise"}:
            self._be_rude(wire)
            return
        transport = paramiko.Transport(wire)
        self._transports.append(transport)
        for key in (self.host_key, *self.more_host_keys):
            transport.add_server_key(key)
        transport.set_subsystem_handler("sftp", SFTPServer, _Files, self)
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            transport.start_server(server=_Door(self))

    def _be_rude(self, wire: socket.socket) -> None:
        with wire, contextlib.suppress(OSError):
            if self.hangs_at == "noise":
                wire.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return
            while not self.over.wait(0.1):
                if self.hangs_at == "drip":
                    wire.sendall(b"cho mot chut\r\n")


class _Door(paramiko.ServerInterface):
    def __init__(self, stand: Stand) -> None:
        self.stand = stand

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        return self._answer(username == USER and password == PASSWORD)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._answer(username == USER and key == self.stand.user_key)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def _answer(self, is_good: bool) -> int:
        self.stand.asked_in += 1
        return paramiko.AUTH_SUCCESSFUL if is_good else paramiko.AUTH_FAILED


class _Files(SFTPServerInterface):
    def __init__(self, server: _Door, stand: Stand) -> None:
        self.stand = stand

    def _real(self, path: str) -> Path | None:
        parts = Path("/" + path.lstrip("/")).parts
        return self.stand.folder.joinpath(*parts[2:]) if parts[1:2] == ("bao-cao",) else None

    def list_folder(self, path: str):
        self.stand.wait_if("listing")
        real = self._real(path)
        if real is None:
            return paramiko.SFTP_NO_SUCH_FILE
        found = [SFTPAttributes.from_stat(one.lstat(), one.name) for one in real.iterdir()]
        return found + self.stand.more_entries

    def lstat(self, path: str):
        try:
            return SFTPAttributes.from_stat(self._real(path).lstat())
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)

    stat = lstat

    def open(self, path: str, flags: int, attr: SFTPAttributes):
        real = self._real(path)
        self.stand.opened.append(real.name)
        try:
            return _Handle(self.stand, real)
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)

    def remove(self, path: str) -> int:
        self._real(path).unlink()
        return paramiko.SFTP_OK


class _Handle(SFTPHandle):
    def __init__(self, stand: Stand, path: Path) -> None:
        super().__init__()
        self.stand, self.path = stand, path
        self.readfile = path.open("rb")

    def stat(self) -> SFTPAttributes:
        return SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

    def read(self, offset: int, length: int) -> bytes | int:
        if offset:
            self.stand.wait_if("reading")
        if self.stand.hangs_at == "trickle":
            self.stand.over.wait(0.05)
            length = 1
        if self.stand.grows:
            with self.path.open("ab") as file:
                file.write(b"more")
        return super().read(offset, length)


@contextlib.contextmanager
def standing(root: Path) -> Iterator[Stand]:
    stand = Stand(root)
    try:
        yield stand
    finally:
        stand.close()
