"""What a linkset of ours must be: rules of RFC 9264 and of GS1's profile, written for these tests.

Where GS1's own schemas lie beside the checkout they are asked, too.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

PIECES = {"href", "title", "type", "hreflang", "context", "fwqs", "public"}
FOLDER = Path(__file__).parents[3] / "shared" / "digital_link"
needs_schemas = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="GS1's linkset schemas are not beside this checkout (../shared/digital_link)",
)


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text())
    return found


def faults(value: Any) -> list[str]:
    """Everything wrong with a linkset; nothing where it is right."""
    found: list[str] = []
    if not isinstance(value, dict) or set(value) != {"linkset"} or not value["linkset"]:
        return ["a linkset is an object with a filled list"]
    for context in value["linkset"]:
        found += _context(context)
    return found


def _context(context: dict[str, Any]) -> list[str]:
    found = []
    if not re.match(r"https?://[^/]+/01/\d{14}", context.get("anchor", "")):
        found.append(f"anchor {context.get('anchor')!r}")
    if not context.get("itemDescription"):
        found.append("itemDescription is missing")
    for name, links in context.items():
        if name in {"anchor", "itemDescription"}:
            continue
        if not re.fullmatch(r"https://gs1\.org/voc/[A-Za-z]+", name):
            found.append(f"relation {name!r}")
        found += [f"{name}: {fault}" for link in links for fault in _target(link)]
        hrefs = [link.get("href") for link in links]
        if not links or len(set(hrefs)) != len(hrefs):
            found.append(f"{name}: empty, or one address twice")
    return found


def _target(link: dict[str, Any]) -> list[str]:
    found = [f"{name} is unknown" for name in set(link) - PIECES]
    found += [f"{name} is missing" for name in ("href", "title", "type", "hreflang") if not link.get(name)]
    if not re.match(r"https?://[^/]+/", link.get("href", "")):
        found.append(f"href {link.get('href')!r}")
    found += [
        f"hreflang {lang!r}" for lang in link.get("hreflang", []) if not re.fullmatch(r"\w\w(-\w\w)?", lang)
    ]
    return found
