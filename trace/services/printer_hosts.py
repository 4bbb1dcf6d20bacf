"""Which printers a page of ours may send to: a printer's address from a form is a way into the inner network.

Only what the operator listed in ``printer_hosts`` is ever connected to: the name is resolved, every
address it stands for is checked, and the caller connects to the address that was checked, never to
the name again (which might stand for something else by then). A queue of this machine's CUPS is listed
by its name. ``nongsan labels send`` is the
operator's own and is not limited.
"""

from collections.abc import Callable, Iterable, Sequence

from labels.errors import LabelError
from labels.printers import tcp_parts
from trace.errors import Refused
from trace.services.label_refusals import refusal_of
from trace.standards.net_address import Address, in_networks, is_disguised, is_special, plain

PORTS = range(9100, 9110)
"""Raw ports of printers and of print servers with several."""
Resolve = Callable[[str, int], Iterable[str]]


def checked_printer(hosts: Sequence[str], address: str, resolve: Resolve) -> str:
    """The address to connect to, by number, or the queue; ``resolve`` is ``labels.printers.addresses_of``.

    ``hosts`` are names, networks and queues (``cups://NAME``). A network allows what lies in it, whatever
    name leads there; a name allows what it stands for, except this machine and other special addresses.

    Raises:
        Refused: ``print.hosts.off`` (nothing is listed), ``print.address`` (no ``tcp://host:port``),
            ``print.hosts`` (host, port or queue is not allowed) or ``print.printer`` (the name stands for
            nothing).
    """
    if not hosts:
        raise Refused("print.hosts.off")
    if address.startswith("cups://"):
        if address in hosts:
            return address
        raise Refused("print.hosts", host=address)
    try:
        host, port = tcp_parts(address)
        if port not in PORTS:
            raise Refused("print.hosts", host=f"{host}:{port}")
        found = _addresses(host, port, resolve)
    except LabelError as problem:
        raise refusal_of(problem) from problem
    named = host.lower().rstrip(".") in hosts
    if not found or not all(_is_allowed(one, hosts, named=named) for one in found):
        raise Refused("print.hosts", host=host)
    return f"tcp://[{found[0]}]:{port}" if found[0].version == 6 else f"tcp://{found[0]}:{port}"


def _addresses(host: str, port: int, resolve: Resolve) -> list[Address]:
    """What the host stands for; a number in any but the usual form (``127.1``, ``0x7f000001``) is none."""
    try:
        return [plain(host)]
    except ValueError:
        if is_disguised(host):
            return []
    return [plain(one) for one in resolve(host, port)]


def _is_allowed(address: Address, hosts: Sequence[str], *, named: bool) -> bool:
    return in_networks(address, hosts) or (named and not is_special(address))
