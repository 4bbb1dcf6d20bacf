"""a listing's stock may follow the lots

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UNPAID = sa.text("status = 'unpaid'")


def upgrade() -> None:
    """Listings that were managed before keep the manager's figure."""
    with op.batch_alter_table("listing") as table:
        table.add_column(sa.Column("follows_lots", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("listing") as table:
        table.alter_column("follows_lots", server_default=None)
    op.create_index(
        "ix_market_order_unpaid",
        "market_order",
        ["shop_id"],
        sqlite_where=UNPAID,
        postgresql_where=UNPAID,
    )


def downgrade() -> None:
    """Every figure is the manager's again."""
    op.drop_index("ix_market_order_unpaid", table_name="market_order")
    with op.batch_alter_table("listing") as table:
        table.drop_column("follows_lots")
