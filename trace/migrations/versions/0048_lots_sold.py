"""what was given from a lot, found by the lot; lots of a household, found by their day

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
    op.create_index(op.f("ix_lot_household_id_harvested_on"), "lot", ["household_id", "harvested_on"])
    op.drop_index(op.f("ix_lot_household_id"), table_name="lot")


def downgrade() -> None:
    """As it was."""
    op.create_index(op.f("ix_lot_household_id"), "lot", ["household_id"])
    op.drop_index(op.f("ix_lot_household_id_harvested_on"), table_name="lot")
    op.drop_index(op.f("ix_lot_sale_month_lot_id"), table_name="lot_sale_month")
