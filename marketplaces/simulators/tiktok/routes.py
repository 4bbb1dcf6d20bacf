"""Every call has a version in its path. What fits none is told apart: path, version, method."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, request

from marketplaces.simulators.tiktok.envelope import TikTokError

VERSION = re.compile(r"/20\d{4}(?=/)")
PLACE = re.compile(r"<[^>]+>")
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]
View = Callable[..., Response]


def on(blueprint: Blueprint, method: str, path: str, *versions: str) -> Callable[[View], View]:
    """Serve ``/category/*/resource`` in these versions."""

    def add(view: View) -> View:
        for version in versions:
            blueprint.add_url_rule(
                path.replace("*", version), f"{view.__name__}_{version}", view, methods=[method]
            )
        return view

    return add


def add_unknown(blueprint: Blueprint) -> None:
    """Whatever no other rule takes."""

    @blueprint.route("/<path:path>", methods=METHODS)
    def unknown(path: str) -> Response:
        raise why_unknown(request.path, current_app.url_map)


def why_unknown(path: str, rules: Any) -> TikTokError:
    """The refusal of a request that fits no call."""
    served = [rule for rule in rules.iter_rules() if "<path:" not in rule.rule]
    if any(_fits(rule.rule, path) for rule in served):
        return TikTokError(36009010, "The method is not supported by this path.")
    bare = VERSION.sub("/*", path)
    if bare != path and any(_fits(VERSION.sub("/*", rule.rule), bare) for rule in served):
        return TikTokError(36009014, "The version of this path is invalid.")
    return TikTokError(36009009, "Invalid path.")


def _fits(rule: str, path: str) -> bool:
    pattern = "[^/]+".join(re.escape(part) for part in PLACE.split(rule))
    return re.fullmatch(pattern, path) is not None
