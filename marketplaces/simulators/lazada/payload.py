"""What product calls send: one parameter holding the whole request, as JSON or as XML."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

from marketplaces.simulators.lazada.envelope import LazadaError
from marketplaces.simulators.lazada.guard import parameters

Node = dict[str, Any]


def read_product(name: str = "payload") -> Node:
    """``Request.Product`` of the named parameter."""
    text = parameters().get(name, "").strip()
    if not text:
        raise LazadaError("MissingParameter", f"The input parameter '{name}' is missing.")
    whole = _from_xml(text) if text.startswith("<") else _from_json(text)
    return node(node(whole, "Request"), "Product")


def node(parent: Node, name: str) -> Node:
    """A child that has children."""
    child = parent.get(name)
    if not isinstance(child, dict):
        raise _misshapen()
    return child


def nodes(parent: Node, name: str) -> list[Any]:
    """The children of that name, whether one or several were written."""
    child = parent.get(name, [])
    return child if isinstance(child, list) else [child]


def text(parent: Node, name: str) -> str:
    """A child's text; empty when absent."""
    child = parent.get(name, "")
    if isinstance(child, bool) or not isinstance(child, str | int | float):
        raise _misshapen()
    return str(child)


def _from_json(written: str) -> Node:
    try:
        whole = json.loads(written)
    except ValueError:
        raise _misshapen() from None
    if not isinstance(whole, dict):
        raise _misshapen()
    return whole


def _from_xml(written: str) -> Node:
    if "<!" in written:
        raise _misshapen()
    try:
        root = ElementTree.fromstring(written)  # noqa: S314 - on loopback, and without any declaration
    except ElementTree.ParseError:
        raise _misshapen() from None
    return {root.tag: _branch(root)}


def _branch(element: ElementTree.Element) -> Any:
    if not len(element):
        return element.text or ""
    branch: Node = {}
    for child in element:
        value = _branch(child)
        branch[child.tag] = [*nodes(branch, child.tag), value] if child.tag in branch else value
    return branch


def _misshapen() -> LazadaError:
    return LazadaError("5", "E005: Invalid Request Format")
