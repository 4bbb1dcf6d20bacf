"""What ``/htx`` and ``/so`` share of exports: one lot written by one exporter, as a file."""

import tempfile

from flask import abort, send_file
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.services.exporting import chains
from trace.services.exporting.port import EXPORTERS, Workplace
from trace.web.visitor import actor, now, settings

LISTED = tuple(name for name in EXPORTERS if name != "fsma204")
"""What a lot's page lists; the 24-hour sheet stands there by itself, with the papers of a recall."""
IN_MEMORY = 1_000_000
"""Bytes of a file that wait in memory; more waits on the disk."""


def file(public_id: str, name: str) -> AnyResponse:
    """One lot's file; written whole before the answer begins, so that a refusal is one."""
    if name not in EXPORTERS:
        abort(404)
    made = EXPORTERS[name](Workplace(settings().instance, now()))
    body = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the answer closes it
    with reading() as session:
        asking = chains.Asking(session, actor(), settings().public_url)
        made.write(chains.one(asking, public_id), body)  # type: ignore[arg-type]
    body.seek(0)
    called = f"lo-{public_id}-{made.name}.{made.suffix}"
    return send_file(body, mimetype=made.media_type, as_attachment=True, download_name=called)
