"""What holds every step of a conversation: an end to its time, and errors in words of ours."""

import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko

from marketplaces.report_server.values import Address, ReportServerError


class NoFolderError(Exception):
    """The server has no such folder, or does not show it to us."""


def place_of(address: Address) -> str:
    """How people call the server."""
    return f"{address.host}:{address.port}"


@contextmanager
def within(transport: paramiko.Transport, seconds: float) -> Iterator[None]:
    """Have the connection closed under whoever takes longer."""
    watch = threading.Timer(seconds, transport.close)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


@contextmanager
def in_words_of_ours(address: Address) -> Iterator[None]:
    """Whatever the library raises, as ``ReportServerError``; a broken packet is an error of Python's."""
    place = place_of(address)
    try:
        yield
    except NoFolderError:
        message = f"{place} does not show the folder {address.folder!r} to {address.user!r}: is it there?"
        raise ReportServerError("folder", message, host=place, folder=address.folder) from None
    except (paramiko.SFTPError, ValueError, IndexError, struct.error) as error:
        message = f"{place} does not answer as an SFTP server does ({type(error).__name__})"
        raise ReportServerError("malformed", message, host=place) from None
    except (paramiko.SSHException, OSError, EOFError) as error:
        message = f"{place} is not reached, or broke off ({type(error).__name__})"
        raise ReportServerError("unreached", message, host=place) from None
