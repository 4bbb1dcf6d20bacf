"""Making and changing the key that signs checkpoints; the log tells of it."""

from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from trace.log_keys import make_signing_key
from trace.services.admission import Act, Actor, scope_of
from trace.services.checkpoints import origin_of
from trace.services.logging_acts import append_leaf


def ensure_log_key(session: Session, path: Path, now: datetime) -> None:
    """The first key, where there is none and never was."""
    if not path.exists() and not path.with_suffix(".pub").exists():
        verifier = make_signing_key(path, origin_of(session))
        append_leaf(session, "log_key", {"act": "make", "key": verifier}, now)


def rotate_log_key(session: Session, actor: Actor, path: Path, now: datetime) -> str:
    """A new key signs from now on; the old one's public half stays, to check what it signed."""
    scope_of(actor, Act.MANAGE_KEYS)
    verifier = make_signing_key(path, origin_of(session))
    append_leaf(session, "log_key", {"act": "rotate", "key": verifier, "by": actor.account_id}, now)
    return verifier
