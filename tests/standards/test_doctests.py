"""Every example in the standards' docstrings does what it says."""

import doctest
import importlib
import pkgutil

import pytest

ROOM = importlib.import_module("trace.standards")

MODULES = [found.name for found in pkgutil.walk_packages(ROOM.__path__, prefix="trace.standards.")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_most_modules_have_examples() -> None:
    finder = doctest.DocTestFinder()
    counts = [
        sum(len(test.examples) for test in finder.find(importlib.import_module(name))) for name in MODULES
    ]
    assert sum(counts) > 60
