"""Named places where a test lets the process die as by ``kill -9``; nothing anywhere else.

``CRASH_AT=name:hit`` in the environment, or ``arm``, kills at the hit-th passing of a name.
"""

import os
import signal


class _Armed:
    name = ""
    left = 0


def arm(name: str, hit: int = 1) -> None:
    """Die at the ``hit``-th passing of ``name`` from now on; an empty name dies nowhere."""
    _Armed.name, _Armed.left = name, hit


def crashpoint(name: str) -> None:
    """A place of this name is passed."""
    if _Armed.name != name:
        return
    _Armed.left -= 1
    if _Armed.left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


_said, _, _hit = os.environ.get("CRASH_AT", "").partition(":")
arm(_said, int(_hit or 1))
