"""GS1's own EPCIS files, where they lie beside the project: they may be read, not passed on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

FOLDER = Path(__file__).parents[3] / "shared" / "epcis"

needs_gs1_files = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="GS1's EPCIS files are not beside this checkout (../shared/epcis)",
)

_formats = FormatChecker(formats=())


_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*")


@_formats.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or _URI.fullmatch(value) is not None


@_formats.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def schema_says() -> Callable[[dict[str, Any]], list[str]]:
    """A function from a document to what the official schema, formats included, finds wrong."""
    schema = json.loads((FOLDER / "schema" / "EPCIS-JSON-Schema.json").read_text())
    checker = Draft7Validator(schema, format_checker=_formats)
    return lambda document: [error.message for error in checker.iter_errors(document)]


def examples() -> list[Path]:
    """Example documents, or none where the files are absent."""
    return sorted(path for path in FOLDER.glob("examples/*.json*"))


def vectors() -> list[Path]:
    """Documents with a ``.hashes`` and a ``.prehashes`` file beside each."""
    return sorted(FOLDER.glob("hash_vectors/*.jsonld"))


def events_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """All events of a document; a bare event is its own."""
    body = document.get("epcisBody", {})
    return list(body["eventList"]) if "eventList" in body else [document]
