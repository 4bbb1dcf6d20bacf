"""One ``nongsan serve`` or ``run`` an instance folder: a second one beside it would do everything twice."""

import fcntl
import os
from pathlib import Path

from trace.errors import Conflict

LOCK = "serving.lock"


def serve_alone(instance: Path, address: str) -> int:
    """Take the folder for as long as this process lives; a kill lets it go as well.

    ``address`` is told to whoever comes second. Closing the descriptor that is returned lets the folder go
    before the process ends.

    Raises:
        Conflict: another process serves from this folder.
    """
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(instance / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        process, _, there = os.read(descriptor, 1000).decode("utf-8", "replace").partition(" ")
        os.close(descriptor)
        raise Conflict("instance.served", folder=instance, process=process, address=there) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()} {address}".encode())
    return descriptor
