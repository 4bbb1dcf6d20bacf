"""pushes are kept before they are read, and the pace of calls is shared by all workers

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """Two new tables; nothing is moved."""
    op.create_table(
        "market_push",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("event_id", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("ext_order_id", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_market_push_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_push")),
        sa.UniqueConstraint("shop_id", "event_id", name=op.f("uq_market_push_shop_id_event_id")),
    )
    op.create_index(op.f("ix_market_push_shop_id_read_at"), "market_push", ["shop_id", "read_at"])
    op.create_table(
        "market_pace",
        sa.Column("bucket", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("free_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_market_pace")),
    )


def downgrade() -> None:
    """Forget what was pushed and at which pace."""
    op.drop_table("market_pace")
    op.drop_index(op.f("ix_market_push_shop_id_read_at"), table_name="market_push")
    op.drop_table("market_push")
