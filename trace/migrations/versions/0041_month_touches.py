"""months whose facts were written, so that closed ones nobody touched are not read again

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """No closed month counts as read whole, so each is once."""
    op.create_table(
        "month_touch",
        sa.Column("id", BigId, nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.CheckConstraint("subject IN ('sales', 'scans')", name=op.f("ck_month_touch_subject")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_touch")),
    )
    with op.batch_alter_table("closing_look") as table:
        table.add_column(sa.Column("proved_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Every look reads all again."""
    with op.batch_alter_table("closing_look") as table:
        table.drop_column("proved_at")
    op.drop_table("month_touch")
