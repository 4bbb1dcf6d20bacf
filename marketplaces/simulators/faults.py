"""Faults a marketplace may show, armed through the control door and forgotten at restart.

Before the work is done: ``429``, ``500``, ``slow`` (answers after ``seconds``), ``hang`` (no answer for
``seconds``, then 504). After it: ``cut`` (the answer breaks off), ``html``, ``bad_json``. Inside the
dialect: ``expired`` (the token just used is dead), ``late`` (changes of the last ``seconds`` are not
listed yet), ``duplicate``, ``shuffle`` and ``page_shift`` (a page begins one entry too far).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request

KINDS = frozenset(
    {
        "429",
        "500",
        "slow",
        "cut",
        "html",
        "bad_json",
        "expired",
        "duplicate",
        "late",
        "shuffle",
        "page_shift",
        "hang",
    }
)
SECONDS = {"429": 1.0, "slow": 2.0, "hang": 30.0, "late": 60.0}


@dataclass(slots=True)
class Fault:
    """An armed fault: for so many more calls, or for a share of all; on paths containing ``on``."""

    kind: str
    times: int | None
    share: float
    seconds: float
    on: str


class Faults:
    """The armed faults of one marketplace."""

    def __init__(self, seed: int = 1) -> None:
        self._armed: list[Fault] = []
        self._lock = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311 - chance for tests, no secret

    def arm(self, fault: Fault, seed: int | None = None) -> None:
        """Add a fault to those armed; with a seed, chance begins anew from it."""
        with self._lock:
            self._armed.append(fault)
            if seed is not None:
                self._random.seed(seed)

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._armed.clear()

    def strike(self, kind: str) -> Fault | None:
        """Whether a fault of this kind hits the current request; counted down when it does."""
        with self._lock:
            for fault in self._armed:
                if fault.kind == kind and fault.on in request.path and self._hits(fault):
                    return fault
        return None

    def _hits(self, fault: Fault) -> bool:
        if fault.times is None:
            return self._random.random() < fault.share
        fault.times -= 1
        if not fault.times:
            self._armed.remove(fault)
        return True

    def before(self, limited: Response) -> Response | None:
        """What a fault answers instead of the work; ``limited`` is the dialect's words for 429."""
        if hang := self.strike("hang"):
            time.sleep(hang.seconds)
            return Response("gateway time-out", 504)
        if slow := self.strike("slow"):
            time.sleep(slow.seconds)
        if self.strike("500"):
            return Response("internal server error", 500, content_type="text/plain")
        if limit := self.strike("429"):
            limited.status_code = 429
            limited.headers["Retry-After"] = f"{limit.seconds:g}"
            return limited
        return None

    def after(self, response: Response) -> Response:
        """The finished answer, spoilt when a fault says so."""
        if self.strike("html"):
            return Response("<!doctype html><title>Bảo trì</title><p>Xin quay lại sau.", 200)
        if self.strike("bad_json"):
            body = response.get_data()
            return Response(body[: len(body) // 2], 200, content_type="application/json")
        if self.strike("cut"):
            body = response.get_data()
            response.set_data(body[: len(body) // 2])
            response.headers["Content-Length"] = str(len(body))
        return response

    def page(self, keys: Sequence[tuple[str, int]], start: int, size: int, now: int) -> tuple[list[str], int]:
        """One page of a listing as the faults leave it, and where the next one starts (0: no more)."""
        return self.cut(self.listed(keys, now), start, size)

    def listed(self, keys: Sequence[tuple[str, int]], now: int) -> list[str]:
        """The whole listing, without what is late."""
        late = self.strike("late")
        return [name for name, at in keys if not (late and at > now - late.seconds)]

    def cut(self, names: Sequence[str], start: int, size: int) -> tuple[list[str], int]:
        """A page of the whole listing, for dialects that tell its length beside; else as ``page``."""
        if start and self.strike("page_shift"):
            start += 1
        page, end = list(names[start : start + size]), start + size
        if len(page) == size > 1 and self.strike("duplicate"):
            page, end = [*page[:-1], page[0]], end - 1
        if self.strike("shuffle"):
            self._random.shuffle(page)
        return page, end if end < len(names) else 0
