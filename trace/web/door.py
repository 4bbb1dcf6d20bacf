"""Blueprints whose every route says who may pass: the policy table of the web."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from flask import Blueprint, Flask

from trace.services.admission import Act


class Open(StrEnum):
    """Routes that stand under no act."""

    PUBLIC = "public"
    """Anyone, signed in or not."""
    SIGNED_IN = "signed_in"
    """Any account."""
    ENTERING = "entering"
    """Any account, and whoever showed a right password and has yet to show or set up a second factor."""
    LOCAL = "local"
    """This machine itself, or a bearer of the metrics token."""


Pass = Act | Open


class Door(Blueprint):
    """A blueprint that refuses a route without ``act``.

    One ``for_programs`` knows its visitors by a bearer's token alone: a signed-in browser is nobody there,
    so its forms need no mark.
    """

    def __init__(self, name: str, import_name: str, *, for_programs: bool = False, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self.policy: dict[str, Pass] = {}
        self.for_programs = for_programs

    def page(self, rule: str, act: Pass, **options: Any) -> Callable[[Any], Any]:
        """Register a view under ``rule`` for those who may do ``act``."""

        def register(view: Any) -> Any:
            endpoint = options.pop("endpoint", view.__name__)
            self.policy[f"{self.name}.{endpoint}"] = act
            self.add_url_rule(rule, endpoint, view, **options)
            return view

        return register


def open_doors(app: Flask, doors: tuple[Door, ...]) -> None:
    """Register the doors and hang the table of who may pass into the app."""
    table: dict[str, Pass] = {"static": Open.PUBLIC}
    for door in doors:
        app.register_blueprint(door)
        table.update(door.policy)
    missing = {rule.endpoint for rule in app.url_map.iter_rules()} - set(table)
    if missing:
        raise RuntimeError(f"routes outside the policy table: {', '.join(sorted(missing))}")
    app.extensions["policy"] = table
    app.extensions["program_doors"] = frozenset(door.name for door in doors if door.for_programs)
