"""months closed once, the rows they were made of, and what those told later

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sqlmodel.sql.sqltypes.AutoString
Moment = sqlmodel.sql.sqltypes.UTCDateTime
CLOSING = "month_closing"


def upgrade() -> None:
    """No month is closed yet."""
    op.create_table(
        CLOSING,
        sa.Column("id", BigId, nullable=False),
        sa.Column("month", Text(length=7), nullable=False),
        sa.Column("closed_at", Moment(), nullable=False),
        sa.Column("closed_by", BigId, nullable=True),
        sa.CheckConstraint("length(month) = 7", name=op.f("ck_month_closing_month")),
        sa.ForeignKeyConstraint(["closed_by"], ["account.id"], name=op.f("fk_month_closing_closed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_closing")),
        sa.UniqueConstraint("month", name=op.f("uq_month_closing_month")),
    )
    _figures()
    _rows()
    _revisions()
    op.create_table(
        "closing_look",
        sa.Column("closing_id", BigId, nullable=False),
        sa.Column("looked_at", Moment(), nullable=False),
        _of_closing("closing_look"),
        sa.PrimaryKeyConstraint("closing_id", name=op.f("pk_closing_look")),
    )


def _of_closing(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["closing_id"], ["month_closing.id"], name=op.f(f"fk_{table}_closing_id"))


def _figures() -> None:
    op.create_table(
        "frozen_figure",
        sa.Column("id", BigId, nullable=False),
        sa.Column("closing_id", BigId, nullable=False),
        sa.Column("measure", Text(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("timing", Text(length=8), nullable=False),
        sa.Column("dimension", Text(length=16), nullable=False),
        sa.Column("key", Text(length=64), nullable=False),
        sa.Column("name", Text(length=160), nullable=False),
        sa.Column("scale", sa.Integer(), nullable=False),
        sa.Column("top", sa.BigInteger(), nullable=True),
        sa.Column("bottom", sa.BigInteger(), nullable=True),
        sa.Column("value", Text(length=60), nullable=True),
        _of_closing("frozen_figure"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_figure")),
        sa.UniqueConstraint(
            "closing_id",
            "measure",
            "dimension",
            "key",
            name=op.f("uq_frozen_figure_closing_id_measure_dimension_key"),
        ),
    )


def _rows() -> None:
    op.create_table(
        "frozen_rows",
        sa.Column("id", BigId, nullable=False),
        sa.Column("closing_id", BigId, nullable=False),
        sa.Column("measure", Text(length=40), nullable=False),
        sa.Column("side", Text(length=6), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("side IN ('top', 'bottom')", name=op.f("ck_frozen_rows_side")),
        _of_closing("frozen_rows"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_rows")),
        sa.UniqueConstraint(
            "closing_id",
            "measure",
            "side",
            "source",
            "place",
            name=op.f("uq_frozen_rows_closing_id_measure_side_source_place"),
        ),
    )


def _revisions() -> None:
    op.create_table(
        "figure_revision",
        sa.Column("id", BigId, nullable=False),
        sa.Column("closing_id", BigId, nullable=False),
        sa.Column("measure", Text(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("top", sa.BigInteger(), nullable=True),
        sa.Column("bottom", sa.BigInteger(), nullable=True),
        sa.Column("value", Text(length=60), nullable=True),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("mark", Text(length=64), nullable=False),
        sa.Column("unchanged_at", Moment(), nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        _of_closing("figure_revision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_revision")),
        sa.UniqueConstraint(
            "closing_id",
            "measure",
            "number",
            name=op.f("uq_figure_revision_closing_id_measure_number"),
        ),
    )


def downgrade() -> None:
    """Forget what was closed; the log still tells of it."""
    for table in ("closing_look", "figure_revision", "frozen_rows", "frozen_figure", CLOSING):
        op.drop_table(table)
