"""How fast stamp codes are made and checked, beside what one would do otherwise."""

from __future__ import annotations

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.bench.ruler import Bar
from trace.standards import stamp_code

KEY = stamp_code.StampKey(7, bytes(range(32)), bytes(range(32, 64)))
BULK, SINGLE, REQUESTS = 200_000, 2_000, 300


def in_bulk() -> int:
    """A block's codes as one array."""
    return len(stamp_code.encode_many(KEY, 0, BULK))


def one_by_one() -> int:
    """The same codes, each alone, with the key's ciphers kept."""
    return len([stamp_code.encode(KEY, serial) for serial in range(SINGLE)])


def bars() -> list[Bar]:
    """Bulk at 20 times the single path; a check at 0.4 of what an empty request costs, so 2.5 a request."""
    codes = [stamp_code.encode(KEY, serial) for serial in range(SINGLE)]
    hello = Flask("hello")
    hello.add_url_rule("/", view_func=lambda: "hello")
    environ = EnvironBuilder("/").get_environ()

    def check() -> int:
        return len([stamp_code.open_code(KEY, stamp_code.validate(code)) for code in codes])

    def request() -> int:
        answers = [run_wsgi_app(hello, environ) for _ in range(REQUESTS)]
        return sum(status == "200 OK" for _, status, _ in answers)

    return [
        Bar("stamp codes in bulk", "code", in_bulk, one_by_one, "one code at a time", 20.0),
        Bar("one stamp code checked", "code", check, request, "Flask hello in process", 2.5),
    ]
