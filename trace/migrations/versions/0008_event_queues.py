"""a shop remembers how far its marketplace's queue of events was read

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One new column; a shop without a bookmark opens its queue."""
    bookmark = sa.Column(
        "events_bookmark", sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False, server_default=""
    )
    with op.batch_alter_table("shop") as shop:
        shop.add_column(bookmark)


def downgrade() -> None:
    """Forget the bookmarks."""
    with op.batch_alter_table("shop") as shop:
        shop.drop_column("events_bookmark")
