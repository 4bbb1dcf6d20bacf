"""drills of recalls, with their times

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sqlmodel.sql.sqltypes.AutoString
Moment = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """A row for each rehearsal."""
    op.create_table(
        "recall_drill",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", Text(length=16), nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("started_by", BigId, nullable=True),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("finished_by", BigId, nullable=True),
        sa.Column("searched_ms", sa.Integer(), nullable=False),
        sa.Column("lots", sa.Integer(), nullable=False),
        sa.Column("weight_g", sa.BigInteger(), nullable=False),
        sa.Column("stamps", sa.BigInteger(), nullable=False),
        sa.Column("listings", sa.Integer(), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.CheckConstraint("finished_at IS NULL OR finished_at >= started_at", name=op.f("ck_recall_drill_time")),
        sa.ForeignKeyConstraint(["finished_by"], ["account.id"], name=op.f("fk_recall_drill_finished_by")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_drill_lot_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_recall_drill_org_id")),
        sa.ForeignKeyConstraint(["started_by"], ["account.id"], name=op.f("fk_recall_drill_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_drill")),
        sa.UniqueConstraint("public_id", name=op.f("uq_recall_drill_public_id")),
    )
    op.create_index(op.f("ix_recall_drill_org_id"), "recall_drill", ["org_id"])


def downgrade() -> None:
    """Forget drills."""
    op.drop_table("recall_drill")
