"""what a marketplace showed of a listing, and when

Revision ID: 0054
Revises: 0053
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

COLUMNS = {
    "seen_at": sqlmodel.sql.sqltypes.UTCDateTime(),
    "seen_stock": sa.Integer(),
    "seen_price_vnd": sa.BigInteger(),
    "page_url": sqlmodel.sql.sqltypes.AutoString(length=500),
}


def upgrade() -> None:
    """Nothing was seen yet: the next reading of each shelf writes it."""
    for name, kind in COLUMNS.items():
        op.add_column("listing", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """As it was."""
    for name in COLUMNS:
        op.drop_column("listing", name)
