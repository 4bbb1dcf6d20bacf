"""One conversation with an SFTP server: its key is checked before anything of ours is said to it.

Every wait is bounded, and every step as a whole too: a watch closes the connection when its time is over,
so that a server that sends a byte now and then holds nobody up either.
"""

import logging
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager

import paramiko
from paramiko.sftp import CMD_CLOSE, CMD_HANDLE, CMD_NAME, CMD_OPENDIR, CMD_READDIR

from marketplaces.report_server.bounded import NoFolderError, in_words_of_ours, place_of, within
from marketplaces.report_server.signing_in import check_host, own_key, reached, sign_in
from marketplaces.report_server.values import Address, Bounds, Entry, NotWholeError, ReportServerError

CHUNK_BYTES = 32_768
"""What every server gives at once (draft-ietf-secsh-filexfer-02, 3)."""
NAME_BYTES = 1_024
"""Of a name no more is kept: no file of ours could be called so."""

# What went wrong is said by ``ReportServerError``; the library's own lines may hold words of the server.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


@contextmanager
def opened(address: Address, bounds: Bounds | None = None) -> Iterator["ReportServer"]:
    """The server, signed in.

    Raises:
        ReportServerError: it is not reached, is another one, or does not let us in.
    """
    bounds = bounds or Bounds()
    key = own_key(address)
    with in_words_of_ours(address):
        transport = reached(address, bounds)
    with closing(transport):
        with in_words_of_ours(address), within(transport, bounds.look_s):
            transport.start_client(timeout=bounds.answer_s)
            check_host(address, transport)
            sign_in(address, transport, key)
            channel = transport.open_session(timeout=bounds.answer_s)
            channel.settimeout(bounds.answer_s)
            channel.invoke_subsystem("sftp")
            client = _Client(channel)
        yield ReportServer(address, bounds, transport, client)


class ReportServer:
    """The folder of an open connection."""

    def __init__(
        self, address: Address, bounds: Bounds, transport: paramiko.Transport, client: "_Client"
    ) -> None:
        self._address, self._bounds, self._transport, self._client = address, bounds, transport, client

    def entries(self) -> list[Entry]:
        """Every name in the folder.

        Raises:
            ReportServerError: the folder is not shown, or holds too many names.
        """
        found: list[Entry] = []
        with in_words_of_ours(self._address), within(self._transport, self._bounds.look_s):
            for entry in self._client.entries(self._address.folder):
                found.append(entry)
                if len(found) > self._bounds.most_names:
                    raise self._crowded()
        return found

    def _crowded(self) -> ReportServerError:
        folder, most = self._address.folder, str(self._bounds.most_names)
        place = place_of(self._address)
        message = f"the folder {folder!r} at {place} holds more than {most} names: move old files away"
        return ReportServerError("crowded", message, host=place, folder=folder, most=most)

    def read(self, entry: Entry) -> Iterator[bytes]:
        """The bytes of a file that is what its entry says, before and after.

        Raises:
            NotWholeError: it is not, or the server does not give it; what was read is to be thrown away.
            ReportServerError: the connection broke off.
        """
        path = _path(self._address.folder, entry.name)
        with (
            in_words_of_ours(self._address),
            within(self._transport, self._bounds.file_s),
            self._one(entry),
            closing(self._client.open(path, "r")) as file,
        ):
            _check_same(file.stat(), entry)
            left = entry.size
            while left:
                chunk: bytes = file.read(min(CHUNK_BYTES, left))
                if not 0 < len(chunk) <= left:
                    raise NotWholeError(entry.name)
                left -= len(chunk)
                yield chunk
            _check_same(file.stat(), entry)

    def is_removed(self, entry: Entry) -> bool:
        """Remove a file there while it is what its entry says; whether it is gone."""
        path = _path(self._address.folder, entry.name)
        try:
            with (
                in_words_of_ours(self._address),
                within(self._transport, self._bounds.file_s),
                self._one(entry),
            ):
                _check_same(self._client.lstat(path), entry)
                self._client.remove(path)
        except NotWholeError:
            return False
        return True

    @contextmanager
    def _one(self, entry: Entry) -> Iterator[None]:
        """What the server says of one file (not there, no permission, a failure) is not said of others."""
        try:
            yield
        except TimeoutError:
            raise
        except OSError:
            if not self._transport.is_active():
                raise
            raise NotWholeError(entry.name) from None


def _check_same(told: paramiko.SFTPAttributes, entry: Entry) -> None:
    if (told.st_size, told.st_mtime) != (entry.size, entry.modified):
        raise NotWholeError(entry.name)


class _Client(paramiko.SFTPClient):  # type: ignore[misc]
    """The library's client with a listing of its own: a name that is no UTF-8 must not hide the others."""

    def entries(self, folder: str) -> Iterator[Entry]:
        try:
            kind, message = self._request(CMD_OPENDIR, folder.encode())
        except TimeoutError:
            raise
        except OSError:
            if self.sock.closed:
                raise
            raise NoFolderError from None
        if kind != CMD_HANDLE:
            raise paramiko.SFTPError("no handle")
        handle = message.get_string()
        while True:
            try:
                kind, message = self._request(CMD_READDIR, handle)
            except EOFError:  # the server's word for the end
                break
            if kind != CMD_NAME:
                raise paramiko.SFTPError("no names")
            for _ in range(message.get_int()):
                yield _entry(message)
        self._request(CMD_CLOSE, handle)


def _entry(message: paramiko.Message) -> Entry:
    name = message.get_string()[:NAME_BYTES].decode("utf-8", "surrogateescape")
    message.get_string()  # the line ls would print
    told = paramiko.SFTPAttributes._from_msg(message)
    mode = told.st_mode or 0
    size, modified = (-1 if one is None else int(one) for one in (told.st_size, told.st_mtime))
    return Entry(name, size, modified, is_file=stat.S_ISREG(mode), is_folder=stat.S_ISDIR(mode))


def _path(folder: str, name: str) -> bytes:
    return f"{folder.rstrip('/')}/{name}".encode("utf-8", "surrogateescape")
