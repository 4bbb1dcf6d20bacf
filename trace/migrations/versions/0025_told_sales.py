"""shares say which pieces were told as sold, and in which event

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TOLD = sa.text("sale_event IS NOT NULL")


def upgrade() -> None:
    """What was completed before was told in no event, and is not told afterwards."""
    with op.batch_alter_table("allocation") as table:
        table.add_column(sa.Column("told", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("sale_event", BigId, nullable=True))
        table.create_foreign_key(op.f("fk_allocation_sale_event"), "event", ["sale_event"], ["id"])
        table.create_check_constraint(op.f("ck_allocation_told"), "told >= 0")
    with op.batch_alter_table("allocation") as table:
        table.alter_column("told", server_default=None)
    op.create_index(
        "ix_allocation_sale_event",
        "allocation",
        ["sale_event"],
        sqlite_where=TOLD,
        postgresql_where=TOLD,
    )
    # Sales of before were told in no event: their shares count as told, so that none is told of today.
    done = "SELECT id FROM market_order WHERE status = 'completed'"
    op.execute(f"UPDATE allocation SET told = pieces WHERE lot_id IS NOT NULL AND order_id IN ({done})")


def downgrade() -> None:
    """The events stay."""
    op.drop_index("ix_allocation_sale_event", table_name="allocation")
    with op.batch_alter_table("allocation") as table:
        table.drop_constraint(op.f("ck_allocation_told"), type_="check")
        table.drop_constraint(op.f("fk_allocation_sale_event"), type_="foreignkey")
        table.drop_column("sale_event")
        table.drop_column("told")
