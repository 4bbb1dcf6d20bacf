"""A child process that issues blocks until it is killed, and what it had acknowledged by then."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.services.stamp_world import StampWorld
from trace.crashpoint import arm, crashpoint
from trace.db import open_database, transaction, use_database
from trace.records.account import Role
from trace.records.stamp import StampBlock
from trace.services import stamp_keys
from trace.services.admission import Actor


@dataclass(frozen=True)
class Acknowledged:
    """A block whose issue was answered."""

    request_id: str
    kid: int
    first: int
    count: int


@dataclass(frozen=True)
class Kill:
    """Kill so many seconds after so many lines were heard: near a commit however slow the machine is."""

    lines: int
    seconds: float


def in_child(url: str, work: Callable[[int], None], kill: Kill | None = None) -> tuple[int, list[str]]:
    """Run ``work`` in a forked process with its own connections; the signal that ended it, and its lines."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read_end)
            use_database(open_database(url))
            work(write_end)
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as heard:
        said = [heard.readline() for _ in range(kill.lines)] if kill else []
        if kill:
            time.sleep(kill.seconds)
            os.kill(child, signal.SIGKILL)
        said += heard.readlines()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), [line.strip() for line in said if line.endswith("\n")]


def issuing(stamps: StampWorld, seed: int, lot: str, point: str = "", hit: int = 1) -> Callable[[int], None]:
    """Issue blocks of random sizes, telling of each after its commit; every fifth is for the lot."""

    def work(out: int) -> None:
        chance = random.Random(seed)
        arm(point, hit)
        for n in range(200):
            request = f"{seed}-{n}"
            order = {"lot": lot} if n % 5 == 4 else {}
            block = stamps.issue(chance.randint(1, 40), request_id=request, **order)
            crashpoint("after commit")
            os.write(out, f"{request} {block.kid} {block.first} {block.count}\n".encode())

    return work


def rotating(stamps: StampWorld, point: str) -> Callable[[int], None]:
    """Rotate the key once."""

    def work(_out: int) -> None:
        arm(point)
        with transaction() as session:
            stamp_keys.rotate(session, Actor(None, Role.ADMIN), stamps.places, stamps.now)

    return work


def acknowledged(lines: list[str]) -> Iterator[Acknowledged]:
    for line in lines:
        request, kid, first, count = line.split()
        yield Acknowledged(request, int(kid), int(first), int(count))


def as_acknowledged(block: StampBlock) -> Acknowledged:
    return Acknowledged(block.request_id, block.kid, block.first, block.count)
