"""The log's keys and last checkpoint stand where anybody finds them, and give nothing else away."""

from flask import Flask
from flask.testing import FlaskClient

from trace.log_keys import make_signing_key
from trace.services.checkpoint_files import keep
from trace.settings import Settings

KEYS, LAST = "/.well-known/nongsan-log/keys", "/.well-known/nongsan-log/checkpoint"


def test_keys_and_the_last_checkpoint_are_published(client: FlaskClient, app: Flask, now) -> None:
    settings: Settings = app.extensions["settings"]
    line = make_signing_key(settings.log_key, "id.example.vn/nongsan-log")
    for size in (3, 7):
        keep(settings.checkpoints, size, f"id.example.vn/nongsan-log\n{size}\nAAAA\n\n— x y\n", now)
    answer, last = client.get(KEYS), client.get(LAST)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, f"{line}\n", "text/plain")
    assert settings.log_key.read_text().strip() not in answer.text
    assert (last.status_code, last.text.splitlines()[1]) == (200, "7")


def test_where_there_is_none_no_place_is_named(client: FlaskClient, app: Flask) -> None:
    for path in (KEYS, LAST):
        answer = client.get(path)
        assert answer.status_code == 404
        assert str(app.extensions["settings"].instance) not in answer.text
