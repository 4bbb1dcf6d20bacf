"""One thread that commits scans in groups: every 20 ms or 200 notes, whichever comes first.

FIRST waits for its group's commit; every other answer is given before its scan is stored. A scan that
cannot be stored is dropped and said so in the log: it never holds an answer back.
"""

import atexit
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from trace.errors import NongsanError
from trace.logbook import log
from trace.services.scan_notes import Note

WINDOW_S = 0.02
GROUP = 200
ROOM = 20_000
CLAIM_TIMEOUT_S = 3.0
TRIES = 2

Store = Callable[[Sequence[Note]], list[bool]]


@dataclass(eq=False)
class _Entry:
    note: Note
    settled: threading.Event = field(default_factory=threading.Event)
    won: bool | None = None


class ScanWriter:
    """Notes go in from any thread; ``store`` commits a group and says which notes won their claim."""

    def __init__(self, store: Store, *, room: int = ROOM, window_s: float = WINDOW_S) -> None:
        self._store = store
        self._window_s = window_s
        self._quiet_below = room // 2
        self._waiting: queue.Queue[_Entry | None] = queue.Queue(room)
        self._thread: threading.Thread | None = None
        self._owner = 0
        self._start = threading.Lock()

    @property
    def is_quiet(self) -> bool:
        """Whether most of the room is free: else it is kept for scans of stamps."""
        return self._waiting.qsize() < self._quiet_below

    def submit(self, note: Note) -> bool:
        """Queue a note; False (and a line in the log) where there is no room for it."""
        return self._put(_Entry(note))

    def claim(self, note: Note, timeout_s: float = CLAIM_TIMEOUT_S) -> bool | None:
        """Whether this note made the stamp's row, once that is committed; None where nobody can tell."""
        entry = _Entry(note)
        if not self._put(entry) or not entry.settled.wait(timeout_s):
            return None
        return entry.won

    def close(self, timeout_s: float = 10.0) -> None:
        """Store what waits and end the thread; a later note starts it anew."""
        thread = self._thread
        if thread is not None and thread.is_alive() and self._owner == os.getpid():
            self._waiting.put(None, timeout=timeout_s)
            thread.join(timeout_s)
        atexit.unregister(self.close)

    def _put(self, entry: _Entry) -> bool:
        self._ensure_thread()
        try:
            self._waiting.put_nowait(entry)
        except queue.Full:
            log.error("scan.no_room", waiting=self._waiting.qsize())
            return False
        return True

    def _ensure_thread(self) -> None:
        """Begin on the first note, and again in a forked child: threads do not survive a fork."""
        if self._thread is not None and self._thread.is_alive() and self._owner == os.getpid():
            return
        with self._start:
            if self._thread is None or not self._thread.is_alive() or self._owner != os.getpid():
                self._owner = os.getpid()
                self._thread = threading.Thread(target=self._run, name="scan-writer", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._gather()
            if group:
                self._settle(group)

    def _gather(self) -> tuple[list[_Entry], bool]:
        """Wait for a note, then take what comes within the window; False when asked to end."""
        group: list[_Entry] = []
        entry = self._waiting.get()
        until = time.monotonic() + self._window_s
        while entry is not None:
            group.append(entry)
            left = until - time.monotonic()
            if len(group) >= GROUP or left <= 0:
                return group, True
            try:
                entry = self._waiting.get(timeout=left)
            except queue.Empty:
                return group, True
        return group, False

    def _settle(self, group: list[_Entry]) -> None:
        answers: Sequence[bool | None] = self._stored([entry.note for entry in group])
        for entry, won in zip(group, answers, strict=True):
            entry.won = won
            entry.settled.set()

    def _stored(self, notes: list[Note]) -> Sequence[bool | None]:
        for _attempt in range(TRIES):
            try:
                return self._store(notes)
            except OperationalError as error:
                log.warning("scan.retry", error=type(error.orig).__name__, notes=len(notes))
            except (SQLAlchemyError, NongsanError) as error:
                return self._one_by_one(notes, error)
        return [None] * len(notes)

    def _one_by_one(self, notes: list[Note], error: Exception) -> Sequence[bool | None]:
        """One bad note must not take the others with it."""
        if len(notes) == 1:
            log.error("scan.lost", error=type(error).__name__)
            return [None]
        return [self._stored([note])[0] for note in notes]
