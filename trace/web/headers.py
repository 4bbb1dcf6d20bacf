"""Security headers of every answer: nothing from another host, no framing, no guessing of types."""

from flask import Flask, Response, request

from trace.web import before
from trace.web.visitor import settings

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "script-src {scripts}; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'{forms}; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def _policy(*scripts: str) -> str:
    return POLICY.format(forms="", scripts=" ".join(("'self'", before.source(), *scripts)))


def reads_codes(page: str) -> Response:
    """A page that reads stamps with the camera: its reader is compiled code, and nothing else may be."""
    answer = Response(page, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = _policy("'wasm-unsafe-eval'")
    return answer


FRAMED = frozenset(
    {"consumer.scan", "consumer.find", "consumer.start", "story.lot", "story.product", "ocop_register.index"}
)
"""What consumers see: the pages that apps listed in ``frame_hosts`` may show inside their own."""


def _let_frame(response: Response) -> None:
    """Let the listed apps frame this page, which keeps the rest of its policy."""
    policy = response.headers["Content-Security-Policy"]
    origins = " ".join(settings().frame_hosts)
    response.headers["Content-Security-Policy"] = policy.replace(
        "frame-ancestors 'none'", f"frame-ancestors {origins}"
    )


def add_headers(response: Response) -> Response:
    """Add what is missing; a view that set its own stricter policy keeps it."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy())
    if settings().frame_hosts and request.endpoint in FRAMED:
        _let_frame(response)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    if settings().is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def prepare(app: Flask) -> None:
    """Hang the headers into the app."""
    app.after_request(add_headers)
