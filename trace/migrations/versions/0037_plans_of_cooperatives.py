"""which cooperative a season plan is the part of

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Plans of before are of whole communes."""
    with op.batch_alter_table("season_plan") as table:
        table.add_column(sa.Column("org_id", BigId, nullable=True))
        table.create_foreign_key(op.f("fk_season_plan_org_id"), "organisation", ["org_id"], ["id"])
    op.create_index(op.f("ix_season_plan_org_id"), "season_plan", ["org_id"])


def downgrade() -> None:
    """A cooperative's part becomes a plan of its commune."""
    op.drop_index(op.f("ix_season_plan_org_id"), "season_plan")
    with op.batch_alter_table("season_plan") as table:
        table.drop_constraint(op.f("fk_season_plan_org_id"), type_="foreignkey")
        table.drop_column("org_id")
