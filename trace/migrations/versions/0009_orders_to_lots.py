"""sold pieces know the lot they came from

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("lot_id IS NULL")


def upgrade() -> None:
    """A new table. Lines read before wait for a lot from the next reading or mapping on."""
    op.create_table(
        "allocation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("ext_line_id", sqlmodel.sql.sqltypes.AutoString(length=96), nullable=False),
        sa.Column("product_id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=True),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("unit_g", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_allocation_pieces")),
        sa.CheckConstraint("unit_g > 0", name=op.f("ck_allocation_unit")),
        sa.ForeignKeyConstraint(["order_id"], ["market_order.id"], name=op.f("fk_allocation_order_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_allocation_product_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_allocation_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint(
            "order_id", "ext_line_id", "lot_id", name=op.f("uq_allocation_order_id_ext_line_id_lot_id")
        ),
    )
    op.create_index(op.f("ix_allocation_lot_id"), "allocation", ["lot_id"])
    where = {"sqlite_where": WAITING, "postgresql_where": WAITING}
    op.create_index("uq_allocation_waiting", "allocation", ["order_id", "ext_line_id"], unique=True, **where)
    op.create_index("ix_allocation_waiting_product", "allocation", ["product_id", "gone_at"], **where)


def downgrade() -> None:
    """Forget which lot was sold."""
    op.drop_index("ix_allocation_waiting_product", table_name="allocation")
    op.drop_index("uq_allocation_waiting", table_name="allocation")
    op.drop_index(op.f("ix_allocation_lot_id"), table_name="allocation")
    op.drop_table("allocation")
