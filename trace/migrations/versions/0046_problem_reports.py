"""reports of problems by people who scanned a stamp

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Letters = sqlmodel.sql.sqltypes.AutoString
Moment = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """None was filed before."""
    op.create_table(
        "problem_report",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", Letters(length=16), nullable=False),
        sa.Column("mark", Letters(length=64), nullable=False),
        sa.Column("kid", sa.Integer(), nullable=True),
        sa.Column("serial", sa.BigInteger(), nullable=True),
        sa.Column("code", Letters(length=40), nullable=False),
        sa.Column("state", Letters(length=16), nullable=False),
        sa.Column("org_id", BigId, nullable=True),
        sa.Column("commune_code", Letters(length=8), nullable=True),
        sa.Column("lot_id", BigId, nullable=True),
        sa.Column("product_id", BigId, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("place", Letters(length=200), nullable=False),
        sa.Column("language", Letters(length=2), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reported_at", Moment(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("answered_by", BigId, nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer = '')", name=op.f("ck_problem_report_answered")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_problem_report_org_id_organisation")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_problem_report_lot_id_lot")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_problem_report_product_id_product")),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_problem_report_answered_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_report")),
        sa.UniqueConstraint("public_id", name=op.f("uq_problem_report_public_id")),
        sa.UniqueConstraint("mark", name=op.f("uq_problem_report_mark")),
    )
    for name in ("org_id", "lot_id", "reported_at"):
        op.create_index(op.f(f"ix_problem_report_{name}"), "problem_report", [name])
    op.create_table(
        "problem_photo",
        sa.Column("report_id", BigId, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["problem_report.id"], name=op.f("fk_problem_photo_report_id_problem_report")
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_problem_photo")),
    )


def downgrade() -> None:
    """What was reported goes with its tables."""
    op.drop_table("problem_photo")
    op.drop_table("problem_report")
