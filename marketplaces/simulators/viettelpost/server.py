"""ViettelPost as one simulator: its real paths below ``/viettelpost``, and its control door."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from marketplaces.simulators.bench import Bench
from marketplaces.simulators.store import Store
from marketplaces.simulators.viettelpost.accounts import add_accounts
from marketplaces.simulators.viettelpost.courier import courier
from marketplaces.simulators.viettelpost.door import door
from marketplaces.simulators.viettelpost.envelope import VtpError, bad
from marketplaces.simulators.viettelpost.parcels import Received
from marketplaces.simulators.viettelpost.waybills import add_waybills

NAME = "viettelpost"


def add_viettelpost(app: Flask, store: Store) -> Bench:
    """Hang it into the application of all simulators."""
    bench, received = Bench(NAME, store), Received()
    server = Blueprint(NAME, __name__, url_prefix=f"/{NAME}")
    add_accounts(server, bench)
    add_waybills(server, bench, received)

    @server.errorhandler(VtpError)
    def refuse(error: VtpError) -> Response:
        return bad(error)

    @server.before_request
    def spoil_before() -> Response | None:
        return bench.faults.before(bad(VtpError(429, "Too many requests")))

    @server.after_request
    def spoil_after(response: Response) -> Response:
        return bench.faults.after(response)

    app.register_blueprint(server)
    app.register_blueprint(door(bench, received))
    app.register_blueprint(courier(bench))
    return bench
