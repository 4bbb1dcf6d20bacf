"""which GS1 numbers an organisation may give

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sqlmodel.sql.sqltypes.AutoString
Moment = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """Nobody's prefix is known yet: products keep the numbers they have, new ones wait for the office."""
    op.create_table(
        "company_prefix",
        sa.Column("id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("kind", Text(length=8), nullable=False),
        sa.Column("digits", Text(length=13), nullable=False),
        sa.Column("paper", Text(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("state", Text(length=12), nullable=False),
        sa.Column("reason", Text(length=400), nullable=False),
        sa.Column("proposed_by", BigId, nullable=True),
        sa.Column("proposed_at", Moment(), nullable=False),
        sa.Column("settled_by", BigId, nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.CheckConstraint("kind IN ('prefix', 'single')", name=op.f("ck_company_prefix_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'declined')", name=op.f("ck_company_prefix_state")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_company_prefix_validity")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_company_prefix_org_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_company_prefix_proposed_by")),
        sa.ForeignKeyConstraint(["settled_by"], ["account.id"], name=op.f("fk_company_prefix_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_prefix")),
    )
    op.create_index(op.f("ix_company_prefix_org_id"), "company_prefix", ["org_id"])
    op.create_index(op.f("ix_company_prefix_digits"), "company_prefix", ["digits"])


def downgrade() -> None:
    """Forget whose numbers are whose."""
    op.drop_table("company_prefix")
