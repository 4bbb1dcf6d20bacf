"""What was fixed when the instance was made."""

from urllib.parse import urlsplit

from sqlmodel import Session

from trace.errors import Unavailable
from trace.records.instance_fact import InstanceFact


def found(session: Session, *, public_url: str, is_demo: bool) -> None:
    """Fix the id host of event identifiers, and whether this is the demonstration; once and for all."""
    host = urlsplit(public_url).hostname or "localhost"
    for name, value in (("id_host", host), *((("demo", "1"),) if is_demo else ())):
        if session.get(InstanceFact, name) is None:
            session.add(InstanceFact(name=name, value=value))
    session.flush()


def id_host(session: Session) -> str:
    """The host of event identifiers.

    Raises:
        Unavailable: the instance was never founded.
    """
    fact = session.get(InstanceFact, "id_host")
    if fact is None:
        raise Unavailable("instance.not_founded")
    return fact.value


def is_founded(session: Session) -> bool:
    """Whether ``found`` was ever called."""
    return session.get(InstanceFact, "id_host") is not None


def is_demo(session: Session) -> bool:
    """Whether this is the demonstration instance."""
    return session.get(InstanceFact, "demo") is not None
