"""A raw queue of CUPS, through ``lp``: the spooler keeps the job and hands it on as it is."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import subprocess
import threading
from collections.abc import Iterable, Iterator
from typing import IO

from labels.errors import SpoolerRefused
from labels.printers.kept import checked_title

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,126}", re.ASCII)  # never taken for an option of lp
WAIT_S = 120.0  # for lp to take the next piece, or to end


class CupsPrinter:
    """The queue ``name`` of this machine's CUPS.

    ``lp`` reads the whole job before it gives it to the spooler, so a job that fails here is not
    printed in part. That the spooler took it is no word that the printer printed it.
    """

    def __init__(self, name: str, wait_s: float = WAIT_S) -> None:
        if not NAME.fullmatch(name):
            raise SpoolerRefused(name, NAME.pattern)
        self.name, self._wait_s = name, wait_s
        self.sent_bytes = 0

    def print_pages(self, pages: Iterable[bytes], title: str) -> str:
        """See :class:`labels.printers.Printer`.

        :raises SpoolerRefused: there is no ``lp``, or it failed, or stood still; nothing was printed,
            unless it ``had_all``.
        :raises BadJob: the title is no plain file name.
        """
        command = ["lp", "-d", self.name, "-o", "raw", "-t", checked_title(title)]
        try:
            child = subprocess.Popen(  # noqa: S603 - a fixed list, its two words checked
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**os.environ, "LC_ALL": "C"},
            )
        except OSError as problem:
            raise SpoolerRefused(self.name, str(problem)) from problem
        with child:
            try:
                return self._given(child, pages)
            except BaseException:
                child.kill()
                raise

    def _given(self, child: subprocess.Popen[bytes], pages: Iterable[bytes]) -> str:
        digest, stuck, had_all = hashlib.sha256(), threading.Event(), True
        assert child.stdin
        for page in pages:
            digest.update(page)
            if not self._written(child, child.stdin, page, stuck):
                had_all = False
                break
            self.sent_bytes += len(page)
        with contextlib.suppress(OSError):
            child.stdin.close()
        with _watched(child, self._wait_s, stuck):
            said = child.stderr.read().decode(errors="replace").strip() if child.stderr else ""
            status = child.wait()
        if stuck.is_set():
            raise SpoolerRefused(self.name, f"lp: {self._wait_s:g} s", had_all=had_all)
        if status:
            raise SpoolerRefused(self.name, said[:200] or f"lp: {status}")
        return digest.hexdigest()

    def _written(
        self, child: subprocess.Popen[bytes], pipe: IO[bytes], page: bytes, stuck: threading.Event
    ) -> bool:
        """Whether ``lp`` took it; one that ended tells why by its status."""
        with _watched(child, self._wait_s, stuck):
            try:
                pipe.write(page)
                pipe.flush()
            except BrokenPipeError:
                return False
        return True


@contextlib.contextmanager
def _watched(child: subprocess.Popen[bytes], wait_s: float, stuck: threading.Event) -> Iterator[None]:
    """Ends ``lp`` when the lines within take longer."""

    def end() -> None:
        stuck.set()
        child.kill()

    timer = threading.Timer(wait_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
