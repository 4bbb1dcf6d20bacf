"""looks at codes nobody issued, by day

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was kept of them before: the days begin with this version."""
    op.create_table(
        "ghost_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("looks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ghost_day")),
    )
    op.create_index(op.f("ix_ghost_day_day_state"), "ghost_day", ["day", "state"], unique=True)


def downgrade() -> None:
    """What was counted of them goes with it."""
    op.drop_table("ghost_day")
