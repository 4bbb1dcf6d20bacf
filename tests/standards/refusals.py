"""Catch what a standard says no with."""

from collections.abc import Callable

from trace.standards.fault import Fault


def fault_of(call: Callable[..., object], *args: object, **named: object) -> Fault | None:
    """The fault the call raises, None if it raises none; any other exception passes through."""
    try:
        call(*args, **named)
    except Fault as fault:
        return fault
    return None
