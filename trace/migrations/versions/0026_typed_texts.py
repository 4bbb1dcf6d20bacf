"""typed texts in rows of their own, households that were erased

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sqlmodel.sql.sqltypes.AutoString
Moment = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """A row for each text a leaf only commits to; the day a household's data was erased."""
    op.create_table(
        "typed_text",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", Text(length=24), nullable=False),
        sa.Column("text", Text(length=600), nullable=False),
        sa.Column("household_id", BigId, nullable=True),
        sa.Column("typed_at", Moment(), nullable=False),
        sa.Column("typed_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_typed_text_household_id")),
        sa.ForeignKeyConstraint(["typed_by"], ["account.id"], name=op.f("fk_typed_text_typed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_text")),
    )
    op.create_index(op.f("ix_typed_text_household_id"), "typed_text", ["household_id"])
    op.add_column("household", sa.Column("erased_at", Moment(), nullable=True))


def downgrade() -> None:
    """Forget the texts and the days."""
    op.drop_column("household", "erased_at")
    op.drop_table("typed_text")
