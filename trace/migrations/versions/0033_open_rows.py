"""rows of open data, released with a month's closing

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """Months that were closed before have none."""
    op.create_table(
        "open_row",
        sa.Column("id", BigId, nullable=False),
        sa.Column("closing_id", BigId, nullable=False),
        sa.Column("dataset", Text(length=16), nullable=False),
        sa.Column("key", Text(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["closing_id"], ["month_closing.id"], name=op.f("fk_open_row_closing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_row")),
        sa.UniqueConstraint(
            "closing_id", "dataset", "key", name=op.f("uq_open_row_closing_id_dataset_key")
        ),
    )
    op.create_index("ix_open_row_dataset_id", "open_row", ["dataset", "id"])


def downgrade() -> None:
    """Forget what was released."""
    op.drop_table("open_row")
