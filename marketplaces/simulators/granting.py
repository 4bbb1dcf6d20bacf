"""Giving out tokens: a code or a refresh token is spent once, and the pair before it is dead."""

from __future__ import annotations

from marketplaces.simulators.bench import App, Bench, Shop, Token


def find_grant(bench: Bench, text: str, kind: str, app: App, shop: str | None = None) -> Token | None:
    """The living code or refresh token of that text, given to this application (and shop); None without."""
    token = bench.token(text)
    if token is None or token.kind != kind or token.dead or token.expires_at <= bench.now():
        return None
    return token if token.app == app.id and shop in {None, token.shop} else None


def admitted_shop(bench: Bench, app: App, text: str) -> Shop | None:
    """The shop of a living access token given to this application; the fault ``expired`` ends the token."""
    token = bench.token(text)
    if token is None or token.kind != "access":
        return None
    if bench.faults.strike("expired"):
        token.dead = True
        bench.save(token)
    alive = not token.dead and token.expires_at > bench.now() and token.app == app.id
    return bench.shop(token.shop) if alive else None


def spend(bench: Bench, grant: Token, access_life_s: int, refresh_life_s: int) -> tuple[Token, Token]:
    """A new access and refresh token for the grant's shop.

    The old access token dies too: whether the real ones outlive a renewal is not known.
    """
    shop = bench.shop(grant.shop)
    if shop is None:
        raise LookupError(f"no shop {grant.shop}")
    for old in (grant, bench.token(shop.access), bench.token(shop.refresh)):
        if old is not None:
            old.dead = True
            bench.save(old)
    access = bench.mint("access", shop.id, grant.app, access_life_s)
    refresh = bench.mint("refresh", shop.id, grant.app, refresh_life_s)
    shop.access, shop.refresh, shop.app = access.id, refresh.id, grant.app
    bench.save(shop)
    return access, refresh
