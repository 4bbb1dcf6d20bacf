"""the log holds rows: the tree's stored nodes and the salts of private texts

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """Rows that are there already are vouched for by the upgrade itself, once all migrations are through."""
    op.create_table(
        "log_tile",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_log_tile")),
    )
    op.create_table(
        "row_salt",
        sa.Column("table_name", Text(length=24), nullable=False),
        sa.Column("row_id", BigId, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "row_id", name=op.f("pk_row_salt")),
    )


def downgrade() -> None:
    """Forget the tree and what was vouched for."""
    op.execute("DELETE FROM instance_fact WHERE name LIKE 'log_rows.%'")
    op.drop_table("row_salt")
    op.drop_table("log_tile")
