"""a closed block says when it was closed, and by whom

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of blocks closed before, the log alone knows."""
    with op.batch_alter_table("stamp_block") as table:
        table.add_column(sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        table.add_column(
            sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        table.create_foreign_key(op.f("fk_stamp_block_closed_by"), "account", ["closed_by"], ["id"])


def downgrade() -> None:
    """Forget who and when."""
    with op.batch_alter_table("stamp_block") as table:
        table.drop_constraint(op.f("fk_stamp_block_closed_by"), type_="foreignkey")
        table.drop_column("closed_by")
        table.drop_column("closed_at")
