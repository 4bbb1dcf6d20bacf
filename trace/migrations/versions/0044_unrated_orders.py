"""orders in another currency that no rate priced yet, by an index

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

UNRATED = sa.text("currency <> 'VND' AND NOT is_priced")


def upgrade() -> None:
    """They are few, and every order of a shop was looked at for them."""
    where = {"sqlite_where": UNRATED, "postgresql_where": UNRATED}
    op.create_index("ix_market_order_unrated", "market_order", ["shop_id"], **where)


def downgrade() -> None:
    """The orders stay."""
    op.drop_index("ix_market_order_unrated", table_name="market_order")
