"""Reaching a report server: who it is, then who we are."""

import socket
import stat

import paramiko

from marketplaces.report_server.bounded import place_of
from marketplaces.report_server.host_keys import HostKey
from marketplaces.report_server.values import Address, Bounds, ReportServerError

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def reached(address: Address, bounds: Bounds) -> paramiko.Transport:
    """A connection over which nothing was said yet; a server with several keys is asked for the known one."""
    wire = socket.create_connection((address.host, address.port), timeout=bounds.connect_s)
    transport = paramiko.Transport(wire)
    transport.banner_timeout = transport.auth_timeout = transport.handshake_timeout = bounds.answer_s
    options = transport.get_security_options()
    pinned = [kind for one in address.host_keys for kind in _names_of(one.kind) if kind in options.key_types]
    options.key_types = tuple(dict.fromkeys((*pinned, *options.key_types)))
    return transport


def _names_of(kind: str) -> tuple[str, ...]:
    """What a kind of key is called where it signs (RFC 8332)."""
    return ("rsa-sha2-512", "rsa-sha2-256") if kind == "ssh-rsa" else (kind,)


def check_host(address: Address, transport: paramiko.Transport) -> None:
    """Whether the server is one of those we know; before, nothing of ours is said to it.

    Raises:
        ReportServerError: ``host_key``.
    """
    shown = transport.get_remote_server_key()
    got = HostKey(shown.get_name(), shown.asbytes())
    if got in address.host_keys:
        return
    expected = ", ".join(f"{one.kind} {one.fingerprint}" for one in address.host_keys)
    told = f"{got.kind} {got.fingerprint}"
    message = (
        f"{place_of(address)} shows another host key: expected {expected}, got {told}. Nothing was sent. "
        f"Ask whoever runs it, by telephone, whether its key was changed; if so, write '{got.line}' "
        "into host_keys"
    )
    raise ReportServerError("host_key", message, host=place_of(address), expected=expected, got=told)


def own_key(address: Address) -> paramiko.PKey | None:
    """The private key we sign in with; None where it is a password.

    Raises:
        ReportServerError: ``key_file``.
    """
    if address.key_file is None:
        return None
    try:
        is_open = address.key_file.stat().st_mode & OTHERS
        if not is_open:
            return paramiko.PKey.from_path(address.key_file)
        why = "others may read it: chmod 600"
    except (OSError, ValueError, paramiko.SSHException, paramiko.pkey.UnknownKeyType) as error:
        why = f"it cannot be read as a private key without a passphrase ({type(error).__name__})"
    message = f"the key file {address.key_file} for {place_of(address)}: {why}"
    raise ReportServerError("key_file", message, host=place_of(address)) from None


def sign_in(address: Address, transport: paramiko.Transport, key: paramiko.PKey | None) -> None:
    """Say who we are.

    Raises:
        ReportServerError: ``login``.
    """
    try:
        if key is not None:
            transport.auth_publickey(address.user, key)
        else:
            transport.auth_password(address.user, address.password)
    except paramiko.AuthenticationException as error:
        if not transport.is_active() or "timeout" in str(error):
            raise
    if not transport.is_authenticated():
        what = "the key of key_file" if key is not None else "the password"
        message = (
            f"{place_of(address)} does not take the user {address.user!r} with {what}: ask whoever runs it"
        )
        raise ReportServerError("login", message, host=place_of(address), user=address.user)
