"""Column shapes every table shares: keys, references, checks, places.

Constraints are named by convention from the first migration on, because SQLite can only
change a constraint whose name is known.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Integer, LargeBinary
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite only numbers rows by itself for a column of type INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")

NEW_SCHEME = "2025-07"
"""Administrative units since 1 July 2025 (two levels)."""
OLD_SCHEME = "2025-01"
"""Administrative units before 1 July 2025 (three levels)."""


def pk() -> Any:
    """A number the database gives."""
    return Field(default=None, primary_key=True, sa_type=BigId)


def ref(target: str, *, index: bool = True, unique: bool = False, primary_key: bool = False) -> Any:
    """A required reference to another table's row."""
    return Field(foreign_key=target, sa_type=BigId, index=index, unique=unique, primary_key=primary_key)


def maybe_ref(target: str, *, index: bool = True) -> Any:
    """A reference that may be empty."""
    return Field(default=None, nullable=True, foreign_key=target, sa_type=BigId, index=index)


def big(default: Any = ..., *, index: bool = False, nullable: bool = False) -> Any:
    """A 64-bit integer: đồng, grams, serials."""
    return Field(default=default, sa_type=BigInteger, index=index, nullable=nullable)


def blob(default: Any = ..., *, nullable: bool = False) -> Any:
    """Bytes."""
    return Field(default=default, sa_type=LargeBinary, nullable=nullable)


def one_of(column: str, values: Iterable[StrEnum | str]) -> CheckConstraint:
    """The column holds one of the values; the constraint is named after the column."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def check(name: str, rule: str) -> CheckConstraint:
    """A named row rule."""
    return CheckConstraint(rule, name=name)


def value_type(kind: TypeEngine[Any]) -> type:
    """What a column of this type holds in Python, where the type only wraps another as well."""
    return (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type


class Placed(SQLModel):
    """Columns of anything that lies in a commune: the unit of today, and the old one where known.

    A unit's key is (scheme, code): nearly every new code equals some other, old unit's code.
    """

    commune_scheme: str = Field(default=NEW_SCHEME, max_length=8)
    commune_code: str = Field(max_length=8)
    old_commune_scheme: str | None = Field(default=None, max_length=8)
    old_commune_code: str | None = Field(default=None, max_length=8)


def placed() -> tuple[ForeignKeyConstraint, ForeignKeyConstraint]:
    """Foreign keys of a ``Placed`` table."""
    return (
        ForeignKeyConstraint(["commune_scheme", "commune_code"], ["admin_unit.scheme", "admin_unit.code"]),
        ForeignKeyConstraint(
            ["old_commune_scheme", "old_commune_code"], ["admin_unit.scheme", "admin_unit.code"]
        ),
    )
