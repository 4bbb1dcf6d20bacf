"""what was given from a lot, found by the lot

Revision ID: 0048
Revises: 0047
"""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """For the work list of households whose harvest nobody ordered of."""
    op.create_index(op.f("ix_lot_sale_month_lot_id"), "lot_sale_month", ["lot_id"])


def downgrade() -> None:
    """Take the index away."""
    op.drop_index(op.f("ix_lot_sale_month_lot_id"), table_name="lot_sale_month")
