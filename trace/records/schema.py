"""Imports every file of tables, so that ``metadata`` is whole."""

import importlib
import pkgutil
from pathlib import Path

from sqlmodel import SQLModel

FOLDER = Path(__file__).parent

for _file in pkgutil.iter_modules([str(FOLDER)]):
    if _file.name != "schema":
        importlib.import_module(f"trace.records.{_file.name}")

metadata = SQLModel.metadata
