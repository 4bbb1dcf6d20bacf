"""``/opendata``: tables for anybody, with their catalogue and dictionaries.

A working page, so it speaks Vietnamese and English; catalogue and dictionaries hold both. Files may be kept
by caches for an hour and say by their mark (``ETag``) whether they changed; the mark of a released table is
known without reading its rows.
"""

import csv
import hashlib
import io
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, abort, current_app, json, render_template, request

from trace.db import reading
from trace.errors import NotFound, TooMany
from trace.services.open_data.catalogue import Publisher, catalogue, dictionary
from trace.services.open_data.datasets import BY_NAME, DATASETS, Dataset
from trace.services.open_data.reading import rows_of, state_of
from trace.standards.local_time import local_day
from trace.standards.plain_text import safe_text
from trace.web.door import Door, Open
from trace.web.limiter import MOST_NETWORKS, GuessLimiter
from trace.web.reader import network_mark
from trace.web.visitor import now, settings

door = Door("opendata", __name__, url_prefix="/opendata")

KEPT_S = 3_600
BUDGET, WINDOW_S = 240, 600
LD = "application/ld+json"


@door.before_request
def hold_back() -> None:
    """A network that asks without end waits.

    Raises:
        TooMany: with the seconds to wait.
    """
    network, at = network_mark(), time.monotonic()
    wait_s = limiter().wait_s(network, at)
    if wait_s:
        raise TooMany("open.too_many", wait_s)
    limiter().note(network, at)


@door.page("", Open.PUBLIC)
def index() -> Response:
    """What there is, for people; the catalogue for programs that ask for it."""
    if request.accept_mimetypes.best_match(["text/html", LD]) == LD:
        return _catalogue()
    with reading() as session:
        tables = [(one, state_of(session, one)) for one in DATASETS]
    page = render_template("opendata/index.html", tables=tables, publisher=publisher())
    return _cached(Response(page), hashlib.sha256(page.encode()).hexdigest())


@door.page("/catalog.jsonld", Open.PUBLIC)
def catalog() -> Response:
    """The catalogue as DCAT in JSON-LD."""
    return _catalogue()


def _catalogue() -> Response:
    with reading() as session:
        tables = [(one, state_of(session, one)) for one in DATASETS]
    return _told(catalogue(publisher(), tables), LD)


@door.page("/<dataset>", Open.PUBLIC)
def one(dataset: str) -> Response:
    """One table: what its columns mean, and its files."""
    found = _dataset(dataset)
    with reading() as session:
        state = state_of(session, found)
    page = render_template("opendata/one.html", dataset=found, state=state, publisher=publisher())
    return _cached(Response(page), hashlib.sha256(page.encode()).hexdigest())


@door.page("/<dataset>.csv-metadata.json", Open.PUBLIC)
def describe(dataset: str) -> Response:
    """The table's dictionary (W3C CSVW)."""
    return _told(dictionary(publisher(), _dataset(dataset)), "application/csvm+json")


@door.page("/<dataset>.<form>", Open.PUBLIC)
def file(dataset: str, form: str) -> Response:
    """The table's rows."""
    found, make = _dataset(dataset), FORMS.get(form)
    if make is None:
        abort(404)
    with reading() as session:
        mark = state_of(session, found).mark
        if mark and (known := _known(f"{dataset}.{form}.{mark}")):
            return known
        answer = make(found, rows_of(session, found, local_day(now())))
    mark = mark or hashlib.sha256(answer.get_data()).hexdigest()[:32]
    answer.headers["Link"] = f'<{publisher().base}/opendata/{dataset}.csv-metadata.json>; rel="describedby"'
    return _cached(answer, f"{dataset}.{form}.{mark}")


def limiter() -> GuessLimiter:
    """The one that counts questions here; a network has its own budget, beside that of wrong codes."""
    found: GuessLimiter = current_app.extensions["open_data_limiter"]
    return found


def prepare(app: Flask) -> None:
    """Hang the limiter into the app."""
    app.extensions["open_data_limiter"] = GuessLimiter(BUDGET, WINDOW_S, MOST_NETWORKS)


def publisher() -> Publisher:
    """As the settings say."""
    chosen = settings()
    return Publisher(
        chosen.open_data_publisher or chosen.public_url.partition("//")[2],
        chosen.open_data_licence,
        chosen.public_url,
        chosen.open_data_least,
    )


def _dataset(name: str) -> Dataset:
    found = BY_NAME.get(name)
    if found is None:
        raise NotFound()
    return found


def _csv(dataset: Dataset, rows: Iterable[dict[str, Any]]) -> Response:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in dataset.columns])
    for row in rows:
        writer.writerow([_cell(row[column.name]) for column in dataset.columns])
    return Response(out.getvalue(), content_type="text/csv; charset=utf-8; header=present")


def _cell(value: Any) -> Any:
    """As CSVW writes it; what somebody typed never becomes a formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_text(value) if isinstance(value, str) else value


def _json(dataset: Dataset, rows: Iterable[dict[str, Any]]) -> Response:
    said = {"dataset": dataset.name, "columns": [column.name for column in dataset.columns]}
    return Response(_dumped(said | {"rows": list(rows)}), content_type="application/json")


FORMS: dict[str, Callable[[Dataset, Iterable[dict[str, Any]]], Response]] = {"csv": _csv, "json": _json}


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=False)


def _told(value: Any, content_type: str) -> Response:
    text = _dumped(value)
    return _cached(Response(text, content_type=content_type), hashlib.sha256(text.encode()).hexdigest())


def _known(mark: str) -> Response | None:
    """The empty answer to somebody who has these very rows."""
    if mark not in request.if_none_match:
        return None
    return _cached(Response(status=304, mimetype="text/plain"), mark)


def _cached(answer: Response, mark: str) -> Response:
    answer.set_etag(mark)
    answer.headers.add("Vary", "Accept, Accept-Language, Cookie")
    if answer.mimetype == "text/html":  # in the reader's language, which a shared cache does not know
        answer.cache_control.private, answer.cache_control.no_cache = True, True
    else:
        answer.cache_control.public, answer.cache_control.max_age = True, KEPT_S
        answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.make_conditional(request)
    return answer
