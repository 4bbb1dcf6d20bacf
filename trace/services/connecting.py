"""The mark that travels with a seller to the marketplace and back: signed, of one account, good once.

It is kept as a key of the account that began, and is deleted by its first return.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from trace.errors import NotAllowed
from trace.keyring import current_keyring
from trace.records.account import RequestKey
from trace.services import admission
from trace.services.admission import Act, Actor

GOOD_FOR = timedelta(minutes=15)


def begin(session: Session, actor: Actor, marketplace: str, now: datetime) -> str:
    """A new mark for this account and marketplace.

    Raises:
        NotAllowed: the actor may not connect shops, or is no account.
    """
    admission.scope_of(actor, Act.MANAGE_SHOP)
    account = _account(actor)
    nonce = secrets.token_urlsafe(18)
    session.add(
        RequestKey(
            account_id=account,
            key=f"connect/{nonce}",
            content_hash=marketplace.encode(),
            status=0,
            body=b"",
            created_at=now,
        )
    )
    return f"{marketplace}.{nonce}.{_signature(account, marketplace, nonce)}"


def end(session: Session, actor: Actor, mark: str, now: datetime) -> str:
    """Take the mark back, which is of no use after, and say for which marketplace it was made.

    Raises:
        NotAllowed: forged, another account's, used before, or too old.
    """
    account = _account(actor)
    marketplace, nonce, signature = (*mark.split(".", 2), "", "")[:3]
    expected = _signature(account, marketplace, nonce)
    # compare_digest takes bytes only where letters are beyond ASCII
    if not secrets.compare_digest(signature.encode(), expected.encode()):
        raise NotAllowed("shop.state")
    rule = (
        col(RequestKey.account_id) == account,
        col(RequestKey.key) == f"connect/{nonce}",
        col(RequestKey.created_at) > now - GOOD_FOR,
    )
    if session.execute(delete(RequestKey).where(*rule).returning(col(RequestKey.id))).scalar() is None:
        raise NotAllowed("shop.state")
    return marketplace


def _account(actor: Actor) -> int:
    if actor.account_id is None:
        raise NotAllowed("error.sign_in")
    return actor.account_id


def _signature(account: int, marketplace: str, nonce: str) -> str:
    parts = (b"connect", str(account).encode(), marketplace.encode(), nonce.encode())
    return current_keyring().mark(*parts).hex()
