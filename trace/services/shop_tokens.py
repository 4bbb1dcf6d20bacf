"""A shop's tokens: sealed for their place, swapped by version, refreshed by one worker at a time."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from marketplaces.values import Credentials
from trace.errors import NotFound
from trace.keyring import current_keyring
from trace.records.shop import Shop, ShopToken

LEASE = timedelta(seconds=90)
"""Longer than a call may take (60 s with all its waiting): a shorter lock is worse than none."""
RENEW_AT = 0.8
"""The share of its life after which a token is renewed, so that no call meets an expired one."""


@dataclass(frozen=True)
class Tokens:
    """What a worker holds for its calls."""

    credentials: Credentials
    version: int
    renew_at: datetime


def store_tokens(session: Session, shop: Shop, new: Credentials, now: datetime) -> None:
    """Keep the pair a seller's agreement gave, over any older one."""
    row = session.get(ShopToken, shop.id, with_for_update=True)
    access, refresh = _sealed(shop, new)
    if row is None:
        row = ShopToken(
            shop_id=shop.id,
            access_sealed=access,
            refresh_sealed=refresh,
            access_expires_at=new.access_expires_at,
            version=0,
            updated_at=now,
        )
    row.access_sealed, row.refresh_sealed = access, refresh
    row.access_expires_at, row.refresh_expires_at = new.access_expires_at, new.refresh_expires_at
    row.version += 1
    row.updated_at = now
    row.lease_owner = row.lease_until = None
    session.add(row)
    session.flush()


def read_tokens(session: Session, shop_id: int) -> Tokens:
    """The tokens as they are now.

    Raises:
        NotFound: the shop has none yet.
    """
    both = select(Shop, ShopToken).join(ShopToken, col(ShopToken.shop_id) == col(Shop.id))
    found = session.execute(both.where(col(Shop.id) == shop_id)).one_or_none()
    if found is None:
        raise NotFound()
    shop, row = found
    ring = current_keyring()
    credentials = Credentials(
        access_token=ring.unseal(row.access_sealed, token_place(shop, "access")).decode(),
        refresh_token=ring.unseal(row.refresh_sealed, token_place(shop, "refresh")).decode(),
        access_expires_at=row.access_expires_at,
        refresh_expires_at=row.refresh_expires_at,
        ext_shop_id=shop.ext_shop_id,
    )
    return Tokens(credentials, row.version, _renew_at(row))


def _renew_at(row: ShopToken) -> datetime:
    """80 % of the life, less up to 5 % of it by chance, so that shops do not renew together."""
    life = (row.access_expires_at - row.updated_at).total_seconds()
    jitter = random.Random(row.shop_id * 1_000_003 + row.version).uniform(0, 0.05)  # noqa: S311
    return row.updated_at + timedelta(seconds=max(0.0, life * (RENEW_AT - jitter)))


def take_lease(session: Session, shop_id: int, version: int, owner: str, now: datetime) -> bool:
    """Become the one who refreshes this version; False when another is at it or was faster."""
    free = or_(col(ShopToken.lease_until).is_(None), col(ShopToken.lease_until) < now)
    rule = (col(ShopToken.shop_id) == shop_id, col(ShopToken.version) == version, free)
    taking = update(ShopToken).where(*rule).values(lease_owner=owner, lease_until=now + LEASE)
    return session.execute(taking.returning(col(ShopToken.shop_id))).scalar() is not None


def swap_tokens(session: Session, shop_id: int, version: int, new: Credentials, now: datetime) -> bool:
    """Put the new pair in the place of ``version`` and give the lease back; False when that is gone."""
    shop = session.get_one(Shop, shop_id)
    access, refresh = _sealed(shop, new)
    rule = (col(ShopToken.shop_id) == shop_id, col(ShopToken.version) == version)
    swap = update(ShopToken).where(*rule)
    swap = swap.values(
        access_sealed=access,
        refresh_sealed=refresh,
        access_expires_at=new.access_expires_at,
        refresh_expires_at=new.refresh_expires_at,
        version=version + 1,
        lease_owner=None,
        lease_until=None,
        updated_at=now,
    )
    return session.execute(swap.returning(col(ShopToken.shop_id))).scalar() is not None


def end_lease(session: Session, shop_id: int, owner: str) -> None:
    """Let another try: the refresh of this owner failed."""
    rule = (col(ShopToken.shop_id) == shop_id, col(ShopToken.lease_owner) == owner)
    session.execute(update(ShopToken).where(*rule).values(lease_owner=None, lease_until=None))


def is_leased(session: Session, shop_id: int, now: datetime) -> bool:
    """Whether somebody is refreshing."""
    until = session.execute(
        select(col(ShopToken.lease_until)).where(col(ShopToken.shop_id) == shop_id)
    ).scalar()
    return until is not None and until >= now


def _sealed(shop: Shop, pair: Credentials) -> tuple[bytes, bytes]:
    ring = current_keyring()
    return (
        ring.seal(pair.access_token.encode(), token_place(shop, "access")),
        ring.seal(pair.refresh_token.encode(), token_place(shop, "refresh")),
    )


def token_place(shop: Shop, which: str) -> str:
    """Where a sealed token belongs: copied to another shop's row it does not open."""
    return f"shop/{shop.marketplace}/{shop.ext_shop_id}/{which}"
