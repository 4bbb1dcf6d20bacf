"""Structured logs: one JSON object a line, secrets and personal data left out."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = ("password", "token", "secret", "cookie", "authorization", "phone", "id_number", "code", "sign")

log = structlog.get_logger("nongsan")


def _hide(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in event:
        if any(word in name.lower() for word in HIDDEN):
            event[name] = "…"
    return event


def start_logging(*, level: int = logging.INFO) -> None:
    """Log to standard error from now on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _hide,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # asked for at each line: whoever redirects standard error gets the lines too
        logger_factory=lambda *_names: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
